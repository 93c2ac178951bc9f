import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  amountText,
  compactCount,
  exactAmount,
  exactCount,
  exactMoney,
  moneyText,
  shareOf,
  shareText,
  sumAmounts,
  sumCounts,
} from '../../../renderer/features/usage/figures.ts'
import { formatNanos, parseNanos } from '../../../shared/money.ts'

describe('amounts (UD-USE-07)', () => {
  it.each([
    ['0', '0.00'],
    ['0.00001', '<0.0001'],
    ['-0.00001', '-<0.0001'],
    ['0.00005', '0.0001'],
    ['0.0123', '0.0123'],
    ['0.99994', '0.9999'],
    ['0.99996', '1.00'],
    ['1', '1.00'],
    ['1.005', '1.01'],
    ['1234.5', '1,234.50'],
    ['1234567.891', '1,234,567.89'],
    ['-1234.5', '-1,234.50'],
    ['12345678901234567.895', '12,345,678,901,234,567.90'],
  ])('reads %s as %s', (decimal, text) => {
    expect(amountText(decimal)).toBe(text)
  })

  it('keeps every digit in the exact text and names the currency', () => {
    expect(exactMoney('1234567.123456789', 'USD')).toBe('1,234,567.123456789 USD')
    expect(moneyText('0.5', 'EUR')).toBe('0.5000 EUR')
  })

  it('shows what was not reported as such, never as zero', () => {
    expect(moneyText(null, 'USD')).toBe('–')
    expect(exactAmount(null)).toBe('–')
    expect(compactCount(null)).toBe('–')
    expect(exactCount(null)).toBe('–')
    expect(sumAmounts([null, null])).toBeNull()
    expect(sumCounts([null, undefined])).toBeNull()
    expect(sumAmounts([null, '0'])).toBe('0')
    expect(sumCounts([null, 0])).toBe(0)
  })

  it('adds up without losing a nano', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), { minLength: 1 }), (nanos) => {
        const sum = nanos.reduce((a, b) => a + b, 0n)
        expect(parseNanos(sumAmounts(nanos.map(formatNanos)) ?? '')).toBe(sum)
      }),
    )
  })

  it('never rounds an amount further than half of its last shown digit', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 20n }), (nanos) => {
        const text = amountText(formatNanos(nanos))
        if (text === '<0.0001') return nanos > 0n && nanos < 50_000n
        const shown = parseNanos(text.replaceAll(',', '')) ?? -1n
        const off = shown > nanos ? shown - nanos : nanos - shown
        return off <= (nanos < 999_950_000n ? 50_000n : 5_000_000n)
      }),
    )
  })
})

describe('counters (UD-USE-08)', () => {
  it('is exact below ten thousand and compact above', () => {
    expect(compactCount(9_999)).toBe('9,999')
    expect(compactCount(12_345)).toBe('12.3K')
    expect(compactCount(1_234_567_890)).toBe('1.2B')
    expect(exactCount(1_234_567_890)).toBe('1,234,567,890')
  })

  it('gives no share where there is nothing to share', () => {
    expect(shareOf(1, 0)).toBeNull()
    expect(shareOf(null, 5)).toBeNull()
    expect(shareOf(-1, 5)).toBeNull()
    expect(shareText(shareOf(1, 3))).toBe('33%')
    expect(shareText(0.4)).toBe('<1%')
    expect(shareText(0)).toBe('0%')
  })
})
