import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, type ElectronApplication, type Page } from '@playwright/test'

const project = join(import.meta.dirname, '../..')

export interface LaunchedDesktop {
  readonly app: ElectronApplication
  readonly page: Page
}

/** Arguments Electron is started with, for Playwright and for a plain second process alike. */
export function electronArguments(dataDir: string): string[] {
  return [
    process.env.KEYHOLD_ELECTRON_APP ?? project,
    `--data-dir=${dataDir}`,
    ...(process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    '--disable-gpu',
  ]
}

let wrapper: string | null = null

/** The binary; behind a small script where the runtime needs `load-first.cjs` (Playwright drops NODE_OPTIONS). */
export function electronBinary(): string {
  const binary = process.env.KEYHOLD_ELECTRON_BINARY
  if (binary === undefined) throw new Error('Run these specs with "npm run test:electron".')
  if (process.env.KEYHOLD_ELECTRON_APP === undefined) return binary
  if (wrapper === null) {
    wrapper = join(mkdtempSync(join(tmpdir(), 'keyhold-electron-')), 'electron')
    const hook = join(import.meta.dirname, 'load-first.cjs')
    writeFileSync(
      wrapper,
      `#!/bin/sh\nNODE_OPTIONS="--experimental-require-module --no-warnings --require=${hook}" exec "${binary}" "$@"\n`,
    )
    chmodSync(wrapper, 0o755)
  }
  return wrapper
}

/** Starts the built desktop host in a real Electron with a folder of its own. */
export async function launchDesktop(dataDir: string): Promise<LaunchedDesktop> {
  const app = await _electron.launch({ executablePath: electronBinary(), args: electronArguments(dataDir) })
  const page = await app.firstWindow()
  await page.waitForLoadState('domcontentloaded')
  return { app, page }
}
