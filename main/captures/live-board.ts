import type { LiveTick } from '../../shared/contract/captures.ts'

/** Ticks of one follower are at least this far apart. */
const MIN_GAP_MS = 250
/** Without a message for so long nothing comes in any more. */
const QUIET_MS = 2_000

interface Follower {
  rowsChanged: boolean
  rung: boolean
  wake: (() => void) | null
}

/** Tells those who look at a list that it is not the newest any more. */
export class LiveBoard {
  readonly #state: () => Pick<LiveTick, 'newestId' | 'behind' | 'problem'>
  readonly #followers = new Set<Follower>()
  #perSecond = 0
  #quiet: NodeJS.Timeout | null = null
  #closed = false

  /** `state`: how the lists stand now. */
  constructor(state: () => Pick<LiveTick, 'newestId' | 'behind' | 'problem'>) {
    this.#state = state
  }

  /** Requests came in. */
  stored(perSecond: number): void {
    this.#perSecond = perSecond
    if (this.#quiet !== null) clearTimeout(this.#quiet)
    this.#quiet = setTimeout(() => {
      this.#perSecond = 0
      this.ring(false)
    }, QUIET_MS)
    this.#quiet.unref()
    this.ring(false)
  }

  ring(rowsChanged: boolean): void {
    for (const follower of this.#followers) {
      follower.rowsChanged ||= rowsChanged
      follower.rung = true
      follower.wake?.()
    }
  }

  /** One tick at once, then at most four a second while something happens. Ends with `signal` or {@link close}. */
  async *follow(signal: AbortSignal | undefined): AsyncGenerator<LiveTick> {
    const follower: Follower = { rowsChanged: false, rung: true, wake: null }
    const wake = () => follower.wake?.()
    this.#followers.add(follower)
    signal?.addEventListener('abort', wake)
    try {
      while (!this.#closed && !signal?.aborted) {
        if (follower.rung) {
          follower.rung = false
          const { rowsChanged } = follower
          follower.rowsChanged = false
          yield { ...this.#state(), perSecond: this.#perSecond, rowsChanged }
          await pause(follower, MIN_GAP_MS, signal)
        } else {
          await pause(follower, null, signal)
        }
      }
    } finally {
      signal?.removeEventListener('abort', wake)
      this.#followers.delete(follower)
    }
  }

  close(): void {
    this.#closed = true
    if (this.#quiet !== null) clearTimeout(this.#quiet)
    for (const follower of this.#followers) follower.wake?.()
  }
}

/** Until the time is over; without a time until something happens. An abort ends both. */
async function pause(follower: Follower, ms: number | null, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted || (ms === null && follower.rung)) return
  await new Promise<void>((resolve) => {
    const timer = ms === null ? null : setTimeout(resolve, ms)
    follower.wake = () => {
      // While the gap lasts only the end of everything ends it.
      if (timer !== null && !signal?.aborted) return
      if (timer !== null) clearTimeout(timer)
      resolve()
    }
  })
  follower.wake = null
}
