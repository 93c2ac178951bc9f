import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const folder = join(import.meta.dirname, '../integration/receiver')

export interface LoadOptions {
  readonly port: number
  readonly path: string
  readonly connections: number
  /** How long it is measured, after warming up; null: until `count` requests are sent or the server is gone. */
  readonly seconds: number | null
  readonly count: number | null
  readonly warmUpSeconds: number
  /** Signs every request as Standard Webhooks. */
  readonly secret: string | null
  /** Takes the event ids that were answered with 200, one in a line. */
  readonly acknowledgedFile: string | null
}

export interface LoadResult {
  readonly perSecond: number
  readonly answered: number
  /** Answers other than 200. */
  readonly refused: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

interface Child {
  readonly process: ChildProcess
  /** The next line it prints. Rejects when it ends without one. */
  line(): Promise<string>
}

export function startChild(
  name: 'load' | 'bare' | 'capture',
  args: readonly string[],
  nodeArgs: readonly string[] = [],
): Child {
  const child = spawn(process.execPath, ['--no-warnings', ...nodeArgs, join(folder, `${name}-child.ts`), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    process: child,
    line: async () => {
      const { value, done } = await lines.next()
      if (done === true) throw new Error(`The ${name} process ended with ${child.exitCode ?? child.signalCode}.`)
      return String(value)
    },
  }
}

/** Runs a load to its end. `onBegun`: the requests are prepared and the first ones go out. */
export async function load(options: LoadOptions, onBegun: () => void = () => {}): Promise<LoadResult> {
  const child = startChild('load', [JSON.stringify(options)])
  await child.line()
  onBegun()
  const result: LoadResult = JSON.parse(await child.line())
  return result
}

/** Ends a child by closing its input. */
export async function endChild({ process: child }: Child): Promise<void> {
  child.stdin?.end()
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

export async function killChild({ process: child }: Child): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
