import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatRecoveryCode, mintRecoverySecret, parseRecoveryCode } from '../../../main/vault/recovery-code.ts'
import { expectProblem } from './support.ts'

const secrets = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => Buffer.from(bytes))

describe('a recovery code', () => {
  test('holds 160 random bits', () => {
    expect(mintRecoverySecret()).toHaveLength(20)
    expect(mintRecoverySecret()).not.toEqual(mintRecoverySecret())
  })

  test('is six groups of six characters that nobody mixes up', () => {
    fc.assert(
      fc.property(secrets, (secret) => {
        expect(formatRecoveryCode(secret)).toMatch(/^[0-9A-HJKMNP-TV-Z]{6}(-[0-9A-HJKMNP-TV-Z]{6}){5}$/)
      }),
    )
  })

  test('reads back, however it is typed', () => {
    const styles = fc.constantFrom<(code: string) => string>(
      (code) => code,
      (code) => code.toLowerCase(),
      (code) => code.replaceAll('-', ''),
      (code) => code.replaceAll('-', ' '),
      (code) => code.replaceAll('-', '\u2013'),
      (code) => `\n  ${code}\t`,
      (code) => code.replaceAll('1', 'l').replaceAll('0', 'O'),
      (code) => code.replaceAll('1', 'I').replaceAll('0', 'o'),
      (code) => [...code.replaceAll('-', '')].join(' '),
    )
    fc.assert(
      fc.property(secrets, styles, (secret, write) => {
        expect(parseRecoveryCode(write(formatRecoveryCode(secret)))).toEqual(secret)
      }),
    )
  })

  test('known answer, computed by another implementation of RFC 4648 base32 and SHA-256', () => {
    const secret = Buffer.from([...Array(20).keys()])
    expect(formatRecoveryCode(secret)).toBe('000G40-R40M30-E20918-5GR38E-1W8124-GKF7MJ')
  })

  test('with one character mistyped, or two swapped, is called a typing mistake', async () => {
    const code = formatRecoveryCode(Buffer.alloc(20, 0xa7)).replaceAll('-', '')
    let checked = 0
    for (let index = 0; index < code.length; index++) {
      const other = code[index] === 'Z' ? 'Y' : 'Z'
      const mistyped = code.slice(0, index) + other + code.slice(index + 1)
      const problem = await expectProblem('INVALID_INPUT', () => parseRecoveryCode(mistyped))
      expect(problem.details.fields?.[0]?.field).toBe('recoveryCode')
      const swapped = code.slice(0, index) + (code[index + 1] ?? '') + (code[index] ?? '') + code.slice(index + 2)
      if (swapped === code) continue
      await expectProblem('INVALID_INPUT', () => parseRecoveryCode(swapped))
      checked++
    }
    expect(checked).toBeGreaterThan(20)
  })

  test.each([
    ['empty', ''],
    ['too short', 'ABCDEF-ABCDEF'],
    ['too long', 'A'.repeat(37)],
    ['a passphrase', 'correct horse battery staple'],
    ['a letter that is in no code', 'U'.repeat(36)],
    ['emoji', '\u{1F511}'.repeat(18)],
    ['very long', 'A'.repeat(1_000)],
  ])('that is %s is refused, naming the field', async (_what, text) => {
    const problem = await expectProblem('INVALID_INPUT', () => parseRecoveryCode(text))
    expect(problem.details.fields?.[0]?.field).toBe('recoveryCode')
    expect(problem.details.remedies).not.toEqual([])
  })
})
