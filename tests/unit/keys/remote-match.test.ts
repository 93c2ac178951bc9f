import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasEnds, matchRemoteKeys, visibleEnds } from '../../../main/keys/remote-match.ts'
import { account, app, fakeSecret, newKey, openWorkbench } from './workbench.ts'

describe('the redacted forms of providers', () => {
  it.each([
    ['sk-abc...wxyz', { head: 'sk-abc', tail: 'wxyz' }],
    ['sk-proj-************************************9f2', { head: 'sk-proj-', tail: '9f2' }],
    [`sk-${'ant'}-api03-R2D...igAA`, { head: `sk-${'ant'}-api03-R2D`, tail: 'igAA' }],
    [`sk-${'or'}-v1-0e6\u20261c96`, { head: `sk-${'or'}-v1-0e6`, tail: '1c96' }],
    [' ...a-_Z ', { head: '', tail: 'a-_Z' }],
  ])('%s is read', (redacted, ends) => {
    expect(visibleEnds(redacted)).toEqual(ends)
  })

  it.each(['', '***', 'sk-abc...', 'sk-abc...yz', 'sk-abcdefgh', 'sk abc...wxyz', 'sk-...ab...cd efgh'])(
    '%j shows too little or is something else',
    (redacted) => {
      expect(visibleEnds(redacted)).toBeNull()
    },
  )

  it('fits the key it was made from and takes any text without harm', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[A-Za-z0-9_-]{20,60}$/),
        fc.nat(8),
        fc.integer({ min: 3, max: 8 }),
        (key, head, tail) => {
          const ends = visibleEnds(`${key.slice(0, head)}...${key.slice(-tail)}`)
          expect(ends).not.toBeNull()
          if (ends !== null) expect(hasEnds(key, ends)).toBe(true)
        },
      ),
    )
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void visibleEnds(text)))
    const started = performance.now()
    visibleEnds(`${'*'.repeat(100_000)} `.repeat(3))
    visibleEnds(`${'.'.repeat(100_000)}!`)
    expect(performance.now() - started).toBeLessThan(500)
  })
})

describe('matching', () => {
  const ends = (remoteId: string, head: string, tail: string) => ({ remoteId, ends: { head, tail } })
  const stored = (id: number, secret: string, linked = false) => ({ id, secret, linked })

  it('takes only what is beyond doubt', () => {
    const items = [ends('r1', 'sk-a', '1111'), ends('r2', 'sk-b', '2222'), ends('r3', 'sk-c', '3333')]
    expect(
      matchRemoteKeys(items, [stored(1, 'sk-a-0001111'), stored(2, 'sk-b-0002222'), stored(3, 'sk-b-9992222')]),
    ).toEqual(new Map([['r1', 1]]))
  })

  it('prefers the one linked key, and gives up when two remote keys claim the same', () => {
    const items = [ends('r1', 'sk-a', '1111')]
    expect(matchRemoteKeys(items, [stored(1, 'sk-a-0001111'), stored(2, 'sk-a-0001111', true)])).toEqual(
      new Map([['r1', 2]]),
    )
    expect(matchRemoteKeys([...items, ends('r2', 'sk-', '111')], [stored(1, 'sk-a-0001111')])).toEqual(new Map())
  })

  it('does not let head and tail overlap', () => {
    expect(hasEnds('sk-abcd', { head: 'sk-abc', tail: 'bcd' })).toBe(false)
  })

  it('works over stored keys: those of the provider that can be read', async () => {
    const bench = await openWorkbench()
    try {
      const owner = bench.accounts.create(app, account({ email: 'a@example.com' })).id
      const admin = bench.keys.create(app, newKey(owner, { name: 'Admin', kind: 'admin' })).id
      const [one, two, three] = ['One', 'Two', 'Three'].map(
        (name) => bench.keys.create(app, newKey(owner, { name })).id,
      )
      bench.keys.create(app, newKey(owner, { name: 'Else', provider: 'anthropic', kind: 'standard' }))
      bench.store.db.prepare('UPDATE provider_keys SET secret = zeroblob(60) WHERE id = ?').run(three)
      const redacted = (name: string) => `${fakeSecret(name).slice(0, 10)}...${fakeSecret(name).slice(-4)}`
      const items = ['One', 'Two', 'Three', 'Else', 'Admin'].map((name) => ({
        remoteId: name,
        redacted: redacted(name),
      }))
      const matches = bench.keys.matchRemote(admin, [...items, { remoteId: 'none', redacted: null }])
      expect(matches).toEqual(
        new Map([
          ['One', one],
          ['Two', two],
          ['Admin', admin],
        ]),
      )
      expect(bench.keys.matchRemote(4711, items)).toEqual(new Map())
    } finally {
      await bench.close()
    }
  })
})
