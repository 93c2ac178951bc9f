import { z } from 'zod'
import { parseNanos } from '../../shared/money.ts'
import { badAnswer } from './calls.ts'
import { ProviderError, type UsageWindow } from './provider.ts'

export const DAY_MS = 86_400_000

/** No account counts that much in a day, and sums of such figures stay exact. */
const MAX_COUNT = 1e15
/** A hundred million of the main unit, in nanos: sums stay far from what a 64-bit integer holds. */
const MAX_AMOUNT = 10n ** 17n

/** Counters of reports. Negative, fractional, infinite and impossibly large ones are refused with the whole answer. */
export const counterSchema = z.number().int().nonnegative().max(MAX_COUNT)

/** First instant of the UTC day. */
export function dayOf(instant: number): number {
  return Math.floor(instant / DAY_MS) * DAY_MS
}

/** "2026-09-01" of a UTC day. */
export function isoDay(day: number): string {
  return new Date(day).toISOString().slice(0, 10)
}

/**
 * A window in as few parts of at most `maxDays` as possible, all about the same length: a part of a single day at
 * the end would be one for which some reports have nothing complete yet.
 */
export function splitWindow(window: UsageWindow, maxDays: number): UsageWindow[] {
  const days = Math.round((window.to - window.from) / DAY_MS)
  if (days <= 0) return []
  const parts = Math.ceil(days / maxDays)
  return Array.from({ length: parts }, (_, index) => ({
    from: window.from + Math.floor((days * index) / parts) * DAY_MS,
    to: window.from + Math.floor((days * (index + 1)) / parts) * DAY_MS,
  }))
}

/** Reads a provider's answer, or throws naming the field that is not as it should be. */
export function readShape<T extends z.ZodType>(provider: string, schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const at = issue === undefined || issue.path.length === 0 ? 'the answer itself' : issue.path.map(String).join('.')
  throw badAnswer(provider, `JSON of an unknown form (at ${at}: ${issue?.message ?? 'not as expected'})`)
}

/**
 * An amount of money in nanos of the main unit; `shift` is -2 for cents. Throws for what is not a finite number, or
 * an impossibly large one.
 */
export function readAmount(provider: string, value: string | number, shift = 0): bigint {
  const nanos = parseNanos(value, shift)
  if (nanos === null)
    throw badAnswer(provider, `an amount of money that is not a number (${String(value).slice(0, 40)})`)
  if (nanos > MAX_AMOUNT || nanos < -MAX_AMOUNT) {
    throw badAnswer(provider, `an amount of money that cannot be right (${String(value).slice(0, 40)})`)
  }
  return nanos
}

/** "usd" and "USD" are the same currency. Throws for what is not three letters. */
export function readCurrency(provider: string, value: string): string {
  if (!/^[A-Za-z]{3}$/.test(value)) throw badAnswer(provider, `an unknown currency (${value.slice(0, 40)})`)
  return value.toUpperCase()
}

/** The day a bucket stands for. Throws if it does not begin at 00:00 UTC, which would put figures on a wrong day. */
export function readDay(provider: string, start: number): number {
  if (!Number.isFinite(start) || start % DAY_MS !== 0) {
    throw badAnswer(provider, 'a daily bucket that does not begin at 00:00 UTC')
  }
  return start
}

/** Follows the page tokens of one chain and stops it when they run in a circle or never end. */
export class PageTrail {
  readonly #provider: string
  readonly #maxPages: number
  readonly #asked = new Set<string>()

  constructor(provider: string, maxPages: number) {
    this.#provider = provider
    this.#maxPages = maxPages
  }

  /** The token of the page after the one fetched with `current`; null at the end. Throws if there cannot be one. */
  next(current: string | null, hasMore: boolean, token: string | null | undefined): string | null {
    if (current !== null) this.#asked.add(current)
    if (!hasMore) return null
    if (token === null || token === undefined || token === '') {
      throw badAnswer(this.#provider, 'that there are more pages, but not how to get the next one')
    }
    if (this.#asked.has(token)) throw badAnswer(this.#provider, 'with a page that had been fetched already')
    if (this.#asked.size >= this.#maxPages) throw badAnswer(this.#provider, `more than ${this.#maxPages} pages`)
    return token
  }
}

/** This kind of key cannot be asked for what was wanted. */
export function wrongKey(provider: string, message: string): ProviderError {
  return new ProviderError('wrong_kind', {
    code: 'INVALID_INPUT',
    message,
    cause: `${provider} tells this only to another kind of key.`,
    remedies: ['Use an admin (management) key of the same organisation.'],
  })
}

/** A position in a list that was not made here (or by another version). */
function badCursor(): ProviderError {
  const message = 'The position in the list is not valid.'
  return new ProviderError('unknown', {
    code: 'INVALID_INPUT',
    message,
    cause: 'It was changed, or belongs to another list.',
    remedies: ['Start again from the beginning of the list.'],
  })
}

/** Reads a cursor that {@link writeCursor} made. Throws {@link badCursor}. */
export function readCursor<T extends z.ZodType>(schema: T, cursor: string): z.output<T> {
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
  } catch {
    throw badCursor()
  }
}

export function writeCursor(position: Readonly<Record<string, string | number | null>>): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

/** A list endpoint that pages by id: `has_more` needs a `last_id` it can be continued from. */
export const idPageSchema = z.object({
  has_more: z.boolean().default(false),
  last_id: z.string().nullish(),
})
