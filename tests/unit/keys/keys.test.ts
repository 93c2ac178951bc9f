import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ChangedKey, ImportedKey } from '../../../main/keys/keys.ts'
import { type KeyFields, keySchema, type ProviderKey } from '../../../shared/contract/keys.ts'
import { keyKinds, linkableKinds } from '../../../shared/providers.ts'
import { account, app, fakeSecret, newKey, openWorkbench, problemOf, START, type Workbench } from './workbench.ts'

let bench: Workbench
let owner: number

beforeEach(async () => {
  bench = await openWorkbench()
  owner = bench.accounts.create(app, account({ email: 'ops@acme.example', organization: 'Acme' })).id
})
afterEach(() => bench.close())

const change = (key: ProviderKey, fields: Partial<KeyFields> & { secret?: string } = {}): ChangedKey => ({
  id: key.id,
  accountId: key.accountId,
  name: key.name,
  description: key.description,
  provider: key.provider,
  kind: key.kind,
  adminKeyId: key.adminKeyId,
  environment: key.environment,
  tags: key.tags,
  allowDuplicate: false,
  ...fields,
})
const lastAudit = () => bench.audit.list({ limit: 1 }).items[0]
const everything = () => bench.keys.list({ sort: 'name', limit: 200 }).items

describe('storing a key', () => {
  it('UD-KEY-03, UD-DB-09, 10: stores the secret encrypted and shows it masked', () => {
    const secret = fakeSecret('production')
    const created = bench.keys.create(app, {
      ...newKey(owner),
      secret,
      description: 'Storefront',
      environment: 'production',
      tags: ['web', 'WEB', 'eu'],
    })
    expect(keySchema.parse(created)).toMatchObject({
      accountEmail: 'ops@acme.example',
      name: 'OpenAI production',
      tags: ['WEB', 'eu'],
      source: 'manual',
      secretState: 'stored',
      validation: null,
      createdAt: START,
    })
    expect(created.masked).toContain(secret.slice(-4))
    expect(created.masked).not.toContain(secret.slice(-6))
    const raw = JSON.stringify(bench.store.db.prepare('SELECT CAST(secret AS TEXT) AS s, * FROM provider_keys').all())
    expect(raw).not.toContain(secret.slice(8, 30))
    expect(bench.keys.credential(created.id)).toEqual({ secret, kind: 'project' })
    expect(lastAudit()).toMatchObject({
      action: 'key.created',
      subjectKind: 'key',
      subjectId: created.id,
      source: 'app',
    })
    expect(JSON.stringify(bench.audit.list({ limit: 50 }))).not.toContain(secret.slice(8, 30))
  })

  it('UD-KEY-07: stores any other string as a custom key', () => {
    const key = bench.keys.create(app, { ...newKey(owner), provider: 'custom', kind: 'unknown', secret: 'hunter2!' })
    expect(bench.keys.credential(key.id).secret).toBe('hunter2!')
    expect(key.masked).not.toContain('hunter')
  })

  it('takes the value out of a pasted assignment', () => {
    const secret = fakeSecret('pasted')
    const key = bench.keys.create(app, newKey(owner, { secret: `  export OPENAI_API_KEY="${secret}"\n` }))
    expect(bench.keys.credential(key.id).secret).toBe(secret)
    const next = fakeSecret('next')
    bench.keys.update(app, change(key, { secret: `OPENAI_API_KEY=${next}` }))
    expect(bench.keys.credential(key.id).secret).toBe(next)
  })

  it('refuses what cannot be a key, names the field, and stores nothing', async () => {
    const json = JSON.stringify({ key: fakeSecret(1) })
    for (const secret of [
      '',
      '   ',
      'two words',
      'a\nb',
      json,
      'x'.repeat(1_000_000),
      `${fakeSecret(2)}\u{1f511}`,
      'a\u0000b',
    ]) {
      for (const call of [
        () => bench.keys.create(app, newKey(owner, { secret })),
        () => bench.keys.detect(secret),
        () => bench.keys.testCandidate({ secret, provider: 'openai', kind: 'project' }),
      ]) {
        const problem = await problemOf(call)
        expect(problem.code).toBe('INVALID_INPUT')
        expect(problem.fields?.[0]?.field).toBe('secret')
      }
    }
    expect(everything()).toEqual([])
  })

  it('refuses a key where it would not be encrypted, and names the field', async () => {
    const other = fakeSecret('another one')
    const custom = 'the-own-value-of-a-custom-key'
    const kept = bench.keys.create(app, newKey(owner))
    const cases: [field: string, fields: Partial<KeyFields> & { secret?: string }][] = [
      ['name', { name: other }],
      ['name', { name: custom, secret: custom }],
      ['description', { description: `use (${other}), not the old one` }],
      ['description', { description: `value: ${custom}.`, secret: custom }],
      ['tags', { tags: ['web', `sk_${'live'}_abcdefghij`] }],
    ]
    for (const [field, fields] of cases) {
      for (const attempt of [
        () => bench.keys.create(app, { ...newKey(owner), secret: fakeSecret('fresh'), ...fields }),
        () => bench.keys.update(app, change(kept, fields)),
      ]) {
        const problem = await problemOf(attempt)
        expect(problem).toMatchObject({ code: 'INVALID_INPUT', fields: [{ field }] })
        expect(problem.message).toContain('not encrypted')
        expect(JSON.stringify(problem)).not.toContain(other)
      }
    }
    expect(everything()).toEqual([kept])
    const harmless = { name: 'OPENAI_API_KEY', description: 'sk-proj- keys only; see KEY-2026', tags: ['sk-proj'] }
    expect(bench.keys.update(app, change(kept, harmless))).toMatchObject(harmless)
  })

  it('refuses an account that is not there and an empty name', async () => {
    expect((await problemOf(() => bench.keys.create(app, newKey(99)))).fields?.[0]?.field).toBe('accountId')
    expect((await problemOf(() => bench.keys.create(app, newKey(owner, { name: ' ' })))).fields?.[0]?.field).toBe(
      'name',
    )
  })

  it('needs the vault ready for secrets, but not for reading and editing the rest', async () => {
    const key = bench.keys.create(app, newKey(owner))
    await bench.vault.lock()
    for (const call of [
      () => bench.keys.create(app, newKey(owner, { name: 'Other' })),
      () => bench.keys.reveal(app, key.id, 'show'),
      () => bench.keys.credential(key.id),
      () => bench.keys.test(app, key.id),
      () => bench.keys.detect(fakeSecret(1)),
      () => bench.keys.update(app, change(key, { secret: fakeSecret(2) })),
    ]) {
      expect((await problemOf(call)).code).toBe('VAULT_LOCKED')
    }
    expect(bench.keys.update(app, change(key, { name: 'Renamed' })).name).toBe('Renamed')
    expect(bench.keys.list({ sort: 'name', limit: 10, query: 'renamed' }).total).toBe(1)
  })
})

