import { z } from 'zod'
import { leadsToPort, publicAddress } from './program-answers.ts'

const MAX_LINE = 4_096
const MAX_KEPT = 40
const SHOWN_LINES = 3
const MAX_SHOWN = 600

const ngrokLine = z.object({ msg: z.literal('started tunnel'), addr: z.string(), url: z.string() })
const ngrokError = z.object({ lvl: z.enum(['eror', 'error', 'crit']), err: z.string() })

/** What a tunnel program prints, line by line; only the last lines are kept. */
export class ProgramOutput {
  /** Of the quick tunnel that cloudflared announces in a box. */
  quickTunnel: string | null = null
  metricsPort: number | null = null
  /** A connection to the edge is up. */
  isConnected = false
  readonly #lines: string[] = []
  #rest = ''

  add(text: string): void {
    const lines = (this.#rest + text).split(/\r?\n/)
    this.#rest = (lines.pop() ?? '').slice(-MAX_LINE)
    for (const line of lines) this.#read(line.slice(0, MAX_LINE))
  }

  /** The address that ngrok announced for `port`, or null. */
  ngrokTunnel(port: number): string | null {
    for (const line of this.#lines) {
      const parsed = ngrokLine.safeParse(jsonOf(line))
      if (parsed.success && leadsToPort(parsed.data.addr, port)) return publicAddress(parsed.data.url)
    }
    return null
  }

  /** The last lines as one text, the errors where there are any. Lines that speak of a token are left out. */
  lastWords(): string {
    const lines = [...this.#lines, this.#rest].filter((line) => line.trim() !== '' && !/token|secret/i.test(line))
    const readable = lines.map((line) => {
      const error = ngrokError.safeParse(jsonOf(line))
      return error.success ? error.data.err : line
    })
    const errors = readable.filter((line) => /\berr|fail|refus|denied|unable/i.test(line))
    const chosen = (errors.length > 0 ? errors : readable).slice(-SHOWN_LINES)
    return chosen.join(' ').replaceAll(/\s+/g, ' ').slice(0, MAX_SHOWN)
  }

  #read(raw: string): void {
    const line = plain(raw)
    const host = /https:\/\/([a-z0-9-]+)\.trycloudflare\.com/.exec(line)
    if (host !== null && host[1] !== 'api') this.quickTunnel ??= host[0]
    const metrics = /[Ss]tarting metrics server on 127\.0\.0\.1:(\d{1,5})\b/.exec(line)
    if (metrics !== null) this.metricsPort = Number(metrics[1])
    if (line.includes('Registered tunnel connection')) this.isConnected = true
    this.#lines.push(line)
    if (this.#lines.length > MAX_KEPT) this.#lines.shift()
  }
}

/** Without colours and other control characters. */
function plain(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  return line.replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, '').replaceAll(/[\u0000-\u001f\u007f]/g, ' ')
}

function jsonOf(line: string): unknown {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line)
  } catch {
    // A line of words.
    return undefined
  }
}
