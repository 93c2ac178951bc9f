import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Imports } from '../../main/imports/imports.ts'
import { accountFieldsSchema } from '../../shared/contract/accounts.ts'
import { importPreviewSchema } from '../../shared/contract/imports.ts'
import { MAX_IMPORT_ROWS } from '../../shared/limits.ts'
import type { ProblemCode } from '../../shared/problem-codes.ts'
import { Problem } from '../../shared/problems.ts'
import { accountRow, databaseOf, keyRow, schema } from '../unit/imports/older-dashboard.ts'
import { fill, lower } from '../unit/key-formats-samples.ts'
import { app, openWorkbench, passphrase } from '../unit/keys/workbench.ts'

const openai = `sk-${'proj'}-${fill(60)}`
const admin = `sk-${'admin'}-${fill(60)}`
const groq = `gsk_${fill(52)}`

let bench: Awaited<ReturnType<typeof openWorkbench>>
let imports: Imports

beforeEach(async () => {
  bench = await openWorkbench()
  imports = new Imports(bench)
})
afterEach(async () => {
  imports.close()
  await bench.close()
})

function account(email: string, organization: string | null = null): number {
  return bench.accounts.create(app, accountFieldsSchema.parse({ email, organization })).id
}

function storeKey(accountId: number, secret: string, kind: 'project' | 'admin' = 'project'): number {
  return bench.keys.create(app, { accountId, name: 'Stored before', provider: 'openai', kind, secret }).id
}

function storedKeys() {
  return bench.keys.list({ sort: 'created', limit: 200 }).items
}

