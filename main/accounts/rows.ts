import { z } from 'zod'
import { instantSchema } from '../../shared/contract/base.ts'
import { decodeCursor, encodeCursor } from '../store/cursor.ts'
import { readRow, readRows } from '../store/row.ts'
import type { SearchTerms } from '../store/search.ts'
import { Statements } from '../store/statements.ts'
import type { Db } from '../store/store.ts'

/** An account as it is stored, without what the keys know of it. */
const storedSchema = z.object({
  id: z.number().int().positive(),
  email: z.string(),
  name: z.string().nullable(),
  organization: z.string().nullable(),
  contactNote: z.string().nullable(),
  createdAt: instantSchema,
  updatedAt: instantSchema,
})
export type StoredAccount = z.infer<typeof storedSchema>

export interface AccountPageInput {
  readonly terms: SearchTerms | null
  readonly sort: 'email' | 'created'
  readonly cursor: string | undefined
  readonly limit: number
}

const columns = `id, email, name, organization_name AS organization, contact_note AS contactNote,
  created_at AS createdAt, updated_at AS updatedAt`

const countSchema = z.object({ n: z.number().int() })
const emailCursor = z.tuple([z.literal('email'), z.string(), z.number().int()])
const createdCursor = z.tuple([z.literal('created'), z.number().int()])

/** SQL of the accounts. */
export class AccountRows {
  readonly #sql: Statements

  constructor(db: Db) {
    this.#sql = new Statements(db)
  }

  insert(account: Omit<StoredAccount, 'id'> & { search: string }): number {
    const { lastInsertRowid } = this.#sql
      .prepare(
        `INSERT INTO accounts (email, name, organization_name, contact_note, search, created_at, updated_at)
         VALUES (@email, @name, @organization, @contactNote, @search, @createdAt, @updatedAt)`,
      )
      .run(account)
    return Number(lastInsertRowid)
  }

  update(account: Omit<StoredAccount, 'createdAt'> & { search: string }): void {
    this.#sql
      .prepare(
        `UPDATE accounts SET email = @email, name = @name, organization_name = @organization,
           contact_note = @contactNote, search = @search, updated_at = @updatedAt WHERE id = @id`,
      )
      .run(account)
  }

  delete(id: number): void {
    this.#sql.prepare('DELETE FROM accounts WHERE id = ?').run(id)
  }

  get(id: number): StoredAccount | null {
    const row = this.#sql.prepare(`SELECT ${columns} FROM accounts WHERE id = ?`).get(id)
    return row === undefined ? null : readRow(storedSchema, row, 'account')
  }

  many(ids: readonly number[]): StoredAccount[] {
    const found = this.#sql
      .prepare(`SELECT ${columns} FROM accounts WHERE id IN (SELECT value FROM json_each(?))`)
      .all(JSON.stringify(ids))
    return readRows(storedSchema, found, 'account')
  }

  /** All accounts with this e-mail address, compared without case. */
  withEmail(email: string): StoredAccount[] {
    const found = this.#sql.prepare(`SELECT ${columns} FROM accounts WHERE email = ? ORDER BY id`).all(email)
    return readRows(storedSchema, found, 'account')
  }

  page({ terms, sort, cursor, limit }: AccountPageInput): {
    items: StoredAccount[]
    nextCursor: string | null
    total: number
  } {
    const needles = terms?.needles ?? []
    const filter = needles.map(() => 'instr(search, ?) > 0').join(' AND ') || 'TRUE'
    const { n: total } = readRow(
      countSchema,
      this.#sql.prepare(`SELECT count(*) AS n FROM accounts WHERE ${filter}`).get(...needles),
      'number of accounts',
    )
    const after = sort === 'email' ? '(email, id) > (?, ?)' : 'id < ?'
    const order = sort === 'email' ? 'email, id' : 'id DESC'
    const position = cursor === undefined ? [] : decodePosition(sort, cursor)
    const found = this.#sql
      .prepare(
        `SELECT ${columns} FROM accounts WHERE ${filter} ${cursor === undefined ? '' : `AND ${after}`}
         ORDER BY ${order} LIMIT ?`,
      )
      .all(...needles, ...position, limit + 1)
    const items = readRows(storedSchema, found, 'account')
    const more = items.length > limit
    if (more) items.pop()
    const last = items.at(-1)
    const next = more && last ? (sort === 'email' ? [sort, last.email, last.id] : [sort, last.id]) : null
    return { items, nextCursor: next && encodeCursor(next), total }
  }
}

function decodePosition(sort: AccountPageInput['sort'], cursor: string): (string | number)[] {
  if (sort === 'email') {
    const [, email, id] = decodeCursor(cursor, emailCursor)
    return [email, id]
  }
  const [, id] = decodeCursor(cursor, createdCursor)
  return [id]
}
