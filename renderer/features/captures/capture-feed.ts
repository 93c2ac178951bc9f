import type { CaptureFilter, LiveTick } from '../../../shared/contract/captures.ts'
import {
  type Answer,
  firstPage,
  type LiveList,
  pageOf,
  withNewer,
  withOlder,
  without,
  withPartAgain,
  withWaiting,
} from './live-list.ts'

/** What the list call is asked for. */
export type ListQuery = CaptureFilter & {
  readonly limit: number
  readonly cursor?: string
  readonly afterId?: number
}
export type ListCall = (query: ListQuery, signal: AbortSignal) => Promise<Answer>

export interface FeedState {
  /** Null until the first page is there. While another filter loads it is still the list of the one before. */
  readonly list: LiveList | null
  readonly isLoading: boolean
  /** Why the last page could not be read, or null. */
  readonly error: unknown
}

export const noFeed: FeedState = { list: null, isLoading: true, error: null }

const PAGE = 100
/** Most pages that are read again at once because rows in view changed. */
const MOST_AGAIN = 5

interface View {
  readonly first: number
  readonly last: number
  readonly isAtTop: boolean
}

/**
 * Keeps the list of captured requests current: pages as they are asked for, new ones on every tick, rows in view again
 * when they changed. Calls follow one another per kind, so ticks in quick succession become one call.
 */
export class CaptureFeed {
  readonly #call: ListCall
  readonly #onState: (state: FeedState) => void
  #state: FeedState = noFeed
  #filter: CaptureFilter = {}
  #abort = new AbortController()
  #view: View = { first: 0, last: 0, isAtTop: true }
  #isFollowing = true
  #newest = 0
  readonly #busy = new Set<string>()
  #wantsAgain = false

  constructor(call: ListCall, onState: (state: FeedState) => void) {
    this.#call = call
    this.#onState = onState
  }

  /** Begins anew with another filter. */
  open(filter: CaptureFilter): void {
    this.#filter = filter
    this.#view = { ...this.#view, isAtTop: true }
    void this.reload()
  }

  close(): void {
    this.#abort.abort()
  }

  /** Loads the first page, in place of all that is there. */
  async reload(): Promise<void> {
    this.#abort.abort()
    const own = new AbortController()
    this.#abort = own
    this.#busy.clear()
    this.#wantsAgain = false
    this.#set({ isLoading: true, error: null })
    try {
      const answer = await this.#call({ ...this.#filter, limit: PAGE }, own.signal)
      if (own.signal.aborted) return
      this.#set({ list: firstPage(answer), isLoading: false })
      void this.#pump()
    } catch (error) {
      if (!own.signal.aborted) this.#set({ isLoading: false, error })
    }
  }

  /** The next older page. */
  more(): void {
    const cursor = this.#state.list?.nextCursor ?? null
    if (cursor === null || this.#state.isLoading) return
    void this.#once('more', async (signal) => {
      const answer = await this.#call({ ...this.#filter, limit: PAGE, cursor }, signal)
      this.#change((list) => withOlder(list, cursor, answer), signal)
    })
  }

  /** Something was stored or changed. */
  tick({ newestId, rowsChanged }: Pick<LiveTick, 'newestId' | 'rowsChanged'>): void {
    this.#newest = Math.max(this.#newest, newestId)
    if (this.#state.list === null) {
      if (!this.#state.isLoading) void this.reload()
      return
    }
    if (rowsChanged) void this.refresh()
    void this.#pump()
  }

  /** What the operator looks at: new rows come in by themselves only at the top of the list. */
  look(view: View): void {
    const cameBack = view.isAtTop && !this.#view.isAtTop
    this.#view = view
    if (cameBack && this.#isFollowing) this.show()
  }

  follow(isFollowing: boolean): void {
    this.#isFollowing = isFollowing
    if (isFollowing && this.#view.isAtTop) this.show()
  }

  /** Puts those that waited into the list. */
  show(): void {
    if (this.#state.list?.hasOverflowed === true) void this.#renew()
    else this.#change(withWaiting, this.#abort.signal)
  }

  /** Takes out rows that were deleted, before the next tick says so. */
  remove(ids: ReadonlySet<number>): void {
    this.#change((list) => without(list, ids), this.#abort.signal)
  }

  /** Reads what is in view again. */
  async refresh(): Promise<void> {
    this.#wantsAgain = true
    await this.#once('again', async (signal) => {
      while (this.#wantsAgain && !signal.aborted) {
        this.#wantsAgain = false
        await this.#readAgain(signal)
      }
    })
  }

  async #readAgain(signal: AbortSignal): Promise<void> {
    const list = this.#state.list
    if (list === null) return
    const lowest = list.rows[Math.min(this.#view.last, list.rows.length - 1)]?.id ?? 0
    let { cursor, below } = pageOf(list, this.#view.first)
    for (let count = 0; count < MOST_AGAIN; count += 1) {
      const page = { ...this.#filter, limit: PAGE, ...(cursor === null ? {} : { cursor }) }
      const answer = await this.#call(page, signal)
      const from = below
      this.#change((now) => withPartAgain(now, from, answer), signal)
      cursor = answer.nextCursor
      below = answer.items.at(-1)?.id ?? null
      if (cursor === null || below === null || below <= lowest) return
    }
  }

  /** Reads what is newer, until there is no more of it. */
  async #pump(): Promise<void> {
    await this.#once('newer', async (signal) => {
      for (;;) {
        const list = this.#state.list
        if (list === null || list.hasOverflowed || this.#newest <= list.throughId) return
        const answer = await this.#call({ ...this.#filter, limit: PAGE, afterId: list.throughId }, signal)
        this.#change((now) => withNewer(now, answer, this.#isHolding()), signal)
        if (signal.aborted || answer.throughId <= list.throughId) return
        if (this.#state.list?.hasOverflowed === true && !this.#isHolding()) {
          void this.#renew()
          return
        }
      }
    })
  }

  /** The first page again, without a word: what is shown stays until it is there. */
  async #renew(): Promise<void> {
    await this.#once('renew', async (signal) => {
      const answer = await this.#call({ ...this.#filter, limit: PAGE }, signal)
      this.#change(() => firstPage(answer), signal)
    })
    void this.#pump()
  }

  #isHolding(): boolean {
    return !this.#isFollowing || !this.#view.isAtTop
  }

  /** Runs one call of a kind at a time; a failure is shown, and the next tick tries again. */
  async #once(kind: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    if (this.#busy.has(kind)) return
    const { signal } = this.#abort
    this.#busy.add(kind)
    try {
      await work(signal)
      if (!signal.aborted && this.#state.error !== null) this.#set({ error: null })
    } catch (error) {
      if (!signal.aborted) this.#set({ error })
    } finally {
      if (!signal.aborted) this.#busy.delete(kind)
    }
  }

  #change(change: (list: LiveList) => LiveList, signal: AbortSignal): void {
    const { list } = this.#state
    if (list === null || signal.aborted) return
    const next = change(list)
    if (next !== list) this.#set({ list: next })
  }

  #set(change: Partial<FeedState>): void {
    this.#state = { ...this.#state, ...change }
    this.#onState(this.#state)
  }
}