function failureOf(work: () => unknown): Problem {
  try {
    work()
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('It did not fail.')
}

function expectFailure(code: ProblemCode, field: string | null, work: () => unknown): Problem {
  const problem = failureOf(work)
  expect(problem.code).toBe(code)
  if (field !== null) expect(problem.details.fields?.[0]?.field).toBe(field)
  return problem
}

describe('a .env file', () => {
  const text = [
    `OPENAI_API_KEY=${openai}`,
    `GROQ_API_KEY="${groq}"`,
    `AGAIN_GROQ_KEY=${groq}`,
    `MISTRAL_API_KEY=${lower(32)}`,
    'PORT=3000',
    'BROKEN_KEY="two words of a key"',
  ].join('\r\n')

  it('shows every line with what would become of it, masked, and stores nothing', () => {
    const stored = storeKey(account('ada@north.example'), openai)
    const preview = imports.preview({ format: 'env', text })
    expect(importPreviewSchema.safeParse(preview).success).toBe(true)
    expect(preview.rows.map(({ origin, name, provider, status }) => [origin, name, provider, status])).toEqual([
      ['line 1', 'OPENAI_API_KEY', 'openai', 'duplicate'],
      ['line 2', 'GROQ_API_KEY', 'groq', 'ready'],
      ['line 3', 'AGAIN_GROQ_KEY', 'groq', 'duplicate'],
      ['line 4', 'MISTRAL_API_KEY', 'mistral', 'ready'],
      ['line 5', 'PORT', 'custom', 'bad'],
      ['line 6', 'BROKEN_KEY', 'custom', 'bad'],
    ])
    expect(preview.counts).toEqual({ ready: 2, duplicate: 2, bad: 2 })
    expect(preview.rows[0]).toMatchObject({ duplicateOfKeyId: stored })
    expect(preview.rows[0]?.reason).toContain('"Stored before" (ada@north.example)')
    expect(preview.rows[2]?.reason).toContain('line 2')
    expect(preview.rows[5]?.reason).toContain('space inside')
    for (const secret of [openai, groq, lower(32)]) expect(JSON.stringify(preview)).not.toContain(secret)
    expect(storedKeys()).toHaveLength(1)
  })

  it('takes the chosen lines into the chosen account, and a duplicate only when it is chosen', () => {
    const owner = account('ada@north.example')
    storeKey(owner, openai)
    const { token } = imports.preview({ format: 'env', text })
    const result = imports.commit(app, { token, rows: [1, 0, 1], account: { id: owner } })
    expect(result).toEqual({ createdKeys: 2, createdAccounts: 0 })
    const taken = storedKeys().filter(({ source }) => source === 'import')
    expect(taken.map(({ name, accountId, provider }) => [name, accountId, provider]).sort()).toEqual([
      ['GROQ_API_KEY', owner, 'groq'],
      ['OPENAI_API_KEY', owner, 'openai'],
    ])
    for (const key of taken) {
      expect(bench.keys.credential(key.id).secret).toBe(key.provider === 'groq' ? groq : openai)
    }
    const entry = bench.audit.list({ limit: 10 }).items.find(({ action }) => action === 'import.committed')
    expect(entry).toMatchObject({ source: 'app', detail: '2 keys and 0 new accounts from a .env file.' })
  })

  it('makes the account for it', () => {
    const { token } = imports.preview({ format: 'env', text })
    const create = accountFieldsSchema.parse({ email: 'new@north.example', name: 'New' })
    expect(imports.commit(app, { token, rows: [1, 3], account: { create } })).toEqual({
      createdKeys: 2,
      createdAccounts: 1,
    })
    expect(storedKeys().map(({ accountEmail }) => accountEmail)).toEqual(['new@north.example', 'new@north.example'])
  })

  it('refuses bad rows, rows that are not there, and a missing account, and stores nothing', () => {
    const owner = { id: account('ada@north.example') }
    const { token } = imports.preview({ format: 'env', text })
    expectFailure('INVALID_INPUT', 'rows', () => imports.commit(app, { token, rows: [1, 4], account: owner }))
    expectFailure('INVALID_INPUT', 'rows', () => imports.commit(app, { token, rows: [99], account: owner }))
    expectFailure('INVALID_INPUT', 'account', () => imports.commit(app, { token, rows: [1], account: null }))
    expectFailure('NOT_FOUND', null, () => imports.commit(app, { token, rows: [1], account: { id: 4_711 } }))
    expect(storedKeys()).toHaveLength(0)
    expect(imports.commit(app, { token, rows: [1], account: owner }).createdKeys).toBe(1)
  })
})

describe('a CSV table', () => {
  it('makes one account per e-mail address, whatever its case, and uses those that are there', () => {
    const ada = account('Ada@north.example')
    const text = [
      'name;key;email;organization',
      `One;${groq};ada@NORTH.example;`,
      `Two;${openai};bob@south.example;South`,
      `Three;${fill(30)};BOB@south.example;`,
      `Four;${fill(31)};not an address;`,
    ].join('\n')
    const { token, rows } = imports.preview({ format: 'csv', text })
    expect(rows.map(({ status }) => status)).toEqual(['ready', 'ready', 'ready', 'bad'])
    expect(rows[3]?.reason).toContain('e-mail')
    expect(imports.commit(app, { token, rows: [0, 1, 2], account: null })).toEqual({
      createdKeys: 3,
      createdAccounts: 1,
    })
    const owners = new Map(storedKeys().map(({ name, accountId }) => [name, accountId]))
    expect(owners.get('One')).toBe(ada)
    expect(owners.get('Two')).toBe(owners.get('Three'))
    expect(bench.accounts.list({ sort: 'email', limit: 10 }).total).toBe(2)
  })

  it('neither shows nor stores a key that stands in another column', () => {
    const owner = account('ada@north.example')
    const table = [
      'name,key,provider,email,tags,description,kind,environment,organization',
      `${admin},${groq},${openai},ada@north.example,${openai},see ${admin},${openai},${openai},${openai}`,
      `${groq},,${openai},,,,,,`,
      'own-value-of-custom,own-value-of-custom,,ada@north.example,,,,,',
    ].join('\n')
    const preview = imports.preview({ format: 'csv', text: table })
    expect(preview.rows.map(({ status }) => status)).toEqual(['ready', 'bad', 'ready'])
    expect(preview.rows[0]?.reason).toContain('The cell "provider" holds a key')
    for (const secret of [openai, admin, groq]) expect(JSON.stringify(preview)).not.toContain(secret.slice(10, 40))
    expect(imports.commit(app, { token: preview.token, rows: [0, 2], account: { id: owner } }).createdKeys).toBe(2)
    expect(JSON.stringify(storedKeys())).not.toMatch(new RegExp([openai, admin, groq].join('|')))
    expect(storedKeys().map(({ name }) => name)).not.toContain('own-value-of-custom')
  })

  it('neither shows nor stores a key that is a name in the older dashboard', () => {
    const base64 = databaseOf(
      schema,
      accountRow(1, 'ada@north.example', admin, admin),
      keyRow({ id: 1, name: openai, key: groq, account: 1 }),
    )
    const preview = imports.preview({ format: 'sqlite', base64 })
    expect(JSON.stringify(preview)).not.toContain(openai)
    imports.commit(app, { token: preview.token, rows: [0], account: null })
    expect(storedKeys()[0]?.name).toBe('Groq key')
    const stored = JSON.stringify([storedKeys(), bench.accounts.list({ sort: 'email', limit: 5 })])
    for (const secret of [openai, admin]) expect(stored).not.toContain(secret)
  })

  it('lets the organisation decide where an address is there twice', () => {
    account('ada@north.example', 'North')
    const south = bench.accounts.create(
      app,
      accountFieldsSchema.parse({ email: 'ada@north.example', organization: 'South', allowSameEmail: true }),
    ).id
    const { token } = imports.preview({ format: 'csv', text: `key,email,org\n${groq},ada@north.example,south` })
    imports.commit(app, { token, rows: [0], account: null })
    expect(storedKeys()[0]?.accountId).toBe(south)
  })

  it('stores all or nothing when a key arrived in the meantime, and can be tried again', () => {
    const text = `name,key,email\nOne,${groq},new@south.example\nTwo,${openai},new@south.example`
    const { token } = imports.preview({ format: 'csv', text })
    const raced = storeKey(account('ada@north.example'), openai)
    const entries = bench.audit.list({ limit: 1 }).total
    const problem = expectFailure('ALREADY_EXISTS', null, () =>
      imports.commit(app, { token, rows: [0, 1], account: null }),
    )
    expect(problem.details.relatedIds).toEqual([raced])
    expect(storedKeys()).toHaveLength(1)
    expect(bench.accounts.list({ sort: 'email', limit: 10 }).total).toBe(1)
    expect(bench.audit.list({ limit: 1 }).total).toBe(entries)
    expect(imports.commit(app, { token, rows: [0], account: null })).toEqual({ createdKeys: 1, createdAccounts: 1 })
  })

  it(`previews ${MAX_IMPORT_ROWS} rows in less than a second`, () => {
    const owner = account('ada@north.example')
    for (let n = 0; n < 50; n += 1) storeKey(owner, `${openai}${n}`)
    const lines = Array.from(
      { length: MAX_IMPORT_ROWS },
      (_, n) => `Key ${n},${openai}${n},user${n % 300}@north.example`,
    )
    const started = performance.now()
    const preview = imports.preview({ format: 'csv', text: `name,key,email\n${lines.join('\n')}` })
    expect(performance.now() - started).toBeLessThan(1_000)
    expect(preview.counts).toEqual({ ready: MAX_IMPORT_ROWS - 50, duplicate: 50, bad: 0 })
  })
})

describe('the database of the older dashboard', () => {
  const file = () =>
    databaseOf(
      schema,
      accountRow(1, 'ada@north.example', 'Ada', 'North'),
      accountRow(2, 'bob@south.example'),
      keyRow({ id: 1, name: 'Production', key: openai, account: 1, admin: 5 }),
      keyRow({ id: 5, name: 'Admin', key: admin, type: 'admin', account: 1 }),
      keyRow({
        id: 6,
        name: 'Claude',
        key: `sk-ant-${'api03'}-${fill(93)}AA`,
        provider: 'anthropic',
        account: 2,
        admin: 5,
      }),
      keyRow({ id: 7, name: 'Really Groq', key: groq, account: 2 }),
      keyRow({ id: 8, name: 'Grok 24/12/24', key: 'abcdefghijklmnop', provider: 'grok', account: 2 }),
    )

  it('keeps accounts, kinds and links; a telling form corrects the provider', () => {
    const { token, rows } = imports.preview({ format: 'sqlite', base64: file() })
    expect(rows.map(({ provider, kind, status }) => [provider, kind, status])).toEqual([
      ['openai', 'project', 'ready'],
      ['openai', 'admin', 'ready'],
      ['anthropic', 'standard', 'ready'],
      ['groq', 'standard', 'ready'],
      ['xai', 'standard', 'ready'],
    ])
    expect(rows[2]?.reason).toContain('link')
    expect(rows[3]?.reason).toContain('The source says OpenAI')
    const result = imports.commit(app, { token, rows: [0, 1, 2, 3, 4], account: null })
    expect(result).toEqual({ createdKeys: 5, createdAccounts: 2 })
    const byName = new Map(storedKeys().map((key) => [key.name, key]))
    expect(byName.get('Production')).toMatchObject({ adminKeyName: 'Admin', accountEmail: 'ada@north.example' })
    expect(byName.get('Claude')).toMatchObject({ adminKeyId: null, accountEmail: 'bob@south.example' })
    expect(bench.accounts.list({ sort: 'email', limit: 10 }).items[0]).toMatchObject({
      name: 'Ada',
      organization: 'North',
    })
  })

  it('links to the admin key that is stored already when its row is left out', () => {
    const stored = storeKey(account('ada@north.example'), admin, 'admin')
    const { token, rows } = imports.preview({ format: 'sqlite', base64: file() })
    expect(rows[1]?.status).toBe('duplicate')
    imports.commit(app, { token, rows: [0], account: null })
    expect(storedKeys().find(({ name }) => name === 'Production')?.adminKeyId).toBe(stored)
  })

  it('leaves the link out when its admin key is neither taken nor stored', () => {
    const { token } = imports.preview({ format: 'sqlite', base64: file() })
    imports.commit(app, { token, rows: [0], account: null })
    expect(storedKeys()[0]?.adminKeyId).toBeNull()
  })

  it('puts no plaintext on the disk, neither in the preview nor when it is taken in', () => {
    const { token } = imports.preview({ format: 'sqlite', base64: file() })
    expectNowhere(bench.dataDir, openai)
    imports.commit(app, { token, rows: [0, 1], account: null })
    bench.store.db.pragma('wal_checkpoint(TRUNCATE)')
    expectNowhere(bench.dataDir, openai)
    expectNowhere(bench.dataDir, admin)
  })
})

describe('the life of a preview', () => {
  const text = `GROQ_API_KEY=${groq}`
  const owner = () => ({ id: account('ada@north.example') })
  const preview = () => imports.preview({ format: 'env', text }).token

  it('ends with its use', () => {
    const input = { token: preview(), rows: [0], account: owner() }
    imports.commit(app, input)
    expectFailure('NOT_FOUND', null, () => imports.commit(app, input))
  })

  it('ends after ten minutes', () => {
    const input = { token: preview(), rows: [0], account: owner() }
    bench.clock.time += 10 * 60_000
    expectFailure('NOT_FOUND', null, () => imports.commit(app, input))
    expect(storedKeys()).toHaveLength(0)
  })

  it('ends when the vault is locked', async () => {
    const input = { token: preview(), rows: [0], account: owner() }
    bench.vault.onChange(() => imports.forget())
    await bench.vault.lock()
    await bench.vault.unlock({ with: 'passphrase', passphrase })
    expectFailure('NOT_FOUND', null, () => imports.commit(app, input))
  })

  it('ends when four newer ones are there', () => {
    const tokens = Array.from({ length: 5 }, preview)
    const account = owner()
    expectFailure('NOT_FOUND', null, () => imports.commit(app, { token: tokens[0] ?? '', rows: [0], account }))
    expect(imports.commit(app, { token: tokens[1] ?? '', rows: [0], account }).createdKeys).toBe(1)
  })

  it('needs an open vault, before anything is read', async () => {
    await bench.vault.lock()
    expectFailure('VAULT_LOCKED', null, () => imports.preview({ format: 'env', text: 'nothing in here' }))
  })
})

function expectNowhere(folder: string, secret: string): void {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  expect(files.length).toBeGreaterThan(0)
  for (const entry of files) {
    expect(readFileSync(join(entry.parentPath, entry.name)).includes(secret), entry.name).toBe(false)
  }
}
