import { execFile } from 'node:child_process'
import type { HttpClient } from '../http/http-client.ts'
import type { TunnelSurroundings } from './ports.ts'
import {
  isTailscaleUp,
  readDevTunnel,
  readDevTunnelList,
  readNgrokTunnels,
  readQuickTunnel,
  readTailscaleServe,
} from './program-answers.ts'
import { findProgram, type ProgramKind } from './programs.ts'

const HTTP_MS = 1_000
const COMMAND_MS = 4_000
const MAX_ANSWER = 1_024 * 1_024
/** Hosted dev tunnels that are asked for their ports. */
const MAX_DEV_TUNNELS = 5

export interface FoundTunnel {
  readonly kind: ProgramKind
  /** The same for the same running program: "ngrok:4040". */
  readonly key: string
  readonly url: string
}

/** Finds running tunnel programs. Its requests go to 127.0.0.1 alone; programs are only asked for what they know. */
export class Discovery {
  readonly #http: HttpClient
  readonly #surroundings: TunnelSurroundings

  constructor(http: HttpClient, surroundings: TunnelSurroundings) {
    this.#http = http
    this.#surroundings = surroundings
  }

  /** Programs that answer on a port of this machine. `port` is the receiver's. */
  async byPorts(port: number, signal: AbortSignal): Promise<FoundTunnel[]> {
    const { cloudflaredPorts, ngrokPorts } = this.#surroundings
    const found = await Promise.all([
      ...cloudflaredPorts.map((at) => this.cloudflared(at, signal)),
      ...ngrokPorts.map((at) => this.ngrok(at, port, signal)),
    ])
    return found.filter((tunnel) => tunnel !== null)
  }

  /** Programs that have to be run to be asked. */
  async byCommands(port: number, signal: AbortSignal): Promise<FoundTunnel[]> {
    const [tailscale, devTunnels] = await Promise.all([this.#tailscale(port, signal), this.#devTunnels(port, signal)])
    return [...tailscale, ...devTunnels]
  }

  /** The quick tunnel whose metrics server is at `at`. */
  async cloudflared(at: number, signal: AbortSignal): Promise<FoundTunnel | null> {
    const url = readQuickTunnel(await this.#ask(at, '/quicktunnel', signal))
    if (url === null) return null
    return { kind: 'cloudflared', key: `cloudflared:${at}`, url }
  }

  async ngrok(at: number, port: number, signal: AbortSignal): Promise<FoundTunnel | null> {
    const url = readNgrokTunnels(await this.#ask(at, '/api/tunnels', signal), port)
    return url === null ? null : { kind: 'ngrok', key: `ngrok:${at}`, url }
  }

  async #tailscale(port: number, signal: AbortSignal): Promise<FoundTunnel[]> {
    const file = findProgram('tailscale', this.#surroundings.path)
    if (file === null) return []
    const url = readTailscaleServe(await this.#run(file, ['serve', 'status', '--json'], signal), port)
    if (url === null || !isTailscaleUp(await this.#run(file, ['status', '--json', '--peers=false'], signal))) return []
    return [{ kind: 'tailscale', key: 'tailscale', url }]
  }

  async #devTunnels(port: number, signal: AbortSignal): Promise<FoundTunnel[]> {
    const file = findProgram('devtunnel', this.#surroundings.path)
    if (file === null) return []
    const found: FoundTunnel[] = []
    for (const id of readDevTunnelList(await this.#run(file, ['list', '--json'], signal)).slice(0, MAX_DEV_TUNNELS)) {
      const url = readDevTunnel(await this.#run(file, ['show', id, '--json'], signal), port)
      if (url !== null) found.push({ kind: 'devtunnel', key: `devtunnel:${id}`, url })
    }
    return found
  }

  /** Whether the cloudflared with this metrics server has a connection. */
  async isReady(at: number, signal: AbortSignal): Promise<boolean> {
    try {
      const { status } = await this.#get(at, '/ready', signal)
      return status === 200
    } catch {
      // It went away between two questions.
      return false
    }
  }

  /** The JSON that is answered, or undefined: most ports have nobody, or somebody else. */
  async #ask(at: number, path: string, signal: AbortSignal): Promise<unknown> {
    try {
      const { status, body } = await this.#get(at, path, signal)
      return status === 200 ? JSON.parse(body) : undefined
    } catch {
      // Nobody, or no JSON: no tunnel program either way.
      return undefined
    }
  }

  #get(at: number, path: string, signal: AbortSignal) {
    const url = `http://127.0.0.1:${at}${path}`
    return this.#http.send({ method: 'GET', url, headers: {}, signal, timeoutMs: HTTP_MS, maxBytes: MAX_ANSWER })
  }

  /** The JSON that a program prints, or undefined: not signed in, an older version, or not running. */
  #run(file: string, words: readonly string[], signal: AbortSignal): Promise<unknown> {
    return new Promise((resolve) => {
      const { environment } = this.#surroundings
      const options = { env: environment, signal, timeout: COMMAND_MS, maxBuffer: MAX_ANSWER, windowsHide: true }
      execFile(file, words, options, (error, printed) => {
        try {
          resolve(error === null ? JSON.parse(printed) : undefined)
        } catch {
          // It prints words where there is nothing to tell.
          resolve(undefined)
        }
      })
    })
  }
}
