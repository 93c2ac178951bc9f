import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, type ElectronApplication, type Page } from '@playwright/test'

const project = join(import.meta.dirname, '../..')
/** Whether the runtime is one that starts the app through a loader of its own; see `load-first.cjs`. */
const hasOwnLoader = process.env.KEYHOLD_ELECTRON_APP !== undefined
const isRootOnLinux = process.platform === 'linux' && process.getuid?.() === 0

export interface Desktop {
  readonly app: ElectronApplication
  readonly page: Page
  readonly electronMajor: number
  /** The exit code once the process has ended; null when a signal ended it. */
  readonly exited: Promise<number | null>
  /** Sends the process a signal, if it still runs; resolves when it has ended. */
  signal(name: 'SIGKILL' | 'SIGTERM'): Promise<number | null>
}

/** Arguments Electron is started with, for Playwright and for a plain second process alike. */
function electronArguments(dataDir: string, switches: readonly string[]): string[] {
  return [
    process.env.KEYHOLD_ELECTRON_APP ?? project,
    `--data-dir=${dataDir}`,
    ...(isRootOnLinux ? ['--no-sandbox'] : []),
    '--disable-gpu',
    // A port of its own: several of these run one after the other, and perhaps beside a real one.
    '--receiver-port=0',
    ...switches,
  ]
}

let wrapper: string | null = null

/** The binary; behind a small script where the runtime needs `load-first.cjs` (Playwright drops NODE_OPTIONS). */
function electronBinary(): string {
  const binary = process.env.KEYHOLD_ELECTRON_BINARY
  if (binary === undefined) throw new Error('Run these specs with "npm run test:electron".')
  if (!hasOwnLoader) return binary
  if (wrapper === null) {
    const folder = mkdtempSync(join(tmpdir(), 'keyhold-electron-'))
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
    wrapper = join(folder, 'electron')
    const hook = join(import.meta.dirname, 'load-first.cjs')
    writeFileSync(
      wrapper,
      `#!/bin/sh\nNODE_OPTIONS="--experimental-require-module --no-warnings --require=${hook}" exec "${binary}" "$@"\n`,
    )
    chmodSync(wrapper, 0o755)
  }
  return wrapper
}

let isVersionPrinted = false

/** Starts the built desktop host in a real Electron with a folder of its own. Says once which Electron it is. */
export async function launchDesktop(dataDir: string, ...switches: string[]): Promise<Desktop> {
  const app = await _electron.launch({
    // Told no path, Playwright takes the one of the package, which is the same, and loads its own part first.
    ...(hasOwnLoader ? { executablePath: electronBinary() } : {}),
    args: electronArguments(dataDir, switches),
    chromiumSandbox: !isRootOnLinux,
  })
  const started = app.process()
  let isRunning = true
  const exited = new Promise<number | null>((resolve) => {
    started.once('exit', (code) => {
      isRunning = false
      resolve(code)
    })
  })
  const page = await app.firstWindow()
  await page.waitForLoadState('domcontentloaded')
  // On Windows the process that was started is a shell around Electron.
  const { pid, versions } = await app.evaluate(() => ({ pid: process.pid, versions: process.versions }))
  if (!isVersionPrinted) {
    isVersionPrinted = true
    const loader = hasOwnLoader ? ', started by a loader of its own' : ''
    process.stdout.write(`Electron ${versions.electron}, Chromium ${versions.chrome}, Node ${versions.node}${loader}\n`)
  }
  return {
    app,
    page,
    exited,
    electronMajor: Number.parseInt(versions.electron ?? '', 10),
    signal: (name) => {
      if (isRunning) process.kill(pid, name)
      return exited
    },
  }
}

/** Closes the window as its close button does; resolves with the exit code when the process has ended. */
export async function closeWindow({ app, exited }: Desktop): Promise<number | null> {
  // Closing waits for the next turn, so that this call is answered before its connection is gone.
  await app.evaluate(({ BrowserWindow }) => {
    setImmediate(() => BrowserWindow.getAllWindows()[0]?.close())
  })
  return exited
}

/** Starts Electron as an operator does who starts Keyhold once more; resolves with its exit code. */
export function runPlainProcess(dataDir: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(electronBinary(), electronArguments(dataDir, []), { stdio: 'ignore' })
    child.once('error', reject)
    child.once('exit', (code) => resolve(code))
  })
}
