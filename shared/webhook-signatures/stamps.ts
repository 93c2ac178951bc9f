import type { SchemeInfo } from '../webhook-schemes.ts'
import { STRICT_SECONDS } from '../webhook-schemes.ts'

/** The latest instant a Date can hold. */
const LAST_INSTANT = 8_640_000_000_000_000

/**
 * Epoch milliseconds of a timestamp in digits, or null. Strict on purpose: the vendors' packages use parseInt, to which
 * "1614265330abc" is a number. Beyond what a Date can hold it is null as well.
 */
export function readStamp(text: string, unit: 'seconds' | 'milliseconds'): number | null {
  if (!/^\d{1,16}$/.test(text)) return null
  const value = Number(text) * (unit === 'seconds' ? 1_000 : 1)
  return value <= LAST_INSTANT ? value : null
}

/** Zoom documents seconds and has sent milliseconds: twelve digits of seconds are thirty thousand years away. */
export function readEitherStamp(text: string): number | null {
  return readStamp(text, text.length >= 12 ? 'milliseconds' : 'seconds')
}

export function inSeconds(timestamp: number): string {
  return String(Math.floor(timestamp / 1_000))
}

export type TimeFinding = 'in-time' | 'stale' | 'future'

/**
 * Judges a timestamp by the vendor's rule and by the strict one. The strict rule is the narrower of 300 seconds and the
 * vendor's, on each side.
 */
export function judgeTime(
  info: SchemeInfo,
  clock: 'seconds' | 'milliseconds',
  timestamp: number,
  now: number,
): { vendor: TimeFinding; strict: TimeFinding } {
  // Vendors that count in whole seconds round their clock down first, so their last second is a whole one.
  const step = clock === 'seconds' ? 1_000 : 1
  const age = Math.floor(now / step) * step - timestamp
  const { pastSeconds, futureSeconds } = info.timeRule
  return {
    vendor: finding(age, pastSeconds, futureSeconds),
    strict: info.timed
      ? finding(
          age,
          Math.min(STRICT_SECONDS, pastSeconds ?? STRICT_SECONDS),
          Math.min(STRICT_SECONDS, futureSeconds ?? STRICT_SECONDS),
        )
      : 'in-time',
  }
}

function finding(age: number, past: number | null, future: number | null): TimeFinding {
  if (past !== null && age > past * 1_000) return 'stale'
  if (future !== null && -age > future * 1_000) return 'future'
  return 'in-time'
}
