import { slugSchema } from '../../../shared/contract/receiver.ts'
import type { Reports } from './reports.ts'

const WAIT_MS = 2_000
/** Slugs that main is asked for at a time, and requests that wait for one. */
const MAX_SLUGS = 50
const MAX_WAITING = 200

interface Asked {
  readonly timer: NodeJS.Timeout
  readonly waiting: (() => void)[]
}

/** Unknown slugs for which main may make an endpoint. Their senders wait a moment. */
export class SlugRequests {
  readonly #reports: Reports
  readonly #asked = new Map<string, Asked>()
  /** By the operator. */
  enabled = false

  constructor(reports: Reports) {
    this.#reports = reports
  }

  /** Asks main for an endpoint. False: this slug gets none, or too many are being asked for. */
  ask(slug: string): boolean {
    if (!this.enabled || slugSchema.safeParse(slug).data !== slug) return false
    if (this.#asked.has(slug)) return true
    if (this.#asked.size >= MAX_SLUGS) return false
    const timer = setTimeout(() => this.decide(slug), WAIT_MS)
    this.#asked.set(slug, { timer, waiting: [] })
    this.#reports.post({ type: 'unknown-slug', slug, wanted: true, count: 1 })
    return true
  }

  /** Calls back once main decided, at once when it has. */
  whenDecided(slug: string, then: () => void): void {
    const asked = this.#asked.get(slug)
    if (asked === undefined || asked.waiting.length >= MAX_WAITING) then()
    else asked.waiting.push(then)
  }

  decide(slug: string): void {
    const asked = this.#asked.get(slug)
    if (asked === undefined) return
    clearTimeout(asked.timer)
    this.#asked.delete(slug)
    for (const then of asked.waiting) then()
  }

  /** Nobody waits any longer. */
  close(): void {
    for (const slug of [...this.#asked.keys()]) this.decide(slug)
  }
}
