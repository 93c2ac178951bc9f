import fc from 'fast-check'
import { expect, it } from 'vitest'
import { keySearchLine } from '../../../main/keys/key-search.ts'
import type { NewKey } from '../../../main/keys/keys.ts'
import { KeyRows } from '../../../main/keys/rows.ts'
import { keySchema } from '../../../shared/contract/keys.ts'
import { Problem } from '../../../shared/problems.ts'
import { linkableKinds } from '../../../shared/providers.ts'
import { account, app, fakeSecret, openWorkbench, type Workbench } from './workbench.ts'

const hostileTexts = [
  '\u202Egnitirw tfel-ot-thgir',
  "'; DROP TABLE provider_keys; --",
  '" OR "1" = "1',
  '{{constructor}}',
  '<img src=x onerror=alert(1)>',
  '=HYPERLINK("http://example.com")',
  '👩‍👩‍👧‍👦🏳️‍🌈',
  '\ud800 lone',
  '\u0000 nul',
  'tab\tand\nbreak',
  '__proto__',
  '\ue000a1',
  'a'.repeat(1_000_000),
]
const text = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(...hostileTexts) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 250 }) },
  { weight: 6, arbitrary: fc.constantFrom('Alpha', 'Beta', 'alpha', 'Größe', '鍵') },
)
const slot = fc.nat(5)
const kind = fc.constantFrom('project', 'project', 'admin', 'admin', 'standard', 'restricted', 'unknown' as const)
const provider = fc.constantFrom('openai', 'openai', 'openai', 'anthropic', 'custom' as const)
const secret = fc.oneof({ weight: 8, arbitrary: fc.nat(20).map((n) => fakeSecret(n)) }, { weight: 1, arbitrary: text })
const fields = fc.record({
  name: text,
  description: text,
  tag: text,
  kind,
  provider,
  admin: fc.option(slot),
  wild: fc.nat(9).map((n) => n === 0),
  secret,
  owner: slot,
})

/** Weighted so that most of what is tried succeeds and there is something to break. */
const operation = fc.oneof(
  { weight: 1, arbitrary: fc.record({ do: fc.constant('createAccount' as const), n: slot, organization: text }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('updateAccount' as const), n: slot, organization: text, note: text }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('deleteAccount' as const),
      n: slot,
      keys: fc.constantFrom(undefined, 'delete', 'move' as const),
      to: slot,
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('createKey' as const), fields, allow: fc.boolean() }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('updateKey' as const),
      n: slot,
      fields,
      allow: fc.boolean(),
      withSecret: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('deleteKey' as const), n: slot }) },
)
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never
type Fields = typeof fields extends fc.Arbitrary<infer T> ? T : never

/** Does one thing, or is refused with a problem. Anything else that is thrown fails the test. */
function perform(bench: Workbench, act: Operation): boolean {
  const accountIds = bench.accounts.list({ sort: 'created', limit: 200 }).items.map(({ id }) => id)
  const keyIds = bench.keys.list({ sort: 'created', limit: 200 }).items.map(({ id }) => id)
  const at = (ids: number[], n: number) => ids[n % Math.max(1, ids.length)] ?? 999
  const adminKeys = bench.keys.list({ sort: 'created', limit: 200, kind: 'admin' }).items
  // Mostly an admin key that fits; now and then just any key, which must be refused.
  const adminFor = (given: Fields) => {
    if (given.admin === null || (given.wild && keyIds.length === 0)) return null
    if (given.wild) return at(keyIds, given.admin)
    const fitting = adminKeys.filter((key) => key.provider === given.provider).map(({ id }) => id)
    return fitting.length === 0 || !linkableKinds.includes(given.kind) ? null : at(fitting, given.admin)
  }
  const keyFields = (given: Fields) => ({
    accountId: at(accountIds, given.owner),
    name: given.name,
    description: given.description,
    provider: given.provider,
    kind: given.kind,
    adminKeyId: adminFor(given),
    environment: null,
    tags: [given.tag],
  })
  const accountFields = (n: number, organization: string, contactNote: string | null) => ({
    ...account({ email: `user${n % 4}@example.com`, allowSameEmail: n > 3 }),
    organization,
    contactNote,
  })
  try {
    if (act.do === 'createAccount') bench.accounts.create(app, accountFields(act.n, act.organization, null))
    if (act.do === 'updateAccount') {
      bench.accounts.update(app, { ...accountFields(act.n, act.organization, act.note), id: at(accountIds, act.n) })
    }
    if (act.do === 'deleteAccount') {
      bench.accounts.delete(app, { id: at(accountIds, act.n), keys: act.keys, moveToAccountId: at(accountIds, act.to) })
    }
    if (act.do === 'createKey') {
      bench.keys.create(app, { ...keyFields(act.fields), secret: act.fields.secret, allowDuplicate: act.allow })
    }
    if (act.do === 'updateKey') {
      const paste = act.withSecret ? { secret: act.fields.secret } : {}
      bench.keys.update(app, { ...keyFields(act.fields), ...paste, id: at(keyIds, act.n), allowDuplicate: act.allow })
    }
    if (act.do === 'deleteKey') bench.keys.delete(app, at(keyIds, act.n))
    return true
  } catch (error) {
    if (!(error instanceof Problem) || error.code === 'STORE_FAILED' || error.code === 'INTERNAL') throw error
    return false
  }
}

