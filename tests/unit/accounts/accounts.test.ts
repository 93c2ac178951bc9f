import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { accountSchema } from '../../../shared/contract/accounts.ts'
import { account, app, fakeSecret, newKey, openWorkbench, problemOf, type Workbench } from '../keys/workbench.ts'

let bench: Workbench

beforeEach(async () => {
  bench = await openWorkbench()
})
afterEach(() => bench.close())

const emails = () => bench.accounts.list({ sort: 'email', limit: 200 }).items.map(({ email }) => email)
const actions = () => bench.audit.list({ limit: 50 }).items.map(({ action }) => action)

describe('accounts', () => {
  it('UD-ACC-03, 07, 08: keeps name, organisation and note, each of them optional', () => {
    const full = bench.accounts.create(
      app,
      account({
        email: 'ops@acme.example',
        name: 'Kim',
        organization: 'Acme',
        contactNote: 'Phone first.\nThen mail.',
      }),
    )
    const bare = bench.accounts.create(app, account({ email: 'solo@example.com', name: '', contactNote: '  ' }))
    expect(accountSchema.parse(bench.accounts.get(full.id))).toMatchObject({
      email: 'ops@acme.example',
      name: 'Kim',
      organization: 'Acme',
      contactNote: 'Phone first.\nThen mail.',
      keyCount: 0,
    })
    expect(bench.accounts.get(bare.id)).toMatchObject({ name: null, organization: null, contactNote: null })
    expect(actions()).toEqual(['account.created', 'account.created'])
  })

  it('refuses a key in a field that is not encrypted, and names the field', async () => {
    const secret = fakeSecret('misplaced')
    for (const field of ['name', 'organization', 'contactNote'] as const) {
      const problem = await problemOf(() =>
        bench.accounts.create(app, account({ email: 'ops@acme.example', [field]: `is ${secret}` })),
      )
      expect(problem).toMatchObject({ code: 'INVALID_INPUT', fields: [{ field }] })
      expect(JSON.stringify(problem)).not.toContain(secret)
    }
    expect(emails()).toEqual([])
  })

  it('UD-ACC-05: refuses a missing or malformed e-mail address and names the field', async () => {
    for (const email of [
      '',
      '   ',
      'not-an-address',
      'a@b',
      'two@example.com three@example.com',
      'x'.repeat(1_000_000),
    ]) {
      const fields = { ...account({ email: 'valid@example.com' }), email }
      const problem = await problemOf(() => bench.accounts.create(app, fields))
      expect(problem.code).toBe('INVALID_INPUT')
      expect(problem.fields?.[0]?.field).toBe('email')
      expect(problem.message.length).toBeLessThan(300)
    }
    expect(emails()).toEqual([])
  })

  it('UD-ACC-06: an e-mail address is unique without regard to case, and the other account is named', async () => {
    const first = bench.accounts.create(app, account({ email: 'ops@acme.example' }))
    const problem = await problemOf(() => bench.accounts.create(app, account({ email: 'OPS@Acme.example' })))
    expect(problem).toMatchObject({ code: 'ALREADY_EXISTS', relatedIds: [first.id] })
    expect(problem.fields?.[0]?.field).toBe('email')
    expect(emails()).toEqual(['ops@acme.example'])
  })

  it('C-21: allows the same e-mail address on request, but only for another organisation', async () => {
    bench.accounts.create(app, account({ email: 'kim@example.com', organization: 'Acme' }))
    const other = { email: 'Kim@example.com', organization: 'Bolt' }
    expect((await problemOf(() => bench.accounts.create(app, account(other)))).code).toBe('ALREADY_EXISTS')
    const second = bench.accounts.create(app, account({ ...other, allowSameEmail: true }))
    const twin = { email: 'kim@example.com', organization: ' ACME ', allowSameEmail: true }
    const problem = await problemOf(() => bench.accounts.create(app, account(twin)))
    expect(problem.fields?.[0]?.field).toBe('organization')

    // An edit that leaves the address alone need not allow it again; one that makes twins is refused.
    const edited = { ...account({ ...other, name: 'Kim' }), id: second.id }
    expect(bench.accounts.update(app, edited)).toMatchObject({ name: 'Kim', organization: 'Bolt' })
    expect((await problemOf(() => bench.accounts.update(app, { ...edited, organization: 'acme' }))).code).toBe(
      'ALREADY_EXISTS',
    )
  })

  it('an edit to the address of another account is refused and changes nothing', async () => {
    bench.accounts.create(app, account({ email: 'a@example.com' }))
    const b = bench.accounts.create(app, account({ email: 'b@example.com' }))
    const change = { ...account({ email: 'A@example.com' }), id: b.id }
    expect((await problemOf(() => bench.accounts.update(app, change))).code).toBe('ALREADY_EXISTS')
    expect(bench.accounts.get(b.id)).toEqual(b)
    bench.clock.time += 1_000
    const renamed = bench.accounts.update(app, { ...account({ email: 'B@example.com' }), id: b.id })
    expect(renamed).toMatchObject({ email: 'B@example.com', createdAt: b.createdAt, updatedAt: b.updatedAt + 1_000 })
  })

  it('says NOT_FOUND for an account that is not there', async () => {
    expect((await problemOf(() => bench.accounts.get(7))).code).toBe('NOT_FOUND')
    expect(
      (await problemOf(() => bench.accounts.update(app, { ...account({ email: 'x@y.example' }), id: 7 }))).code,
    ).toBe('NOT_FOUND')
    expect((await problemOf(() => bench.accounts.delete(app, { id: 7 }))).code).toBe('NOT_FOUND')
  })

  it('announces every change', () => {
    const heard: string[] = []
    bench.changes.subscribe((topic) => heard.push(topic))
    const { id } = bench.accounts.create(app, account({ email: 'a@example.com' }))
    bench.accounts.update(app, { ...account({ email: 'b@example.com' }), id })
    bench.accounts.delete(app, { id })
    expect(heard.filter((topic) => topic === 'accounts')).toHaveLength(3)
    expect(heard).toContain('keys')
    expect(actions()).toEqual(['account.deleted', 'account.updated', 'account.created'])
  })
})

