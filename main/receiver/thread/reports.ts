import type { FromThread, ThreadCounters } from './messages.ts'

const STORED_EVERY_MS = 20
const COUNTERS_EVERY_MS = 250
/** Rates are counted over this many quarters of a second. */
const RATE_SLOTS = 8
const MAX_SLUGS = 20
const MAX_SLUG = 100

/** What the thread tells main, gathered so that main is not woken by every request. */
export class Reports {
  readonly #post: (message: FromThread) => void
  readonly #counters: { -readonly [name in keyof ThreadCounters]: number } = {
    captured: 0,
    refused: 0,
    unknownSlug: 0,
    malformed: 0,
    notStored: 0,
  }
  readonly #slugs = new Map<string, number>()
  readonly #perSlot: { slot: number; count: number }[] = []
  #storedCount = 0
  #lastId = 0
  #storedTimer: NodeJS.Timeout | null = null
  #countersTimer: NodeJS.Timeout | null = null

  constructor(post: (message: FromThread) => void) {
    this.#post = post
  }

  /** At once. */
  post(message: FromThread): void {
    this.#post(message)
  }

  stored(lastId: number, count: number): void {
    this.#countRate(count)
    this.imported(lastId, count)
  }

  /** They did not come in now, so they say nothing about how many do. */
  imported(lastId: number, count: number): void {
    this.#lastId = lastId
    this.#storedCount += count
    this.#storedTimer ??= setTimeout(() => this.#sendStored(), STORED_EVERY_MS)
  }

  count(counter: keyof ThreadCounters, by = 1): void {
    this.#counters[counter] += by
    this.#countersTimer ??= setTimeout(() => this.#sendCounters(), COUNTERS_EVERY_MS)
  }

  /** A slug nobody made and nobody is to make. */
  unknownSlug(slug: string): void {
    const shown = slug.slice(0, MAX_SLUG)
    if (this.#slugs.has(shown) || this.#slugs.size < MAX_SLUGS)
      this.#slugs.set(shown, (this.#slugs.get(shown) ?? 0) + 1)
    this.count('unknownSlug')
  }

  /** Everything that waits. */
  flush(): void {
    if (this.#storedTimer !== null) this.#sendStored()
    if (this.#countersTimer !== null) this.#sendCounters()
  }

  #sendStored(): void {
    clearTimeout(this.#storedTimer ?? undefined)
    this.#storedTimer = null
    this.#post({ type: 'stored', lastId: this.#lastId, count: this.#storedCount, perSecond: this.#rate() })
    this.#storedCount = 0
  }

  #sendCounters(): void {
    clearTimeout(this.#countersTimer ?? undefined)
    this.#countersTimer = null
    this.#post({ type: 'counters', counters: { ...this.#counters } })
    for (const [slug, count] of this.#slugs) this.#post({ type: 'unknown-slug', slug, wanted: false, count })
    this.#slugs.clear()
  }

  #countRate(count: number): void {
    const slot = Math.floor(performance.now() / COUNTERS_EVERY_MS)
    const last = this.#perSlot.at(-1)
    if (last?.slot === slot) last.count += count
    else this.#perSlot.push({ slot, count })
    if (this.#perSlot.length > RATE_SLOTS) this.#perSlot.shift()
  }

  #rate(): number {
    const oldest = Math.floor(performance.now() / COUNTERS_EVERY_MS) - RATE_SLOTS
    const recent = this.#perSlot.filter(({ slot }) => slot > oldest)
    const first = recent[0]?.slot ?? 0
    const slots = Math.max(1, Math.floor(performance.now() / COUNTERS_EVERY_MS) - first + 1)
    return (recent.reduce((sum, { count }) => sum + count, 0) * 1_000) / (slots * COUNTERS_EVERY_MS)
  }
}
