import Database from 'better-sqlite3'
import { z } from 'zod'
import { accountFieldsSchema } from '../../shared/contract/accounts.ts'
import { holdsKey } from '../../shared/key-formats.ts'
import { MAX_IMPORT_FILE, MAX_IMPORT_ROWS } from '../../shared/limits.ts'
import { invalidField, type Problem } from '../../shared/problems.ts'
import { countOf } from '../../shared/words.ts'
import { emptyRow, kindFrom, providerFrom, type Source, type SourceAccount, type SourceRow } from './source.ts'

const MAGIC = 'SQLite format 3\u0000'
/** Offsets of the write and read version in the header; 2 is WAL. https://www.sqlite.org/fileformat.html §1.3 */
const FORMAT_VERSIONS = [18, 19]
const WAL = 2

/** Bytes of one cell. Far more than any key or name needs; a key that is too long is still named with its row. */
const MAX_CELL = 64 * 1024
/** Bytes of all cells of a table that are read: as many as a file can hold that counts none of them twice. */
const MAX_TEXT = MAX_IMPORT_FILE
const TOO_LONG = 'too long'

const expected =
  'It should have the tables "accounts" (id, email) and "api_keys" (id, name, full_key), as the API usage dashboard makes them.'

const accountsTable = {
  name: 'accounts',
  required: ['id', 'email'],
  optional: ['name', 'organization_name'],
} as const
const keysTable = {
  name: 'api_keys',
  required: ['id', 'name', 'full_key'],
  optional: ['key_type', 'provider', 'account_id', 'admin_key_id'],
} as const

const id = z
  .union([
    z.number(),
    z
      .string()
      .max(100)
      .refine((text) => !holdsKey(text)),
  ])
  .nullable()
  .catch(null)
const text = z.string().nullable().catch(null)
const accountRow = z.object({ id, email: text, name: text, organization_name: text })
const keyRow = z.object({
  id,
  name: text,
  full_key: text,
  key_type: text,
  provider: text,
  account_id: id,
  admin_key_id: id,
})

/**
 * Reads the database of the API usage dashboard out of memory: the file never touches the disk, and nothing in it is
 * run. Views, virtual tables and generated columns are refused, triggers never fire because nothing is written.
 * Throws INVALID_INPUT (field "base64") for what is no such file, too large, damaged, or left in WAL mode.
 */
export function readDashboardFile(base64: string): Source {
  const file = Buffer.from(base64, 'base64')
  try {
    requireReadable(file)
    return read(file)
  } finally {
    file.fill(0)
  }
}

function requireReadable(file: Buffer): void {
  if (file.length > MAX_IMPORT_FILE) {
    throw refused(
      `The file is larger than ${MAX_IMPORT_FILE / 1024 / 1024} MB.`,
      'Export the keys to CSV and import that.',
    )
  }
  if (file.length < 512 || file.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    throw refused('This is not an SQLite database.', 'Choose the database file of the API usage dashboard.')
  }
  if (FORMAT_VERSIONS.some((offset) => file[offset] === WAL)) {
    throw refused(
      'The database is in WAL mode: its newest changes may be in a second file.',
      'Close the dashboard, run: sqlite3 FILE "PRAGMA journal_mode=DELETE", then choose the file again.',
    )
  }
}

function read(file: Buffer): Source {
  let db: Database.Database | undefined
  try {
    db = new Database(file, { readonly: true })
    db.pragma('trusted_schema = OFF')
    db.pragma('cell_size_check = ON')
    db.pragma('query_only = ON')
    const accounts = z.array(accountRow).parse(select(db, accountsTable))
    const keys = z.array(keyRow).parse(select(db, keysTable))
    return toSource(accounts, keys)
  } catch (error) {
    if (error instanceof Database.SqliteError) {
      throw refused(
        'The database is damaged or of a kind that cannot be read.',
        'Choose another copy of the file.',
        error,
      )
    }
    throw error
  } finally {
    db?.close()
  }
}

interface TableShape {
  readonly name: string
  readonly required: readonly string[]
  readonly optional: readonly string[]
}

/** Table and column names come from this file, never from the database. */
function select(db: Database.Database, table: TableShape): unknown[] {
  const found = z
    .object({ type: z.string(), sql: z.string() })
    .optional()
    .parse(
      db.prepare("SELECT type, sql FROM sqlite_schema WHERE name = ? AND type IN ('table', 'view')").get(table.name),
    )
  if (found === undefined) throw refused(`There is no table "${table.name}" in this database. ${expected}`)
  if (found.type !== 'table' || /^\s*CREATE\s+VIRTUAL/i.test(found.sql)) {
    throw refused(`"${table.name}" is not a plain table in this database. ${expected}`)
  }
  const columns = z
    .array(z.object({ name: z.string(), hidden: z.number() }))
    .parse(db.prepare('SELECT name, hidden FROM pragma_table_xinfo(?)').all(table.name))
  const present = new Set(columns.filter(({ hidden }) => hidden === 0).map(({ name }) => name.toLowerCase()))
  const missing = table.required.filter((name) => !present.has(name))
  if (missing.length > 0) {
    throw refused(
      `The table "${table.name}" has no plain column ${missing.map((name) => `"${name}"`).join(', ')}. ${expected}`,
    )
  }
  return readRows(
    db,
    table,
    [...table.required, ...table.optional].map((name) => ({ name, present: present.has(name) })),
  )
}

