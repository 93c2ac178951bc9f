import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { KeyListInput } from '../../../main/keys/keys.ts'
import { searchLine, searchTerms } from '../../../main/store/search.ts'
import type { ProviderKey } from '../../../shared/contract/keys.ts'
import { account, app, fakeSecret, newKey, openWorkbench, problemOf, type Workbench } from './workbench.ts'

let bench: Workbench
let owner: number

beforeEach(async () => {
  bench = await openWorkbench()
  bench.store.db.pragma('synchronous = OFF')
  owner = bench.accounts.create(app, account({ email: 'ops@acme.example', organization: 'Acme Labs' })).id
})
afterEach(() => bench.close())

const list = (input: Partial<KeyListInput> = {}) => bench.keys.list({ sort: 'name', limit: 200, ...input })
const names = (input: Partial<KeyListInput> = {}) => list(input).items.map(({ name }) => name)

function everyPage(input: Partial<KeyListInput>): ProviderKey[] {
  const items: ProviderKey[] = []
  let cursor: string | undefined
  do {
    const page = list({ ...input, cursor })
    items.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return items
}

describe('finding keys', () => {
  it('finds by name, provider, end of the key, tags, environment, e-mail and organisation', () => {
    const secret = `${fakeSecret('found').slice(0, -4)}9f2c`
    bench.keys.create(app, {
      ...newKey(owner),
      name: 'Nightly Résumé-Parser',
      secret,
      tags: ['blue team'],
      environment: 'staging',
    })
    bench.keys.create(app, newKey(owner, { name: 'Other', provider: 'brave', kind: 'standard' }))
    for (const query of ['night', 'resume', 'PARSER nightly', '9f2c', 'blue', 'stag', 'openai parser']) {
      expect(names({ query })).toEqual(['Nightly Résumé-Parser'])
    }
    for (const query of ['ops@acme.example', 'acme labs', '', '  ', '"', '-', '***'])
      expect(names({ query })).toHaveLength(2)
    for (const query of ['ightly', 'parserx', 'nightly brave', 'search openai']) expect(names({ query })).toEqual([])
    expect(names({ query: 'brave' })).toEqual(['Other'])
  })

  it('finds names in other scripts, and symbols', () => {
    const all = ['生产环境密钥', 'مفتاح الإنتاج', '🔑 vault', 'Straße 5', 'naïve']
    for (const name of all) bench.keys.create(app, newKey(owner, { name }))
    expect(names({ query: '密钥' })).toEqual(['生产环境密钥'])
    expect(names({ query: 'الإنت' })).toEqual(['مفتاح الإنتاج'])
    expect(names({ query: '🔑' })).toEqual(['🔑 vault'])
    expect(names({ query: 'NAIVE' })).toEqual(['naïve'])
    expect(names({ query: 'strasse' })).toEqual([])
    expect(names({ query: 'straße' })).toEqual(['Straße 5'])
  })

  it('no text of a user poses as a filter', () => {
    bench.keys.create(app, newKey(owner, { name: '\ue000kadmin \ue000a99 real' }))
    expect(names({ kind: 'admin' })).toEqual([])
    expect(names({ accountId: 99 })).toEqual([])
    expect(names({ query: '\ue000pbrave' })).toEqual([])
    expect(names({ query: 'real', kind: 'project' })).toHaveLength(1)
  })

  it('filters, alone and together with words', () => {
    const second = bench.accounts.create(app, account({ email: 'two@example.com' })).id
    const admin = bench.keys.create(app, newKey(owner, { name: 'Boss', kind: 'admin' })).id
    const validation = { outcome: 'no_credit' as const, message: 'Empty.', remedies: [], testedAt: 1 }
    bench.keys.createMany(app, [{ ...newKey(owner, { name: 'Red one', adminKeyId: admin }), validation }], 'import')
    bench.keys.create(app, newKey(second, { name: 'Red two', provider: 'stripe', kind: 'restricted' }))
    expect(names({ adminKeyId: admin })).toEqual(['Red one'])
    expect(names({ outcome: 'no_credit' })).toEqual(['Red one'])
    expect(names({ outcome: 'untested' })).toEqual(['Boss', 'Red two'])
    expect(names({ kind: 'restricted' })).toEqual(['Red two'])
    expect(names({ provider: 'openai', query: 'red' })).toEqual(['Red one'])
    expect(names({ accountId: second, query: 'red' })).toEqual(['Red two'])
    expect(names({ accountId: second, provider: 'openai' })).toEqual([])
    // The id 1 is not the beginning of the id 1x.
    for (let n = 0; n < 12; n++) bench.accounts.create(app, account({ email: `n${n}@example.com` }))
    bench.keys.create(app, newKey(owner + 10, { name: 'Elsewhere' }))
    expect(names({ accountId: owner })).not.toContain('Elsewhere')
  })

  it('follows edits of the account', () => {
    bench.keys.create(app, newKey(owner, { name: 'Key' }))
    bench.accounts.update(app, { ...account({ email: 'new@address.example', organization: 'Renamed' }), id: owner })
    expect(names({ query: 'renamed' })).toEqual(['Key'])
    expect(names({ query: 'new@address' })).toEqual(['Key'])
    expect(names({ query: 'labs' })).toEqual([])
  })

  it('never takes a query for syntax', () => {
    bench.keys.create(app, newKey(owner, { name: 'AND OR NOT NEAR' }))
    const hostile = [
      '"',
      '""',
      '*',
      'a*',
      '(',
      'NEAR(',
      'AND',
      'a AND',
      'NOT x',
      'search:',
      '^a',
      '{a b}:c',
      "'; DROP TABLE accounts; --",
      '%',
      '\\',
      'a\u0000b',
      '\ud800',
      '+',
      '-a',
      'a" OR "b',
    ]
    for (const query of hostile) expect(() => list({ query })).not.toThrow()
    expect(names({ query: 'AND' })).toEqual(['AND OR NOT NEAR'])
    expect(names({ query: 'NOT near' })).toEqual(['AND OR NOT NEAR'])
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (query) => void list({ query })),
      { numRuns: 150 },
    )
  })

  it('finds every word of whatever text was stored, in the index as in the line', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ unit: 'grapheme', maxLength: 60 }))
    fc.assert(
      fc.property(text, (stored) => {
        const { id } = bench.keys.create(app, newKey(owner, { name: 'K', allowDuplicate: true }))
        const line = searchLine([stored])
        bench.store.db.prepare('UPDATE provider_keys SET search = ? WHERE id = ?').run(line, id)
        const words = line.trim() === '' ? [] : line.trim().split(' ')
        for (const word of words.slice(0, 4)) {
          const terms = searchTerms(word)
          const beginning = searchTerms([...word].slice(0, 2).join(''))
          for (const asked of [terms, beginning]) {
            if (asked === null) continue
            const found = bench.store.db
              .prepare('SELECT rowid FROM provider_keys_search WHERE provider_keys_search MATCH ?')
              .pluck()
              .all(asked.match)
            expect(found).toContain(id)
            expect(asked.needles.every((needle) => line.includes(needle))).toBe(true)
          }
        }
        bench.keys.delete(app, id)
      }),
      { numRuns: 100 },
    )
  })
})

