import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromLocalInput, toLocalInput } from '../../../renderer/features/captures/local-input.ts'
import {
  changedForm,
  headerLines,
  paceOf,
  readHeaderLines,
  replayFields,
  usualReplay,
  withSecretOf,
} from '../../../renderer/parts/replay-model.ts'
import { hostOf, signingHint, unsigned, withScheme } from '../../../renderer/parts/signing-model.ts'
import { bytesText, durationText, exactBytes } from '../../../renderer/ui/amounts.ts'
import { replayInputSchema } from '../../../shared/contract/deliveries.ts'
import { headerSchema } from '../../../shared/contract/receiver.ts'
import { schemeIds, schemes } from '../../../shared/webhook-schemes.ts'

const form = { ...usualReplay, url: ' http://127.0.0.1:3000/hooks ' }

describe('the form of a replay', () => {
  it('leaves signature and time alone unless a scheme is chosen', () => {
    expect(replayFields(form, 'ignored')).toEqual({
      url: 'http://127.0.0.1:3000/hooks',
      keepPath: false,
      timestamp: 'original',
      resign: null,
      timeoutMs: 30_000,
    })
  })

  it('signs with the first secret, a chosen one, or one that is not stored', () => {
    const signed = { ...form, scheme: 'stripe' } as const
    expect(replayFields(signed, '')).toMatchObject({ timestamp: 'fresh', resign: { scheme: 'stripe' } })
    expect(replayFields({ ...signed, secret: 7 }, 'x').resign).toEqual({ scheme: 'stripe', secretId: 7 })
    expect(replayFields({ ...signed, secret: 'typed' }, 'x').resign).toEqual({ scheme: 'stripe', secret: 'x' })
  })

  it('signs with the first secret of the endpoint, with a typed one where it has none, and with the one chosen', () => {
    const signed = { ...form, scheme: 'stripe' } as const
    const secrets = [
      { id: 4, label: '', createdAt: 0, hint: 'wxyz' },
      { id: 5, label: '', createdAt: 0, hint: 'abcd' },
    ]
    const scheme = 'stripe' as const
    expect(withSecretOf(signed, { secrets, scheme }, null).secret).toBe(4)
    expect(withSecretOf(signed, { secrets, scheme: null }, scheme).secret).toBe(4)
    expect(withSecretOf(signed, { secrets: [], scheme }, scheme).secret).toBe('typed')
    expect(withSecretOf(signed, null, null).secret).toBe('first')
    expect(withSecretOf({ ...signed, secret: 5 }, { secrets, scheme }, scheme).secret).toBe(5)
  })

  it('never offers the secret of one scheme to another by itself', () => {
    const secrets = [{ id: 4, label: '', createdAt: 0, hint: 'wxyz' }]
    const token = { ...form, scheme: 'gitlab-token' } as const
    expect(withSecretOf(token, { secrets, scheme: 'stripe' }, 'stripe').secret).toBe('typed')
    expect(withSecretOf(token, { secrets, scheme: null }, 'stripe').secret).toBe('typed')
    expect(withSecretOf(token, { secrets, scheme: 'gitlab-token' }, null).secret).toBe(4)
    expect(withSecretOf(token, null, null).secret).toBe('typed')
    const stripe = { ...form, scheme: 'stripe', secret: 4 } as const
    expect(changedForm(stripe, { scheme: 'gitlab-token' }).secret).toBe('first')
    expect(changedForm(stripe, { keepPath: true }).secret).toBe(4)
    const draft = { ...unsigned, scheme: 'stripe', secret: 4 } as const
    expect(withScheme(draft, 'gitlab-token', [{ secrets, scheme: 'stripe' }]).secret).toBe('typed')
    expect(withScheme(draft, 'gitlab-token', [{ secrets, scheme: null }]).secret).toBe('typed')
    expect(withScheme(draft, 'github', [{ secrets, scheme: null }]).secret).toBe(4)
    expect(hostOf(' http://127.0.0.1:3000/hooks')).toBe('127.0.0.1:3000')
    expect(hostOf('127.0.0')).toBeNull()
  })

  it('asks for the private key where the public one is kept for checking', () => {
    for (const id of schemeIds.filter((each) => schemes[each].canSign)) {
      const isAsymmetric = schemes[id].secretKind === 'public-key'
      expect(signingHint(id).includes('private key'), id).toBe(isAsymmetric)
    }
    expect(schemeIds.some((id) => schemes[id].canSign && schemes[id].secretKind === 'public-key')).toBe(true)
  })

  it('is always something that the call takes', () => {
    for (const pace of ['fast', 'rate', 'original'] as const) {
      const chosen = { ...form, pace }
      const input = { ...replayFields(chosen, ''), pace: paceOf(chosen), selection: { ids: [1] } }
      expect(replayInputSchema.safeParse(input).error?.issues ?? []).toEqual([])
    }
    expect(paceOf(form)).toEqual({ kind: 'rate', perSecond: null })
    expect(paceOf({ ...form, pace: 'original', speed: 2 })).toEqual({ kind: 'original', speed: 2 })
  })

  it('reads headers back from the lines it makes of them', () => {
    const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,20}$/)
    const value = fc.stringMatching(/^[\x21-\x7e]([\x20-\x7e]{0,40}[\x21-\x7e])?$/)
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 20 }), (pairs) => {
        const read = readHeaderLines(headerLines(pairs))
        expect(read).toEqual({ headers: pairs.map(([one, other]) => ({ name: one, value: other })) })
        if ('headers' in read) for (const header of read.headers) expect(headerSchema.parse(header)).toEqual(header)
      }),
    )
    expect(readHeaderLines('X-One: 1\n\nno header')).toEqual({
      problem: 'Line 3 is no header: write “Name: value”.',
    })
    expect(readHeaderLines(': 1')).toHaveProperty('problem')
  })
})

describe('amounts', () => {
  it('are short, and exact where every one counts', () => {
    expect([0, 512, 1_024, 1_434, 26_214_400, 5 * 2 ** 30].map(bytesText)).toEqual([
      '0 B',
      '512 B',
      '1 KB',
      '1.4 KB',
      '25 MB',
      '5 GB',
    ])
    expect([1, 1_432].map(exactBytes)).toEqual(['1 byte', '1,432 bytes'])
    expect([0.42, 38.4, 1_254, 60_000].map(durationText)).toEqual(['0.4 ms', '38 ms', '1.25 s', '60 s'])
  })

  it('of time come back from the field they are put into, to the minute', () => {
    const minutes = fc.integer({ min: 0, max: 60_000_000 }).map((minute) => minute * 60_000)
    fc.assert(
      fc.property(minutes, (at) => {
        // An hour that the clocks are set back is there twice, and the field does not tell which one is meant.
        const back = fromLocalInput(toLocalInput(at)) ?? Number.NaN
        expect([0, 3_600_000, 1_800_000]).toContain(Math.abs(back - at))
      }),
    )
    expect([fromLocalInput(''), fromLocalInput('2026-13-01T00:00'), toLocalInput(null)]).toEqual([null, null, ''])
  })
})
