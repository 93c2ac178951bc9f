interface Follower<T> {
  readonly pending: Map<number, T>
  wake: (() => void) | null
}

/**
 * Those who follow things that change. Each gets the newest state of every thing that changed, by its id: who is slow
 * misses what lay between, never the last one.
 */
export class Followers<T> {
  readonly #followers = new Set<Follower<T>>()
  #isClosed = false

  publish(id: number, state: T): void {
    for (const follower of this.#followers) {
      follower.pending.set(id, state)
      follower.wake?.()
    }
  }

  /** What there is `now`, when the follower begins to listen, then each change, until `signal` or {@link close} ends it. What was published before the end still comes. */
  async *follow(
    now: () => Iterable<readonly [id: number, state: T]>,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<T> {
    const follower: Follower<T> = { pending: new Map(now()), wake: null }
    const wake = () => follower.wake?.()
    this.#followers.add(follower)
    signal?.addEventListener('abort', wake, { once: true })
    try {
      while (!signal?.aborted) {
        for (const [id, state] of follower.pending) {
          follower.pending.delete(id)
          yield state
          if (signal?.aborted) return
        }
        if (this.#isClosed) return
        if (follower.pending.size > 0 || signal?.aborted) continue
        await new Promise<void>((resolve) => {
          follower.wake = resolve
        })
        follower.wake = null
      }
    } finally {
      signal?.removeEventListener('abort', wake)
      this.#followers.delete(follower)
    }
  }

  close(): void {
    this.#isClosed = true
    for (const follower of this.#followers) follower.wake?.()
  }
}