describe('pages', () => {
  it('keep a stable order while keys come and go, whatever the case of names', () => {
    const all = ['alpha', 'Beta', 'beta', 'Gamma', 'delta', 'Ärger', 'zeta', 'Zeta', 'eta', '10', '9']
    for (const name of all) bench.keys.create(app, newKey(owner, { name, secret: fakeSecret(`${name}!`) }))
    const whole = names()
    expect(whole.slice(0, 5)).toEqual(['10', '9', 'alpha', 'Beta', 'beta'])
    const first = list({ limit: 4 })
    bench.keys.create(app, newKey(owner, { name: 'aaa' }))
    const last = first.items.at(-1)
    if (last) bench.keys.delete(app, last.id)
    const rest = everyPage({ limit: 3, cursor: undefined }).map(({ name }) => name)
    expect(rest).toEqual(names())
    const second = list({ limit: 200, cursor: first.nextCursor ?? '' })
    expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(whole)
  })

  it('sort newest first by creation and by change', () => {
    const keys = ['One', 'Two', 'Three'].map((name) => {
      bench.clock.time += 1_000
      return bench.keys.create(app, newKey(owner, { name }))
    })
    bench.clock.time += 1_000
    const first = keys[0]
    if (first) {
      const { id, accountId, provider, kind } = first
      const fields = { description: null, adminKeyId: null, environment: null, tags: [], allowDuplicate: false }
      bench.keys.update(app, { id, accountId, provider, kind, ...fields, name: 'One changed' })
    }
    expect(names({ sort: 'created' })).toEqual(['Three', 'Two', 'One changed'])
    expect(names({ sort: 'updated' })).toEqual(['One changed', 'Three', 'Two'])
    expect(everyPage({ sort: 'updated', limit: 1 }).map(({ name }) => name)).toEqual(['One changed', 'Three', 'Two'])
  })

  it('refuse a cursor of another order, or none of ours', async () => {
    for (let n = 0; n < 3; n++) bench.keys.create(app, newKey(owner, { name: `K${n}` }))
    const { nextCursor } = list({ limit: 1 })
    for (const input of [{ sort: 'created' as const, cursor: nextCursor ?? '' }, { cursor: 'x' }, { cursor: '' }]) {
      expect((await problemOf(() => list(input))).fields?.[0]?.field).toBe('cursor')
    }
  })

  it('end early rather than grow beyond 256 KB', () => {
    const description = '\u{1f511}'.repeat(1_000)
    for (let n = 0; n < 80; n++) bench.keys.create(app, { ...newKey(owner, { name: `Wordy ${n}` }), description })
    const page = list()
    expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThan(262_144)
    expect(page.items.length).toBeLessThan(80)
    expect(page.total).toBe(80)
    expect(everyPage({})).toHaveLength(80)
  })

  it('are the same whichever way they are found: few matches, many close together, many at the far end', () => {
    const inputs = Array.from({ length: 4_000 }, (_, n) => {
      const name = n < 1_600 ? `zz rare ${n}` : `aa bulk ${n % 2 === 0 ? 'even' : 'odd'} ${n}`
      return newKey(owner, {
        name,
        secret: fakeSecret(n),
        allowDuplicate: true,
        tags: n % 300 === 0 ? ['few'] : ['many'],
      })
    })
    bench.keys.createMany(app, inputs, 'import')
    for (const sort of ['name', 'created', 'updated'] as const) {
      const whole = everyPage({ sort })
      expect(whole).toHaveLength(4_000)
      const expected: [Partial<KeyListInput>, (key: ProviderKey) => boolean][] = [
        [{ query: 'few' }, (key) => key.tags.includes('few')],
        [{ query: 'even' }, (key) => key.name.includes('even')],
        [{ query: 'rare' }, (key) => key.name.includes('rare')],
        [{ query: 'bulk', provider: 'openai' }, (key) => key.name.startsWith('aa')],
        [{ outcome: 'untested' }, () => true],
      ]
      for (const [input, matches] of expected) {
        const wanted = whole.filter(matches).map(({ id }) => id)
        expect(everyPage({ ...input, sort }).map(({ id }) => id)).toEqual(wanted)
        expect(list({ ...input, sort, limit: 1 }).total).toBe(wanted.length)
      }
    }
    // The order that is remembered does not keep what was undone, and follows deletions, inserts and renames.
    const rare = everyPage({ query: 'rare' }).map(({ id }) => id)
    expect(() =>
      bench.store.transaction(() => {
        bench.keys.create(app, newKey(owner, { name: 'a rare one, undone' }))
        list({ query: 'rare' })
        throw new Error('undo')
      }),
    ).toThrow('undo')
    expect(everyPage({ query: 'rare' }).map(({ id }) => id)).toEqual(rare)
    const before = bench.keys.create(app, newKey(owner, { name: 'a first one' }))
    const added = bench.keys.create(app, newKey(owner, { name: 'a rare one' }))
    expect(everyPage({ query: 'rare' }).map(({ id }) => id)).toEqual([added.id, ...rare])
    const { nextCursor } = list({ query: 'rare', limit: 1 })
    bench.keys.delete(app, before.id)
    expect(list({ query: 'rare', limit: 1, cursor: nextCursor ?? '' }).items[0]?.id).toBe(rare[0])
    const { id, accountId, provider, kind } = added
    const fields = { description: null, adminKeyId: null, environment: null, tags: [], allowDuplicate: false }
    bench.keys.update(app, { id, accountId, provider, kind, ...fields, name: 'zzz rare one' })
    expect(list({ query: 'rare', limit: 1 }).items[0]?.id).toBe(rare[0])
  }, 30_000)
})
