import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Audit } from '../../main/audit/audit.ts'
import { Changes } from '../../main/changes.ts'
import { systemClock } from '../../main/host.ts'
import type { HttpClient } from '../../main/http/http-client.ts'
import { createHttpClient } from '../../main/http/undici-client.ts'
import { openStore, type Store } from '../../main/store/store.ts'
import { type TunnelReceiver, type TunnelSurroundings, Tunnels } from '../../main/tunnels/tunnels.ts'
import type { Tunnel } from '../../shared/contract/tunnels.ts'
import { listening, type Running } from '../simulators/cloudflared.ts'
import { endpointNamed, startReceiver } from '../support/receiver-thread.ts'

export const caller = { source: 'app' } as const
const simulators = fileURLToPath(new URL('../simulators/', import.meta.url))

export const usualTimes = { poll: 40, interest: 60_000, start: 20_000, proof: 3_000, proofRetry: 30, stop: 300 }

/** A server that does what the receiver does for tunnels, on a real socket. */
export interface NonceServer extends TunnelReceiver, Running {
  /** Every address that was put in force, in order. */
  readonly publicUrls: (string | null)[]
  readonly nonces: ReadonlySet<string>
}

/** One whose port can be said to be another one, as after a change of the settings. */
interface MovableServer extends NonceServer {
  showPort(port: number): void
}

export async function startNonceServer(): Promise<MovableServer> {
  const nonces = new Set<string>()
  const publicUrls: (string | null)[] = []
  const running = await listening(
    createServer((request, response) => {
      const nonce = request.url?.split('/.well-known/keyhold/')[1] ?? ''
      if (nonces.has(nonce)) response.writeHead(200, { 'content-type': 'text/plain' }).end(nonce)
      else response.writeHead(404).end('This is the webhook receiver of Keyhold. Requests are captured at /h/<slug>.\n')
    }),
    0,
  )
  let shownPort = running.port
  return {
    ...running,
    publicUrls,
    nonces,
    serveNonce: (nonce) => {
      nonces.add(nonce)
      return () => nonces.delete(nonce)
    },
    localUrl: () => `http://127.0.0.1:${shownPort}`,
    showPort: (port) => {
      shownPort = port
    },
    setPublicUrl: (url) => publicUrls.push(url),
  }
}

/** The real thread of the receiver, with one endpoint `/h/orders`. */
export async function startRealReceiver(directory: string): Promise<NonceServer> {
  const receiver = await startReceiver({ directory, endpoints: [endpointNamed('orders', 1)] })
  const publicUrls: (string | null)[] = []
  const nonces = new Set<string>()
  return {
    port: receiver.port,
    publicUrls,
    nonces,
    close: () => receiver.close(),
    localUrl: () => `http://127.0.0.1:${receiver.port}`,
    serveNonce: (nonce) => {
      nonces.add(nonce)
      const release = receiver.thread.nonce(nonce)
      return () => {
        nonces.delete(nonce)
        release()
      }
    },
    setPublicUrl: (publicUrl) => {
      publicUrls.push(publicUrl)
      receiver.configure({ publicUrl })
    },
  }
}

/** Stands for the names of the internet: p12345.trycloudflare.com, or below ngrok-free.app, is port 12345 of this machine. */
function withNames(http: HttpClient): HttpClient {
  return {
    send: (request) =>
      http.send({
        ...request,
        url: request.url.replace(/^https:\/\/p(\d+)\.(?:trycloudflare\.com|ngrok-free\.app)/, 'http://127.0.0.1:$1'),
      }),
  }
}

/** A workspace's tunnels with programs, ports and times of its own. */
export class TunnelBench {
  readonly folder = mkdtempSync(join(tmpdir(), 'keyhold-tunnels-'))
  readonly changes = new Changes()
  readonly receiver: NonceServer
  readonly environment: NodeJS.ProcessEnv = { PATH: process.env.PATH }
  readonly #http = createHttpClient({ userAgent: 'Keyhold/test' })
  #surroundings: TunnelSurroundings
  store: Store
  tunnels: Tunnels

  static async start(change: Partial<TunnelSurroundings> = {}, receiver?: NonceServer): Promise<TunnelBench> {
    return new TunnelBench(receiver ?? (await startNonceServer()), change)
  }

  private constructor(receiver: NonceServer, change: Partial<TunnelSurroundings>) {
    this.receiver = receiver
    mkdirSync(join(this.folder, 'bin'))
    this.#surroundings = {
      path: join(this.folder, 'bin'),
      environment: this.environment,
      cloudflaredPorts: [],
      ngrokPorts: [],
      times: usualTimes,
      ...change,
    }
    this.store = openStore(this.folder)
    this.tunnels = this.#make()
  }

  /** Ends everything and begins anew with the same files. */
  async restart(options: { orderly: boolean }): Promise<void> {
    if (options.orderly) await this.tunnels.close()
    this.store.close()
    this.store = openStore(this.folder)
    this.tunnels = this.#make()
  }

  /** Puts a program on the PATH that runs a script of `tests/simulators` or, with `text`, prints it for these words. */
  program(name: string, script: string): void {
    this.#install(name, `exec "${process.execPath}" "${join(simulators, script)}" "$@"`)
  }

  printing(name: string, answers: Readonly<Record<string, unknown>>): void {
    const cases = Object.entries(answers).map(([words, answer]) => `"${words}") echo '${JSON.stringify(answer)}';;`)
    this.#install(name, `case "$*" in ${cases.join('\n')} *) echo "unknown: $*" >&2; exit 1;; esac`)
  }

  /** Number of the process that was started last. */
  pidOf(name: string): number {
    return Number(readFileSync(join(this.#surroundings.path, `${name}.pid`), 'utf8'))
  }

  view(): readonly Tunnel[] {
    return this.tunnels.list().tunnels
  }

  /** Resolves once the tunnels are as `isSo` wants them; asked again at every change that is announced. */
  until(isSo: (tunnels: readonly Tunnel[]) => boolean): Promise<readonly Tunnel[]> {
    return new Promise((resolve) => {
      const end = this.changes.subscribe(() => look())
      const look = () => {
        const present = this.view()
        if (!isSo(present)) return
        end()
        resolve(present)
      }
      look()
    })
  }

  async close(): Promise<void> {
    await this.tunnels.close()
    this.store.close()
    await this.#http.close()
    await this.receiver.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  #make(): Tunnels {
    const { store, changes, receiver } = this
    return new Tunnels({
      store,
      receiver,
      changes,
      clock: systemClock,
      audit: new Audit(store, systemClock, changes),
      http: withNames(this.#http),
      surroundings: this.#surroundings,
    })
  }

  #install(name: string, command: string): void {
    const file = join(this.#surroundings.path, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `#!/bin/sh\necho $$ > "${file}.pid"\n${command}\n`)
    chmodSync(file, 0o755)
  }
}

/** The only tunnel of a kind. */
export function only(tunnels: readonly Tunnel[], kind: Tunnel['kind']): Tunnel {
  const [found, ...more] = tunnels.filter((tunnel) => tunnel.kind === kind)
  if (found === undefined || more.length > 0) throw new Error(`There are ${more.length} more or none of ${kind}.`)
  return found
}