describe('deleting an account with keys', () => {
  function twoAccounts() {
    const from = bench.accounts.create(app, account({ email: 'from@example.com' })).id
    const to = bench.accounts.create(app, account({ email: 'to@example.com' })).id
    const ids = ['One', 'Two', 'Three'].map((name) => bench.keys.create(app, newKey(from, { name })).id)
    return { from, to, ids }
  }

  it('is refused with the number of keys unless told what happens to them', async () => {
    const { from } = twoAccounts()
    const problem = await problemOf(() => bench.accounts.delete(app, { id: from }))
    expect(problem.code).toBe('IN_USE')
    expect(problem.message).toContain('3 keys')
    expect(bench.accounts.get(from).keyCount).toBe(3)
  })

  it('deletes the keys with it, secrets and links included', () => {
    const { from, to } = twoAccounts()
    const admin = bench.keys.create(app, newKey(from, { name: 'Admin', kind: 'admin' })).id
    const linked = bench.keys.create(app, newKey(to, { name: 'Linked', adminKeyId: admin })).id
    expect(bench.accounts.delete(app, { id: from, keys: 'delete' })).toEqual({ ok: true, deletedKeys: 4, movedKeys: 0 })
    expect(bench.keys.list({ sort: 'name', limit: 50 }).items.map(({ id }) => id)).toEqual([linked])
    expect(bench.keys.get(linked).adminKeyId).toBeNull()
    expect(bench.keys.list({ sort: 'name', limit: 50, adminKeyId: admin }).total).toBe(0)
    expect(bench.store.db.prepare('SELECT count(*) AS n FROM provider_keys').get()).toEqual({ n: 1 })
  })

  it('moves the keys, which still open and are found under the new account', () => {
    const { from, to, ids } = twoAccounts()
    expect(bench.accounts.delete(app, { id: from, keys: 'move', moveToAccountId: to })).toEqual({
      ok: true,
      deletedKeys: 0,
      movedKeys: 3,
    })
    expect(bench.accounts.get(to).keyCount).toBe(3)
    expect(bench.keys.list({ sort: 'name', limit: 50, query: 'to@example.com' }).total).toBe(3)
    expect(bench.keys.list({ sort: 'name', limit: 50, query: 'from@example.com' }).total).toBe(0)
    for (const id of ids) expect(bench.keys.reveal(app, id, 'show').secret).toMatch(/^sk-/)
  })

  it('a move needs another account that exists; otherwise nothing happens', async () => {
    const { from } = twoAccounts()
    for (const moveToAccountId of [undefined, from, 999]) {
      const problem = await problemOf(() => bench.accounts.delete(app, { id: from, keys: 'move', moveToAccountId }))
      expect(problem.fields?.[0]?.field).toBe('moveToAccountId')
    }
    expect(bench.accounts.get(from).keyCount).toBe(3)
  })
})