function requireInvariants(bench: Workbench): void {
  const { db } = bench.store
  expect(db.pragma('foreign_key_check')).toEqual([])
  // Raises if the index and the rows disagree.
  db.exec("INSERT INTO provider_keys_search (provider_keys_search, rank) VALUES ('integrity-check', 1)")
  const rows = new KeyRows(db, () => undefined)
  const page = bench.keys.list({ sort: 'name', limit: 200 })
  expect(page.total).toBe(page.items.length)
  for (const key of page.items) {
    keySchema.parse(key)
    const value = bench.keys.credential(key.id).secret
    expect(bench.keys.findDuplicates(value).map(({ id }) => id)).toContain(key.id)
    const owner = bench.accounts.get(key.accountId)
    expect(key.accountEmail).toBe(owner.email)
    const stored = rows.get(key.id)
    if (stored !== null) {
      const line = db.prepare('SELECT search FROM provider_keys WHERE id = ?').pluck().get(key.id)
      expect(line).toBe(keySearchLine(stored, stored.masked, owner))
    }
    if (key.adminKeyId === null) continue
    const admin = bench.keys.get(key.adminKeyId)
    expect(linkableKinds).toContain(key.kind)
    expect([admin.kind, admin.provider]).toEqual(['admin', key.provider])
    expect(admin.id).not.toBe(key.id)
  }
  const accounts = bench.accounts.list({ sort: 'email', limit: 200 }).items
  expect(accounts.reduce((sum, { keyCount }) => sum + keyCount, 0)).toBe(page.items.length)
}

it('whatever is done in whatever order, no secret is orphaned, links are valid and the index is in step', async () => {
  let done = 0
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 20, maxLength: 60, size: 'max' }), async (operations) => {
      const bench = await openWorkbench()
      try {
        bench.store.db.pragma('synchronous = OFF')
        for (const n of [0, 1]) bench.accounts.create(app, account({ email: `user${n}@example.com` }))
        for (const act of operations) if (perform(bench, act)) done += 1
        requireInvariants(bench)
      } finally {
        await bench.close()
      }
    }),
    { numRuns: 60 },
  )
  expect(done).toBeGreaterThan(100)
}, 30_000)

it('every hostile text is kept as it is or refused by field, in every text field', async () => {
  const bench = await openWorkbench()
  try {
    const owner = bench.accounts.create(app, account({ email: 'a@example.com' })).id
    const base = {
      accountId: owner,
      provider: 'openai' as const,
      kind: 'project' as const,
      allowDuplicate: true,
      secret: fakeSecret(1),
    }
    for (const hostile of hostileTexts) {
      const inputs: ['name' | 'description' | 'tags', Pick<NewKey, 'name' | 'description' | 'tags'>][] = [
        ['name', { name: hostile }],
        ['description', { name: 'K', description: hostile }],
        ['tags', { name: 'K', tags: [hostile] }],
      ]
      for (const [field, extra] of inputs) {
        try {
          const key = bench.keys.create(app, { ...base, ...extra })
          const kept = field === 'tags' ? key.tags[0] : key[field]
          expect(kept).toBe(hostile.trim().toWellFormed())
          expect(bench.keys.list({ sort: 'created', limit: 1 }).items[0]).toEqual(key)
        } catch (error) {
          if (!(error instanceof Problem)) throw error
          expect(error.code).toBe('INVALID_INPUT')
          expect(error.details.fields?.[0]?.field.startsWith(field)).toBe(true)
          expect(error.message.length).toBeLessThan(300)
        }
      }
    }
    requireInvariants(bench)
  } finally {
    await bench.close()
  }
})
