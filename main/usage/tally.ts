import type { MoneyLine, Provenance, UsageGroup } from '../../shared/contract/usage.ts'
import { formatNanos } from '../../shared/money.ts'
import type { Day } from './days.ts'
import type { Item, ItemDay } from './item-rows.ts'

type Counter = 'requests' | 'inputTokens' | 'outputTokens' | 'cachedInputTokens'

/** Sums per day together with how many figures went into each: none is "not known", which is not zero. */
interface Column<T> {
  readonly sums: T[]
  readonly known: number[]
}

/**
 * Adds figures up per day. Money only ever meets money of the same currency and provenance. Counters are the
 * provider's own (metered, or told along with a bill); counts that were estimated are not mixed into them.
 */
export class Tally {
  readonly #from: Day
  readonly #length: number
  readonly #counters: Record<Counter, Column<number>>
  readonly #money = new Map<string, Column<bigint> & { readonly currency: string; readonly provenance: Provenance }>()

  constructor(from: Day, length: number) {
    this.#from = from
    this.#length = length
    const column = () => ({ sums: this.#zeros(0), known: this.#zeros(0) })
    this.#counters = { requests: column(), inputTokens: column(), outputTokens: column(), cachedInputTokens: column() }
  }

  /** Adds the figures of an item on one day, or takes them away again (`sign` -1). */
  add({ currency, provenance }: Pick<Item, 'currency' | 'provenance'>, figures: ItemDay, sign: 1 | -1 = 1): void {
    const [
      ,
      day,
      requests,
      requestsKnown,
      input,
      inputKnown,
      output,
      outputKnown,
      cached,
      cachedKnown,
      cost,
      costKnown,
    ] = figures
    const index = day - this.#from
    if (index < 0 || index >= this.#length) return
    if (provenance === 'metered' || provenance === 'billed') {
      const counters = this.#counters
      if (requestsKnown > 0) addTo(counters.requests, index, sign * requests, sign * requestsKnown)
      if (inputKnown > 0) addTo(counters.inputTokens, index, sign * input, sign * inputKnown)
      if (outputKnown > 0) addTo(counters.outputTokens, index, sign * output, sign * outputKnown)
      if (cachedKnown > 0) addTo(counters.cachedInputTokens, index, sign * cached, sign * cachedKnown)
    }
    if (cost === null) return
    const line = this.#line(currency, provenance)
    line.sums[index] = (line.sums[index] ?? 0n) + BigInt(sign) * BigInt(cost)
    line.known[index] = (line.known[index] ?? 0) + sign * costKnown
  }

  hasFigures(): boolean[] {
    const columns = [...Object.values(this.#counters), ...this.#money.values()]
    return Array.from({ length: this.#length }, (_, index) => columns.some(({ known }) => (known[index] ?? 0) > 0))
  }

  isEmpty(): boolean {
    return !this.hasFigures().some((has) => has)
  }

  /** Money in nanos by currency and provenance, for ranking. */
  spent(): { currency: string; provenance: Provenance; nanos: bigint }[] {
    return this.#lines().map(({ currency, provenance, sums }) => ({ currency, provenance, nanos: sumOf(sums) }))
  }

  tokens(): number {
    return (total(this.#counters.inputTokens) ?? 0) + (total(this.#counters.outputTokens) ?? 0)
  }

  totals(): Pick<UsageGroup, Counter> {
    const { requests, inputTokens, outputTokens, cachedInputTokens } = this.#counters
    return {
      requests: total(requests),
      inputTokens: total(inputTokens),
      outputTokens: total(outputTokens),
      cachedInputTokens: total(cachedInputTokens),
    }
  }

  figures(): Omit<UsageGroup, 'id' | 'label' | 'provider' | 'role'> {
    return {
      ...this.totals(),
      requestsPerDay: perDay(this.#counters.requests, (value) => value),
      inputTokensPerDay: perDay(this.#counters.inputTokens, (value) => value),
      outputTokensPerDay: perDay(this.#counters.outputTokens, (value) => value),
      cost: this.cost(),
    }
  }

  cost(): MoneyLine[] {
    return this.#lines()
      .map((line) => ({
        currency: line.currency,
        provenance: line.provenance,
        total: formatNanos(sumOf(line.sums)),
        perDay: perDay(line, formatNanos),
      }))
      .sort((a, b) => compare(a.currency, b.currency) || compare(a.provenance, b.provenance))
  }

  #lines() {
    return [...this.#money.values()].filter(({ known }) => known.some((count) => count > 0))
  }

  #line(currency: string, provenance: Provenance) {
    const key = `${currency}/${provenance}`
    const present = this.#money.get(key)
    if (present) return present
    const line = { currency, provenance, sums: this.#zeros(0n), known: this.#zeros(0) }
    this.#money.set(key, line)
    return line
  }

  #zeros<T>(zero: T): T[] {
    return new Array<T>(this.#length).fill(zero)
  }
}

function addTo({ sums, known }: Column<number>, index: number, sum: number, count: number): void {
  sums[index] = (sums[index] ?? 0) + sum
  known[index] = (known[index] ?? 0) + count
}

function total({ sums, known }: Column<number>): number | null {
  return known.some((count) => count > 0) ? sums.reduce((a, b) => a + b, 0) : null
}

function sumOf(values: readonly bigint[]): bigint {
  return values.reduce((a, b) => a + b, 0n)
}

function perDay<T, R>({ sums, known }: Column<T>, write: (value: T) => R): (R | null)[] {
  return sums.map((value, index) => ((known[index] ?? 0) > 0 ? write(value) : null))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
