import { setTimeout as delay } from 'node:timers/promises'
import PQueue from 'p-queue'
import type { KeyKind, ProviderId } from '../../shared/providers.ts'
import type { Clock } from '../host.ts'
import { HttpFailure } from '../http/http-client.ts'
import { type CallContext, ProviderError } from '../providers/provider.ts'
import type { LastExchange } from './failures.ts'
import type { UsageProviders } from './ports.ts'

/** Calls of one source that are under way at the same time, until the provider asks to slow down. */
const MAX_CALLS = 24
/** A pause longer than this is not made; the call fails and the sync can be resumed. */
const MAX_PAUSE_MS = 15 * 60_000
const MAX_PAUSES_PER_CALL = 3
const DEFAULT_PAUSE_MS = 20_000

/**
 * The calls of one source to its provider: several at a time, one at a time after the provider has answered 429,
 * none while a pause it asked for is under way.
 */
export class Line {
  readonly #providers: UsageProviders
  readonly #provider: ProviderId
  readonly #clock: Clock
  readonly #signal: AbortSignal
  readonly #onWait: (until: number | null) => void
  readonly #queue = new PQueue({ concurrency: MAX_CALLS })
  readonly #waits = new Set<{ readonly until: number }>()
  /** On the monotonic clock: no call before then. */
  #resumeAt = 0

  constructor(options: {
    readonly providers: UsageProviders
    readonly provider: ProviderId
    readonly clock: Clock
    readonly signal: AbortSignal
    /** Hears of every pause when it begins, and null when none is left. */
    readonly onWait: (until: number | null) => void
  }) {
    this.#providers = options.providers
    this.#provider = options.provider
    this.#clock = options.clock
    this.#signal = options.signal
    this.#onWait = options.onWait
  }

  /** The context for one call; `exchange` is told what the last answer was. Throws like `Providers.context`. */
  context(kind: KeyKind, exchange: LastExchange): CallContext {
    const context = this.#providers.context(this.#provider, kind, this.#signal)
    return {
      ...context,
      signal: this.#signal,
      wait: (ms) => this.#pause(ms),
      http: {
        send: async (request) => {
          try {
            const response = await context.http.send(request)
            exchange.status = response.status
            exchange.failure = null
            if (response.status === 429) this.#slowDown()
            return response
          } catch (error) {
            exchange.status = null
            exchange.failure = error instanceof HttpFailure ? error.kind : null
            throw error
          }
        },
      },
    }
  }

  /** Makes a call when its turn has come, and again after the pauses the provider asks for. */
  async call<T>(work: () => Promise<T>): Promise<T> {
    for (let pauses = 0; ; pauses += 1) {
      try {
        return await this.#queue.add(async () => {
          await this.#pause(this.#resumeAt - performance.now())
          return untilAborted(work, this.#signal)
        })
      } catch (error) {
        if (!(error instanceof ProviderError) || error.outcome !== 'rate_limited') throw error
        const ms = error.problem.retryAfterMs ?? DEFAULT_PAUSE_MS * 2 ** pauses
        if (pauses >= MAX_PAUSES_PER_CALL || ms > MAX_PAUSE_MS) throw error
        this.#slowDown()
        this.#resumeAt = Math.max(this.#resumeAt, performance.now() + ms)
      }
    }
  }

  #slowDown(): void {
    this.#queue.concurrency = 1
  }

  async #pause(ms: number): Promise<void> {
    if (ms <= 0) return
    const wait = { until: this.#clock.now() + Math.ceil(ms) }
    this.#waits.add(wait)
    this.#onWait(this.#waitingUntil())
    try {
      await delay(ms, undefined, { signal: this.#signal })
    } finally {
      this.#waits.delete(wait)
      this.#onWait(this.#waitingUntil())
    }
  }

  #waitingUntil(): number | null {
    return this.#waits.size === 0 ? null : Math.max(...[...this.#waits].map(({ until }) => until))
  }
}

/** An adapter that does not listen to the signal must not hold up a sync that was stopped. */
function untilAborted<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(new HttpFailure('aborted', 'The sync was stopped.'))
    if (signal.aborted) {
      onAbort()
      return
    }
    signal.addEventListener('abort', onAbort, { once: true })
    work()
      .finally(() => signal.removeEventListener('abort', onAbort))
      .then(resolve, reject)
  })
}
