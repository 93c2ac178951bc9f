import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const entry = join(import.meta.dirname, '../../out/main/browser.js')
const START_TIMEOUT_MS = 30_000

export interface RunningHost {
  readonly dataDir: string
  /** The printed address with its launch token, good for one exchange. */
  readonly launchUrl: string
  /** `http://127.0.0.1:PORT` */
  readonly origin: string
  readonly child: ChildProcess
  /** Everything the process wrote so far, both streams. */
  output(): string
  /** Ctrl-C; resolves with the exit code. */
  stop(): Promise<number | null>
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>
}

export interface HostOptions {
  readonly dataDir: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** A fresh folder for one test, and the function that removes it. */
export function temporaryFolder(label: string): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `keyhold-${label}-`))
  // More than once: a process that has just been ended may have helpers that still write for a moment.
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 10 }) }
}

/** A file with one line, for `--passphrase-file` and `--api-token-file`. */
export function lineFile(folder: string, name: string, line: string): string {
  const file = join(folder, name)
  writeFileSync(file, `${line}\n`, { mode: 0o600 })
  return file
}

/** Starts the built browser host as its own process and waits for its ready line. */
export async function startHost({ dataDir, args = [], env = {} }: HostOptions): Promise<RunningHost> {
  // A port of its own for each: hosts of several tests run at the same time.
  const receiver = args.includes('--receiver-port') ? [] : ['--receiver-port', '0']
  const own = ['--no-open', '--port', '0', '--data-dir', dataDir, ...receiver]
  const child = spawn(process.execPath, [entry, ...own, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += String(chunk)
  })
  child.stderr.on('data', (chunk) => {
    output += String(chunk)
  })
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  const launchUrl = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`The host did not start:\n${output}`)), START_TIMEOUT_MS)
    child.stdout.on('data', () => {
      const match = /Keyhold is ready at (http:\S+)/.exec(output)
      if (match?.[1] === undefined) return
      clearTimeout(timer)
      resolve(match[1])
    })
    void exited.then((code) => {
      clearTimeout(timer)
      reject(new Error(`The host ended with ${code}:\n${output}`))
    })
  })
  return {
    dataDir,
    launchUrl,
    origin: new URL(launchUrl).origin,
    child,
    output: () => output,
    stop: () => {
      child.kill('SIGINT')
      return exited
    },
    kill: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}