describe('duplicates', () => {
  it('are refused and named, unless allowed', async () => {
    const secret = fakeSecret('same')
    const first = bench.keys.create(app, newKey(owner, { name: 'First', secret }))
    const again = newKey(owner, { name: 'Second', secret: `KEY=${secret}` })
    const problem = await problemOf(() => bench.keys.create(app, again))
    expect(problem).toMatchObject({ code: 'ALREADY_EXISTS', relatedIds: [first.id] })
    expect(problem.message).toContain('"First" (ops@acme.example)')
    expect(problem.message).not.toContain(secret.slice(10, 20))
    expect(everything()).toHaveLength(1)
    const second = bench.keys.create(app, { ...again, allowDuplicate: true })
    expect(bench.keys.findDuplicates(secret).map(({ id }) => id)).toEqual([first.id, second.id])
    expect(bench.keys.detect(`"${secret}"`).duplicates).toHaveLength(2)
  })

  it('are found on an edit as well, but a key is no duplicate of itself', async () => {
    const one = bench.keys.create(app, newKey(owner, { name: 'One' }))
    const two = bench.keys.create(app, newKey(owner, { name: 'Two' }))
    expect(
      (await problemOf(() => bench.keys.update(app, change(two, { secret: fakeSecret('One') })))).relatedIds,
    ).toEqual([one.id])
    expect(bench.keys.credential(two.id).secret).toBe(fakeSecret('Two'))
    expect(bench.keys.update(app, change(one, { secret: fakeSecret('One') })).id).toBe(one.id)
  })
})

describe('detection', () => {
  it('UD-KEY-02: tells admin from project keys and says what it did to the paste', () => {
    const admin = `sk-${'admin'}-${'a'.repeat(58)}T3Blbk${'FJ'}${'b'.repeat(58)}`
    expect(bench.keys.detect(admin)).toMatchObject({ provider: 'openai', kind: 'admin', confidence: 'strong' })
    const detected = bench.keys.detect(`GROQ_API_KEY=${'gsk'}_${'x'.repeat(52)}`)
    expect(detected).toMatchObject({ provider: 'groq', variableName: 'GROQ_API_KEY', duplicates: [] })
    expect(detected.notes.join(' ')).toContain('GROQ_API_KEY')
    expect(JSON.stringify(detected)).not.toContain('xxxxxxxxxx')
  })
})

