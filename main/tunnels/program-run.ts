import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { Problem } from '../../shared/problems.ts'
import type { Discovery } from './discovery.ts'
import type { TunnelSurroundings } from './ports.ts'
import { ProgramOutput } from './program-output.ts'
import { nameOfProgram, type StartableKind } from './programs.ts'

const LOOK_MS = 250

/** Where a started program can be found afterwards. */
export interface ProgramAddress {
  readonly key: string
  readonly url: string
}

/**
 * A tunnel program that was started from here. It says its address once ({@link address}), and ends when it is stopped,
 * when Keyhold ends, or by itself ({@link ended}).
 */
export class ProgramRun {
  readonly kind: StartableKind
  /** Where it leads to. */
  readonly localUrl: string
  /** Rejects with TUNNEL_FAILED when it does not get that far, and with an AbortError when it is stopped before. */
  readonly address: Promise<ProgramAddress>
  /** Resolves when the program is gone, with the problem unless it was stopped. */
  readonly ended: Promise<Problem | null>
  readonly #output = new ProgramOutput()
  readonly #stopping = new AbortController()
  readonly #surroundings: TunnelSurroundings
  readonly #killAtExit: () => void
  #child: ChildProcess | null = null

  constructor(
    kind: StartableKind,
    options: {
      readonly file: string
      readonly localUrl: string
      readonly discovery: Discovery
      readonly surroundings: TunnelSurroundings
    },
  ) {
    this.kind = kind
    this.localUrl = options.localUrl
    this.#surroundings = options.surroundings
    this.#killAtExit = () => this.#child?.kill('SIGKILL')
    const ended = Promise.withResolvers<Problem | null>()
    this.ended = ended.promise
    this.address = this.#start(options, (problem) => ended.resolve(problem))
    // Whoever starts it waits for the address; a stop before that is no failure nobody saw.
    this.address.catch(() => undefined)
  }

  /** It was told to end. */
  get isStopping(): boolean {
    return this.#stopping.signal.aborted
  }

  /** Asks it to end, and makes it end where it does not. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    const child = this.#child
    if (child !== null) {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), this.#surroundings.times.stop)
      await this.ended
      clearTimeout(timer)
    }
    await this.ended
  }

  async #start(
    { file, localUrl, discovery }: { file: string; localUrl: string; discovery: Discovery },
    onEnd: (problem: Problem | null) => void,
  ): Promise<ProgramAddress> {
    const { signal } = this.#stopping
    const folder = mkdtempSync(join(tmpdir(), 'keyhold-tunnel-'))
    const leave = (problem: Problem | null) => {
      process.off('exit', this.#killAtExit)
      rmSync(folder, { recursive: true, force: true })
      onEnd(signal.aborted ? null : problem)
    }
    try {
      const metricsPort = await freePort(this.#surroundings.cloudflaredPorts)
      signal.throwIfAborted()
      const gone = this.#spawn(file, wordsFor(this.kind, localUrl, folder, metricsPort))
      void gone.then(leave)
      const late = wait(this.#surroundings.times.start, 'late' as const, { signal, ref: false })
      late.catch(() => undefined)
      return await this.#watch(Number(new URL(localUrl).port), metricsPort, discovery, gone, late)
    } catch (error) {
      if (this.#child === null) leave(null)
      throw error
    }
  }

  async #watch(
    port: number,
    metricsPort: number,
    discovery: Discovery,
    gone: Promise<Problem>,
    late: Promise<'late'>,
  ): Promise<ProgramAddress> {
    const { signal } = this.#stopping
    for (;;) {
      const found = await this.#look(port, metricsPort, discovery)
      signal.throwIfAborted()
      if (found !== null) return found
      const pause = wait(LOOK_MS, null, { signal })
      const event = await Promise.race([gone, late, pause])
      if (event instanceof Problem) throw event
      if (event === 'late') {
        const problem = this.#tooLate()
        await this.stop()
        throw problem
      }
    }
  }

  /** Asks the program; what it prints counts where it cannot be asked. */
  async #look(port: number, metricsPort: number, discovery: Discovery): Promise<ProgramAddress | null> {
    const { signal } = this.#stopping
    if (this.kind === 'cloudflared') {
      const at = this.#output.metricsPort ?? metricsPort
      const asked = await discovery.cloudflared(at, signal)
      if (asked !== null && (await discovery.isReady(at, signal))) return asked
      const printed = this.#output.isConnected ? this.#output.quickTunnel : null
      return printed === null ? null : { key: `cloudflared:${metricsPort}`, url: printed }
    }
    const asked = await Promise.all(this.#surroundings.ngrokPorts.map((at) => discovery.ngrok(at, port, signal)))
    const printed = this.#output.ngrokTunnel(port)
    const own = asked.find((tunnel) => tunnel !== null && (printed === null || tunnel.url === printed))
    return own ?? (printed === null ? null : { key: 'ngrok:started', url: printed })
  }

