import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readDashboardFile } from '../../../main/imports/dashboard-file.ts'
import { MAX_IMPORT_FILE } from '../../../shared/limits.ts'
import { Problem } from '../../../shared/problems.ts'
import { fill } from '../key-formats-samples.ts'
import { accountRow, databaseOf, keyRow, schema } from './older-dashboard.ts'

const project = `sk-${'proj'}-${fill(60)}`
const admin = `sk-${'admin'}-${fill(60)}`
const sound = () =>
  databaseOf(
    schema,
    accountRow(1, 'ada@north.example', 'Ada', 'North'),
    accountRow(2, 'unused@north.example'),
    accountRow(3, 'no address'),
    keyRow({ id: 7, name: 'Production', key: project, account: 1, admin: 9 }),
    keyRow({ id: 9, name: 'Admin', key: admin, type: 'admin', account: 1 }),
    keyRow({ id: 11, name: 'Grok 24/12/24', key: 'abc123', provider: 'Grok', account: 3 }),
    keyRow({ id: 12, name: 'Lost', key: 'abc', account: 99 }),
  )

function refusal(base64: string): Problem {
  try {
    readDashboardFile(base64)
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('It was accepted.')
}

describe('readDashboardFile', () => {
  it('reads keys with their accounts, kinds, providers and links', () => {
    const { rows, notes } = readDashboardFile(sound())
    expect(rows).toMatchObject([
      {
        origin: 'api_keys 7',
        name: 'Production',
        value: project,
        provider: 'openai',
        kind: 'project',
        account: { email: 'ada@north.example', name: 'Ada', organization: 'North' },
        sourceId: '7',
        adminSourceId: '9',
      },
      { name: 'Admin', kind: 'admin', adminSourceId: null },
      { name: 'Grok 24/12/24', provider: 'xai', account: null },
      { name: 'Lost', account: null },
    ])
    expect(rows[2]?.notes.join()).toContain('not valid')
    expect(rows[3]?.notes.join()).toContain('99')
    expect(notes).toEqual(['1 account without keys will not be taken in.'])
  })

  it('reads tables that lack the optional columns', () => {
    const { rows } = readDashboardFile(
      databaseOf(
        'CREATE TABLE accounts (id INTEGER, email TEXT); CREATE TABLE api_keys (id INTEGER, name TEXT, full_key TEXT)',
        `INSERT INTO api_keys VALUES (1, 'Main', 'abc'), (2, NULL, NULL), (3, 'Blob', x'00ff')`,
      ),
    )
    expect(rows.map(({ value, problem }) => [value, problem === null])).toEqual([
      ['abc', true],
      [null, false],
      [null, false],
    ])
  })

  it.each([
    ['nothing', '', 'not an SQLite database'],
    ['text', Buffer.from('hello '.repeat(200)).toString('base64'), 'not an SQLite database'],
    ['an empty database', databaseOf('CREATE TABLE other (x)'), 'no table "accounts"'],
    ['one table only', databaseOf('CREATE TABLE accounts (id, email)'), 'no table "api_keys"'],
    [
      'other columns',
      databaseOf('CREATE TABLE accounts (id, email); CREATE TABLE api_keys (id, name, secret)'),
      '"full_key"',
    ],
    [
      'a view in place of a table',
      databaseOf(
        schema.replace('CREATE TABLE accounts', 'CREATE TABLE x'),
        `CREATE VIEW accounts AS SELECT 1 AS id, 'a' AS email`,
      ),
      'not a plain table',
    ],
    [
      'a virtual table',
      databaseOf('CREATE VIRTUAL TABLE accounts USING fts5 (id, email)', 'CREATE TABLE api_keys (id, name, full_key)'),
      'not a plain table',
    ],
    [
      'a computed column',
      databaseOf(
        'CREATE TABLE accounts (id, email); CREATE TABLE api_keys (id, name, full_key AS (hex(zeroblob(1000000))))',
      ),
      '"full_key"',
    ],
    ['a file that is too large', Buffer.alloc(MAX_IMPORT_FILE + 1).toString('base64'), '20 MB'],
  ])('refuses %s with the fix', (_what, base64, words) => {
    const problem = refusal(base64)
    expect(problem.code).toBe('INVALID_INPUT')
    expect(problem.details.fields?.[0]).toMatchObject({ field: 'base64' })
    expect(problem.message).toContain(words)
  })

  it('refuses WAL mode, because the newest changes may be elsewhere', () => {
    const file = Buffer.from(sound(), 'base64')
    file[18] = 2
    file[19] = 2
    const problem = refusal(file.toString('base64'))
    expect(problem.message).toContain('WAL')
    expect(problem.details.remedies.join()).toContain('journal_mode=DELETE')
  })

  it('runs nothing that is in the file', () => {
    const { rows } = readDashboardFile(
      databaseOf(
        schema,
        keyRow({ id: 1, name: 'Main', key: project, account: null }),
        `CREATE TRIGGER t AFTER INSERT ON api_keys BEGIN DELETE FROM api_keys; END`,
        `CREATE VIEW v AS SELECT load_extension('x')`,
        `CREATE INDEX i ON api_keys (upper(name))`,
      ),
    )
    expect(rows).toHaveLength(1)
  })

  it('refuses more rows than fit', () => {
    const many = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5001)
      INSERT INTO api_keys (name, full_key, masked_key) SELECT 'k' || i, 'key' || i, '' FROM n`
    expect(refusal(databaseOf(schema, many)).message).toContain('5,000 rows')
  })

  it('either reads a damaged file or refuses it, and never fails otherwise', () => {
    const file = Buffer.from(sound(), 'base64')
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1, maxLength: 60 }),
        fc.nat(file.length),
        (changes, cut) => {
          const damaged = Buffer.from(file)
          for (const [at, byte] of changes) damaged[at] = byte
          const part = cut % 3 === 0 ? damaged.subarray(0, cut) : damaged
          try {
            readDashboardFile(part.toString('base64'))
          } catch (error) {
            if (!(error instanceof Problem)) throw error
            expect(error.code).toBe('INVALID_INPUT')
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})