describe('the result of a test', () => {
  it('is never taken from whoever creates the key', () => {
    const validation = { outcome: 'valid' as const, message: 'Works.', remedies: [], testedAt: START }
    const smuggled = { ...newKey(owner), validation }
    expect(bench.keys.create(app, smuggled).validation).toBeNull()
  })
})

describe('editing a key', () => {
  const tested = (validation: NonNullable<ImportedKey['validation']>) =>
    bench.keys.get(bench.keys.createMany(app, [{ ...newKey(owner), validation }], 'import')[0] ?? 0)

  it('UD-KEY-12: a new secret is masked and fingerprinted anew and forgets the last test', () => {
    const validation = { outcome: 'valid' as const, message: 'Works.', remedies: [], testedAt: START }
    const key = tested(validation)
    expect(key.validation).toEqual(validation)
    expect(bench.keys.update(app, change(key, { name: 'Renamed' })).validation).toEqual(validation)
    bench.clock.time += 5_000
    const secret = fakeSecret('rotated')
    const updated = bench.keys.update(app, change(key, { name: 'Renamed', secret }))
    expect(updated).toMatchObject({ validation: null, createdAt: START, updatedAt: START + 5_000 })
    expect(updated.masked.endsWith(secret.slice(-4))).toBe(true)
    expect(bench.keys.findDuplicates(secret).map(({ id }) => id)).toEqual([key.id])
    expect(bench.keys.findDuplicates(fakeSecret(key.name))).toEqual([])
    expect(lastAudit()).toMatchObject({ action: 'key.updated', detail: 'Changed: secret.' })
    expect(bench.keys.list({ sort: 'name', limit: 10, query: secret.slice(-4) }).total).toBe(1)
    expect(bench.keys.list({ sort: 'name', limit: 10, outcome: 'valid' }).total).toBe(0)
    expect(bench.keys.list({ sort: 'name', limit: 10, outcome: 'untested' }).total).toBe(1)
  })

  it('a test says nothing about another provider or kind', () => {
    const validation = { outcome: 'valid' as const, message: 'Works.', remedies: [], testedAt: START }
    const key = tested(validation)
    expect(bench.keys.update(app, change(key, { kind: 'legacy' })).validation).toBeNull()
  })

  it('an edit without any change leaves no trace', () => {
    const key = bench.keys.create(app, newKey(owner))
    bench.clock.time += 5_000
    expect(bench.keys.update(app, change(key))).toEqual(key)
    expect(lastAudit()?.action).toBe('key.created')
  })

  it('UD-KEY-13: deleting removes row, secret and search words', async () => {
    const key = bench.keys.create(app, newKey(owner, { name: 'Goner' }))
    expect(bench.keys.delete(app, key.id)).toEqual({ ok: true, unlinkedKeys: 0 })
    expect((await problemOf(() => bench.keys.get(key.id))).code).toBe('NOT_FOUND')
    expect((await problemOf(() => bench.keys.reveal(app, key.id, 'show'))).code).toBe('NOT_FOUND')
    expect(bench.keys.list({ sort: 'name', limit: 10, query: 'goner' }).total).toBe(0)
    expect(lastAudit()).toMatchObject({ action: 'key.deleted', subjectName: 'Goner' })
    const next = bench.keys.create(app, newKey(owner, { name: 'Next' }))
    expect(next.id).toBeGreaterThan(key.id)
  })
})