/**
 * Long cells are not read at all: `octet_length` looks at the beginning of the record only. Cells may share their
 * pages in a file that was made for it, so that a short file holds far more text than memory does.
 */
function readRows(
  db: Database.Database,
  table: TableShape,
  columns: readonly { readonly name: string; readonly present: boolean }[],
): unknown[] {
  const wanted = columns.map(({ name, present }) =>
    present ? `CASE WHEN octet_length("${name}") <= ${MAX_CELL} THEN "${name}" END AS "${name}"` : `NULL AS "${name}"`,
  )
  const tooLong = columns
    .filter(({ present }) => present)
    .map(({ name }) => `WHEN octet_length("${name}") > ${MAX_CELL} THEN '${name}'`)
  const rows: unknown[] = []
  let bytes = 0
  const found = db
    .prepare(
      `SELECT ${wanted.join(', ')}, CASE ${tooLong.join(' ')} END AS "${TOO_LONG}"
      FROM main."${table.name}" NOT INDEXED LIMIT ${MAX_IMPORT_ROWS + 1}`,
    )
    .iterate()
  for (const row of found) {
    const { [TOO_LONG]: column, ...cells } = rowSchema.parse(row)
    if (typeof column === 'string') {
      throw refused(
        `A cell of the column "${column}" in the table "${table.name}" is too long to be read.`,
        'Remove that row from a copy of the file, or export the keys to CSV.',
      )
    }
    for (const cell of Object.values(cells)) bytes += sizeOf(cell)
    if (bytes > MAX_TEXT) {
      throw refused(
        `The table "${table.name}" holds more text than fits into one import.`,
        'The file may be damaged: choose another copy of it, or export the keys to CSV.',
      )
    }
    if (rows.length === MAX_IMPORT_ROWS) {
      throw refused(
        `The table "${table.name}" has more than ${MAX_IMPORT_ROWS.toLocaleString('en-GB')} rows.`,
        'Export them to CSV in parts.',
      )
    }
    rows.push(cells)
  }
  return rows
}

const rowSchema = z.record(z.string(), z.unknown())

function sizeOf(cell: unknown): number {
  return typeof cell === 'string' || Buffer.isBuffer(cell) ? cell.length : 8
}

function toSource(accounts: z.infer<typeof accountRow>[], keys: z.infer<typeof keyRow>[]): Source {
  const byId = new Map<string, SourceAccount>()
  for (const account of accounts) {
    if (account.id === null || account.email === null || account.email.trim() === '') continue
    byId.set(String(account.id), { email: account.email, name: account.name, organization: account.organization_name })
  }
  const used = new Set(keys.map((key) => String(key.account_id)))
  const unused = [...byId.keys()].filter((key) => !used.has(key)).length
  const notes = unused === 0 ? [] : [`${countOf(unused, 'account')} without keys will not be taken in.`]
  if (keys.length === 0) notes.push('The database holds no keys.')
  return { rows: keys.map((key) => toRow(key, byId)), notes }
}

function toRow(key: z.infer<typeof keyRow>, accounts: ReadonlyMap<string, SourceAccount>): SourceRow {
  const notes: string[] = []
  const account = key.account_id === null ? null : (accounts.get(String(key.account_id)) ?? null)
  const usable = account !== null && accountFieldsSchema.shape.email.safeParse(account.email).success
  if (key.account_id !== null && account === null) notes.push(`Its account (${key.account_id}) is not in the database.`)
  if (account !== null && !usable)
    notes.push('The e-mail address of its account is not valid, so choose an account here.')
  const provider = key.provider === null ? null : providerFrom(key.provider)
  return {
    ...emptyRow(`api_keys ${key.id ?? '?'}`, key.name ?? ''),
    value: key.full_key,
    hint: key.name,
    provider,
    kind: key.key_type === null ? null : kindFrom(key.key_type),
    account: usable ? account : null,
    sourceId: key.id === null ? null : String(key.id),
    adminSourceId: key.admin_key_id === null ? null : String(key.admin_key_id),
    notes,
    problem: key.full_key === null || key.full_key === '' ? 'The row holds no key. Leave it out.' : null,
  }
}

function refused(message: string, remedy?: string, cause?: unknown): Problem {
  const problem = invalidField('base64', message, remedy === undefined ? [] : [remedy])
  if (cause !== undefined) problem.cause = cause
  return problem
}
