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

export function electronBinary(): string {
  const binary = process.env.KEYHOLD_ELECTRON_BINARY
  if (binary === undefined) throw new Error('Run these specs with "npm run test:electron".')
  return binary
}

/** Starts the built desktop host in a real Electron with a folder of its own. */
export async function launchDesktop(dataDir: string): Promise<LaunchedDesktop> {
  const app = await _electron.launch({ executablePath: electronBinary(), args: electronArguments(dataDir) })
  const page = await app.firstWindow()
  await page.waitForLoadState('domcontentloaded')
  return { app, page }
}