describe('admin keys', () => {
  const admin = (fields = {}) =>
    bench.keys.create(app, newKey(owner, { name: 'Organisation', kind: 'admin', ...fields }))

  it('UD-KEY-04: a key of a project is linked to an admin key of its provider', () => {
    const { id: adminKeyId } = admin()
    for (const kind of linkableKinds) {
      const key = bench.keys.create(app, newKey(owner, { name: `A ${kind}`, kind, adminKeyId }))
      expect(key).toMatchObject({ adminKeyId, adminKeyName: 'Organisation' })
    }
    expect(bench.keys.list({ sort: 'name', limit: 50, adminKeyId }).total).toBe(linkableKinds.length)
  })

  it('UD-KEY-09: everything else is refused, with the field and the reason', async () => {
    const { id: adminKeyId } = admin()
    const project = bench.keys.create(app, newKey(owner, { name: 'Project' }))
    const refused: [Partial<KeyFields>, RegExp][] = [
      ...keyKinds
        .filter((kind) => !linkableKinds.includes(kind))
        .map((kind): [Partial<KeyFields>, RegExp] => [{ kind, adminKeyId }, /cannot be linked/]),
      [{ provider: 'anthropic', kind: 'standard', adminKeyId }, /OpenAI.*Anthropic/],
      [{ adminKeyId: project.id }, /own admin key/],
      [{ adminKeyId: 4711 }, /no key with the id 4711/],
    ]
    for (const [fields, reason] of refused) {
      const problem = await problemOf(() => bench.keys.update(app, change(project, fields)))
      expect(problem).toMatchObject({ code: 'INVALID_INPUT', fields: [{ field: 'adminKeyId' }] })
      expect(problem.message).toMatch(reason)
    }
    const other = newKey(owner, { name: 'Other', adminKeyId: project.id })
    expect((await problemOf(() => bench.keys.create(app, other))).message).toMatch(/not an admin key/)
    expect(bench.keys.get(project.id)).toEqual(project)
  })

  it('deleting an admin key, or making it another kind or provider, frees its keys and says how many', () => {
    const changes: ((key: ProviderKey) => unknown)[] = [
      (key) => bench.keys.delete(app, key.id),
      (key) => bench.keys.update(app, change(key, { kind: 'project' })),
      (key) => bench.keys.update(app, change(key, { provider: 'anthropic' })),
    ]
    for (const [index, act] of changes.entries()) {
      const boss = admin({ name: `Admin ${index}` })
      const linked = ['a', 'b'].map((name) =>
        bench.keys.create(app, newKey(owner, { name: `${name}${index}`, adminKeyId: boss.id })),
      )
      const answer = act(boss)
      if (index === 0) expect(answer).toEqual({ ok: true, unlinkedKeys: 2 })
      for (const { id } of linked) expect(bench.keys.get(id)).toMatchObject({ adminKeyId: null, adminKeyName: null })
      expect(bench.keys.list({ sort: 'name', limit: 50, adminKeyId: boss.id }).total).toBe(0)
      expect(lastAudit()?.detail).toContain('2 keys lost their admin key.')
    }
  })

  it('keeps the links when an admin key is only renamed', () => {
    const boss = admin()
    const { id } = bench.keys.create(app, newKey(owner, { name: 'Linked', adminKeyId: boss.id }))
    bench.keys.update(app, change(boss, { name: 'Head office' }))
    expect(bench.keys.get(id)).toMatchObject({ adminKeyId: boss.id, adminKeyName: 'Head office' })
  })
})

describe('what other domains ask', () => {
  it('stores many at once or none', async () => {
    const inputs = [
      newKey(owner, { name: 'A' }),
      newKey(owner, { name: 'B' }),
      newKey(owner, { name: 'C', secret: ' ' }),
    ]
    expect((await problemOf(() => bench.keys.createMany(app, inputs, 'import'))).code).toBe('INVALID_INPUT')
    expect(everything()).toEqual([])
    const ids = bench.keys.createMany(app, inputs.slice(0, 2), 'import')
    expect(ids.map((id) => bench.keys.get(id)).map(({ name, source }) => [name, source])).toEqual([
      ['A', 'import'],
      ['B', 'import'],
    ])
    expect(() =>
      bench.store.transaction(() => {
        bench.keys.createMany(app, [newKey(owner, { name: 'D' })], 'import')
        throw new Error('the import failed later')
      }),
    ).toThrow('failed later')
    expect(everything()).toHaveLength(2)
  })

  it('names the keys that can be asked for usage', () => {
    const make = (fields: Partial<KeyFields>) =>
      bench.keys.create(app, newKey(owner, { name: JSON.stringify(fields), ...fields })).id
    make({ provider: 'openai', kind: 'project' })
    make({ provider: 'mistral', kind: 'standard' })
    make({ provider: 'custom', kind: 'unknown' })
    const asked = [
      make({ provider: 'openai', kind: 'admin' }),
      make({ provider: 'anthropic', kind: 'admin' }),
      make({ provider: 'brave', kind: 'standard' }),
      make({ provider: 'openrouter', kind: 'standard' }),
    ]
    expect(bench.keys.usageSources().map(({ id }) => id)).toEqual(asked)
    expect(bench.keys.usageSources()[0]).toMatchObject({
      provider: 'openai',
      kind: 'admin',
      accountEmail: 'ops@acme.example',
    })
    expect(bench.keys.labels([asked[0] ?? 0, 999])).toEqual(
      new Map([[asked[0], { name: expect.any(String), provider: 'openai', accountId: owner }]]),
    )
  })

  it('marks what comes over the local API', () => {
    const key = bench.keys.create({ source: 'api' }, newKey(owner))
    expect(key.source).toBe('api')
    expect(lastAudit()?.source).toBe('api')
  })
})
