/**
 * Money is counted in nanos: integer billionths of the currency's main unit (1 USD = 1_000_000_000n nano-dollars).
 * On the wire and in the contract it is a plain decimal string of main units, never a float.
 */

const DIGITS = 9
const SCALE = 10n ** BigInt(DIGITS)
const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/

/**
 * Reads a decimal number (string or finite JSON number) as nanos of the main unit.
 * `shift` moves the decimal point: -2 for an amount given in cents. Digits beyond the ninth are rounded half away
 * from zero. Returns null for anything that is not a finite decimal number.
 */
export function parseNanos(value: string | number, shift = 0): bigint | null {
  if (typeof value === 'number' && !Number.isFinite(value)) return null
  const match = DECIMAL.exec(String(value).trim())
  if (!match) return null
  const [, sign, whole = '', fraction = '', exponent] = match
  if (whole === '' && fraction === '') return null
  const point = whole.length + (exponent ? Number(exponent) : 0) + shift + DIGITS
  const digits = whole + fraction
  if (point > 60) return null
  const kept = point <= 0 ? '' : digits.slice(0, point).padEnd(point, '0')
  const nextDigit = point < 0 ? '0' : (digits[point] ?? '0')
  let nanos = BigInt(kept === '' ? 0 : kept)
  if (nextDigit >= '5') nanos += 1n
  return sign === '-' ? -nanos : nanos
}

/** Nanos as a decimal string of main units without superfluous zeros: 1_500_000_000n is "1.5". */
export function formatNanos(nanos: bigint): string {
  const negative = nanos < 0n
  const absolute = negative ? -nanos : nanos
  const fraction = (absolute % SCALE).toString().padStart(DIGITS, '0').replace(/0+$/, '')
  const text = `${absolute / SCALE}${fraction === '' ? '' : `.${fraction}`}`
  return negative && absolute !== 0n ? `-${text}` : text
}

/** Splits `total` over `weights` so that the parts add up to it exactly (largest remainder first). */
export function apportion(total: bigint, weights: readonly bigint[]): bigint[] {
  const sum = weights.reduce((a, b) => a + b, 0n)
  if (sum <= 0n) return weights.map(() => 0n)
  const sign = total < 0n ? -1n : 1n
  const amount = total * sign
  const parts = weights.map((weight) => (amount * weight) / sum)
  let rest = amount - parts.reduce((a, b) => a + b, 0n)
  const order = weights
    .map((weight, index) => ({ index, remainder: (amount * weight) % sum }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1))
  for (const { index } of order) {
    if (rest === 0n) break
    parts[index] = (parts[index] ?? 0n) + 1n
    rest -= 1n
  }
  return parts.map((part) => part * sign)
}