  /** Resolves with why it ended. */
  #spawn(file: string, words: readonly string[]): Promise<Problem> {
    const child = spawn(file, words, {
      env: cleanEnvironment(this.#surroundings.environment),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    })
    this.#child = child
    process.on('exit', this.#killAtExit)
    const read = (stream: Readable) => stream.setEncoding('utf8').on('data', (text: string) => this.#output.add(text))
    read(child.stdout)
    read(child.stderr)
    return new Promise((resolve) => {
      child.once('error', (error) => resolve(this.#failed('could not be started', error.message)))
      child.once('close', (code, signal) =>
        resolve(this.#failed('ended by itself', `It ended with ${signal ?? `code ${code}`}.`)),
      )
    })
  }

  #tooLate(): Problem {
    const seconds = Math.round(this.#surroundings.times.start / 1_000)
    return this.#failed('got no address', `It did not connect within ${seconds} seconds.`)
  }

  #failed(what: string, why: string): Problem {
    const said = this.#output.lastWords()
    return new Problem('TUNNEL_FAILED', `${nameOfProgram(this.kind)} ${what}.`, {
      cause: said === '' ? why : `${why} It said: ${said}`,
      remedies:
        this.kind === 'ngrok'
          ? [
              'Run "ngrok config add-authtoken" once with the token of your account.',
              'Check that this machine reaches the internet, then start it again.',
            ]
          : ['Check that this machine reaches the internet, then start it again.'],
    })
  }
}

/**
 * cloudflared reads `~/.cloudflared/config.yml` unless another file is named, and rules in it keep quick tunnels from
 * working. Its metrics server gets a port of its own, so that it can be asked for the address.
 */
function wordsFor(kind: StartableKind, localUrl: string, folder: string, metricsPort: number): string[] {
  if (kind === 'ngrok') return ['http', localUrl, '--log', 'stdout', '--log-format', 'json']
  const config = join(folder, 'config.yml')
  writeFileSync(config, 'no-autoupdate: true\n', { mode: 0o600 })
  const metrics = `127.0.0.1:${metricsPort}`
  return ['tunnel', '--no-autoupdate', '--config', config, '--url', localUrl, '--metrics', metrics]
}

/** Settings of cloudflared in the environment (`TUNNEL_URL` and the like) would rule over ours. */
function cleanEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('TUNNEL_')))
}

/** One of `wished` where one is free: a program left behind by a crash is found there by the next run. */
async function freePort(wished: readonly number[]): Promise<number> {
  for (const port of wished) {
    const free = await tryPort(port)
    if (free !== null) return free
  }
  const any = await tryPort(0)
  if (any === null) throw new Problem('TUNNEL_FAILED', 'This machine has no free port for the tunnel program.')
  return any
}

function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(null))
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      const taken = typeof address === 'object' ? (address?.port ?? null) : null
      server.close(() => resolve(taken))
    })
  })
}
