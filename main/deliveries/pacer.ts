import type { Pace } from '../../shared/contract/deliveries.ts'

/** How far a pace that fell behind may catch up, in milliseconds: "at most so many a second" holds all the same. */
const CATCH_UP_MS = 20

/** When the next request of a replay may leave. */
export class Pacer {
  readonly #pace: Pace
  #next: number | null = null
  #first: { readonly at: number; readonly leftAt: number } | null = null

  constructor(pace: Pace) {
    this.#pace = pace
  }

  /** Milliseconds to wait before the request that was captured at `at` leaves. Asked once for each, in their order. */
  wait(now: number, at: number): number {
    if (this.#pace.kind === 'original') return this.#likeThen(now, at, this.#pace.speed)
    const { perSecond } = this.#pace
    if (perSecond === null) return 0
    const slot = this.#next === null ? now : Math.max(this.#next, now - CATCH_UP_MS)
    this.#next = slot + 1_000 / perSecond
    return Math.max(0, slot - now)
  }

  /** After a pause: what was not sent meanwhile does not come all at once. */
  restart(): void {
    this.#next = null
    this.#first = null
  }

  #likeThen(now: number, at: number, speed: number): number {
    this.#first ??= { at, leftAt: now }
    return Math.max(0, this.#first.leftAt + (at - this.#first.at) / speed - now)
  }
}