describe('finding accounts', () => {
  it('UD-ACC-01: finds by the beginning of words in e-mail, name and organisation, whatever the accents', () => {
    bench.accounts.create(app, account({ email: 'zoe@acme.example', name: 'Zoë Müller', organization: 'Élan' }))
    bench.accounts.create(app, account({ email: 'adam@bolt.example', name: 'Adam', organization: '東京電力' }))
    const found = (query: string) =>
      bench.accounts.list({ query, sort: 'email', limit: 10 }).items.map(({ email }) => email)
    expect(found('zoe mull')).toEqual(['zoe@acme.example'])
    expect(found('ELAN')).toEqual(['zoe@acme.example'])
    expect(found('bolt.ex')).toEqual(['adam@bolt.example'])
    expect(found('電力')).toEqual(['adam@bolt.example'])
    expect(found('cme')).toEqual([])
    expect(found('')).toHaveLength(2)
  })

  it('pages through all of them in a stable order, while others come and go', () => {
    const names = Array.from({ length: 25 }, (_, n) => `user${String(n).padStart(2, '0')}@example.com`)
    for (const email of names) bench.accounts.create(app, account({ email }))
    const first = bench.accounts.list({ sort: 'email', limit: 10 })
    expect(first.total).toBe(25)
    bench.accounts.create(app, account({ email: 'aaa@example.com' }))
    const last = first.items.at(-1)
    if (last) bench.accounts.delete(app, { id: last.id })
    const second = bench.accounts.list({ sort: 'email', limit: 10, cursor: first.nextCursor ?? '' })
    const third = bench.accounts.list({ sort: 'email', limit: 10, cursor: second.nextCursor ?? '' })
    expect([...first.items, ...second.items, ...third.items].map(({ email }) => email)).toEqual(names)
    expect(third.nextCursor).toBeNull()
    const newest = bench.accounts.list({ sort: 'created', limit: 1 })
    expect(newest.items[0]?.email).toBe('aaa@example.com')
  })

  it('refuses a cursor of another list', async () => {
    const foreign = Buffer.from('["created",1]').toString('base64url')
    for (const cursor of [foreign, 'nonsense', '']) {
      const problem = await problemOf(() => bench.accounts.list({ sort: 'email', limit: 10, cursor }))
      expect(problem.fields?.[0]?.field).toBe('cursor')
    }
  })

  it('takes any text as a query and never fails on it', () => {
    bench.accounts.create(app, account({ email: 'a@example.com' }))
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (query) => {
        expect(bench.accounts.list({ query, sort: 'email', limit: 10 }).total).toBeLessThanOrEqual(1)
      }),
      { numRuns: 100 },
    )
  })
})
