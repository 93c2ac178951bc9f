import type { Provenance } from '../../../shared/contract/usage.ts'
import { formatNanos, parseNanos } from '../../../shared/money.ts'

/** Stands for "not reported": the provider told nothing, which is not zero. */
export const NOT_REPORTED = '–'

const exact = new Intl.NumberFormat('en', { maximumFractionDigits: 6 })
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })
const dayFormat = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short' })
const longDayFormat = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
})

/** A counter with all its digits: 1234567 is "1,234,567". */
export function exactCount(value: number | null): string {
  return value === null ? NOT_REPORTED : exact.format(value)
}

/** A counter for a glance: exact below ten thousand, "1.2M" above. */
export function compactCount(value: number | null): string {
  if (value === null) return NOT_REPORTED
  return Math.abs(value) < 10_000 ? exact.format(value) : compact.format(value)
}

function groupThousands(whole: string): string {
  return whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

function roundTo(nanos: bigint, decimals: number): bigint {
  const step = 10n ** BigInt(9 - decimals)
  return ((nanos + step / 2n) / step) * step
}

/**
 * An amount of main units for reading, without the currency: two decimals from 1 on, four below, so that small
 * costs do not vanish; "<0.0001" for less than that.
 */
export function amountText(decimal: string | null): string {
  const nanos = decimal === null ? null : parseNanos(decimal)
  if (nanos === null) return NOT_REPORTED
  const sign = nanos < 0n ? '-' : ''
  const absolute = nanos < 0n ? -nanos : nanos
  const decimals = absolute === 0n || roundTo(absolute, 4) >= 1_000_000_000n ? 2 : 4
  const rounded = roundTo(absolute, decimals)
  if (absolute !== 0n && rounded === 0n) return `${sign}<0.0001`
  const [whole = '0', fraction = ''] = formatNanos(rounded).split('.')
  return `${sign}${groupThousands(whole)}.${fraction.padEnd(decimals, '0')}`
}

/** The amount with its currency code: "1,234.50 USD". */
export function moneyText(decimal: string | null, currency: string): string {
  return decimal === null ? NOT_REPORTED : `${amountText(decimal)} ${currency}`
}

/** Every digit that is stored. */
export function exactAmount(decimal: string | null): string {
  const nanos = decimal === null ? null : parseNanos(decimal)
  if (nanos === null) return NOT_REPORTED
  const [whole = '0', fraction] = formatNanos(nanos).split('.')
  return `${groupThousands(whole)}${fraction === undefined ? '' : `.${fraction}`}`
}

/** Every digit that is stored, with the currency code. */
export function exactMoney(decimal: string, currency: string): string {
  return `${exactAmount(decimal)} ${currency}`
}

/** Sums decimal amounts exactly. Null only when not one of them is known. */
export function sumAmounts(amounts: readonly (string | null)[]): string | null {
  const known = amounts.map((amount) => (amount === null ? null : parseNanos(amount))).filter((nanos) => nanos !== null)
  return known.length === 0 ? null : formatNanos(known.reduce((a, b) => a + b, 0n))
}

/** Sums counters. Null only when not one of them is known. */
export function sumCounts(counts: readonly (number | null | undefined)[]): number | null {
  const known = counts.filter((count) => count !== null && count !== undefined)
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0)
}

/** For drawing only: a pixel's worth of an amount. Texts are always made from the decimal itself. */
export function amountToDraw(decimal: string | null): number | null {
  return decimal === null ? null : Number(decimal)
}

/** `part / whole` in per cent for reading, or null when there is no whole to speak of. */
export function shareOf(part: number | null, whole: number | null): number | null {
  if (part === null || whole === null || whole <= 0 || part < 0) return null
  return (part / whole) * 100
}

export function shareText(share: number | null): string {
  if (share === null) return NOT_REPORTED
  if (share > 0 && share < 1) return '<1%'
  return `${Math.round(share)}%`
}

/** "12 Aug": start of a UTC day, short. */
export function dayText(at: number): string {
  return dayFormat.format(at)
}

/** "Tue, 12 Aug 2025": the same day in full. */
export function longDayText(at: number): string {
  return longDayFormat.format(at)
}

export const provenanceWords: Record<Provenance, { word: string; meaning: string }> = {
  billed: { word: 'billed', meaning: 'Taken from the cost report of the provider: what will be on the invoice.' },
  metered: {
    word: 'metered',
    meaning: 'Counted by the provider itself while the calls were made. The invoice may differ a little.',
  },
  apportioned: {
    word: 'apportioned',
    meaning:
      'A billed total, divided among the keys in proportion to the tokens each used. The parts add up to the bill; the split is a calculation.',
  },
  estimated: {
    word: 'estimated',
    meaning: 'Counted usage times a list price. Discounts and credits are not in it.',
  },
}

/** Id of a money line: figures are added up only within one of these. */
export function moneyLineId(line: { readonly currency: string; readonly provenance: Provenance }): string {
  return `${line.currency}:${line.provenance}`
}
