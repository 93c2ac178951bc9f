import { z } from 'zod'
import { keyKindSchema, keySchema, providerIdSchema } from '../../shared/contract/keys.ts'
import type { Problem } from '../../shared/problems.ts'
import { blobSchema } from '../store/blob.ts'
import { jsonColumn, readableRows, readRow, readRows } from '../store/row.ts'
import type { SearchTerms } from '../store/search.ts'
import { Statements } from '../store/statements.ts'
import type { Db } from '../store/store.ts'

/** A key as it is stored: everything but the secret and what its account knows. */
const storedSchema = keySchema.omit({ accountEmail: true }).extend({
  tags: jsonColumn(keySchema.shape.tags),
  validation: jsonColumn(keySchema.shape.validation).nullable(),
})
export type StoredKey = z.output<typeof storedSchema>

const sealedSchema = z.object({
  id: z.number().int().positive(),
  name: z.string(),
  provider: providerIdSchema,
  kind: keyKindSchema,
  secret: blobSchema,
  fingerprint: blobSchema,
  state: keySchema.shape.secretState,
})
/** The encrypted secret of a key, and what is needed to use it. */
export type SealedKey = z.output<typeof sealedSchema>

const briefSchema = z.object({
  id: z.number().int().positive(),
  name: z.string(),
  provider: providerIdSchema,
  kind: keyKindSchema,
  accountId: z.number().int().positive(),
  masked: z.string(),
  adminKeyId: z.number().int().positive().nullable(),
})
export type BriefKey = z.output<typeof briefSchema>

export type KeyValidation = NonNullable<StoredKey['validation']>

export interface KeyRecord {
  readonly accountId: number
  readonly provider: StoredKey['provider']
  readonly name: string
  readonly description: string | null
  readonly kind: StoredKey['kind']
  readonly adminKeyId: number | null
  readonly environment: StoredKey['environment']
  readonly tags: readonly string[]
  readonly validation: KeyValidation | null
  readonly search: string
}

export interface SecretRecord {
  readonly secret: Buffer
  readonly fingerprint: Buffer
  readonly masked: string
}

const columns = `k.id, k.account_id AS accountId, k.provider, k.name, k.description, k.kind,
  k.admin_key_id AS adminKeyId, (SELECT a.name FROM provider_keys a WHERE a.id = k.admin_key_id) AS adminKeyName,
  k.masked, k.environment, k.tags, k.source, k.secret_state AS secretState, k.validation,
  k.last_revealed_at AS lastRevealedAt, k.last_copied_at AS lastCopiedAt,
  k.created_at AS createdAt, k.updated_at AS updatedAt`
const briefColumns = 'id, name, provider, kind, account_id AS accountId, masked, admin_key_id AS adminKeyId'

/** How a list is sorted, and what comparison means "further down". */
const orders = {
  name: { column: 'name', direction: 'ASC', beyond: '>', notBeyond: '<=' },
  created: { column: 'created_at', direction: 'DESC', beyond: '<', notBeyond: '>=' },
  updated: { column: 'updated_at', direction: 'DESC', beyond: '<', notBeyond: '>=' },
} as const
export type KeySort = keyof typeof orders

/** Only to go on from: what is wrong with a value is found when its row is read. */
const positionSchema = z.object({ id: z.number().int(), value: z.union([z.string(), z.number()]) })
export type KeyPosition = z.output<typeof positionSchema>

/** SQL of the provider keys. */
export class KeyRows {
  readonly #sql: Statements
  readonly #onUnreadable: (problem: Problem) => void
  /** Grows with every change that may change the order of a list. */
  revision = 0

  /** `onUnreadable` hears of every row that a list has to leave out. */
  constructor(db: Db, onUnreadable: (problem: Problem) => void) {
    this.#sql = new Statements(db)
    this.#onUnreadable = onUnreadable
  }

  /** The secret comes with {@link setSecret}, once the id it is bound to is known. */
  insert(record: KeyRecord & { source: StoredKey['source']; masked: string; fingerprint: Buffer; at: number }): number {
    this.revision += 1
    const { lastInsertRowid } = this.#sql
      .prepare(
        `INSERT INTO provider_keys (account_id, provider, name, description, kind, admin_key_id, masked, secret,
         fingerprint, environment, tags, source, validation, search, created_at, updated_at)
       VALUES (@accountId, @provider, @name, @description, @kind, @adminKeyId, @masked, zeroblob(0),
         @fingerprint, @environment, @tags, @source, @validation, @search, @at, @at)`,
      )
      .run({ ...record, tags: JSON.stringify(record.tags), validation: toJson(record.validation) })
    return Number(lastInsertRowid)
  }

  update(id: number, record: KeyRecord, at: number): void {
    this.revision += 1
    this.#sql
      .prepare(
        `UPDATE provider_keys SET account_id = @accountId, provider = @provider, name = @name,
         description = @description, kind = @kind, admin_key_id = @adminKeyId, environment = @environment,
         tags = @tags, validation = @validation, search = @search, updated_at = @at WHERE id = @id`,
      )
      .run({ ...record, id, at, tags: JSON.stringify(record.tags), validation: toJson(record.validation) })
  }

  setSecret(id: number, { secret, fingerprint, masked }: SecretRecord): void {
    this.#sql
      .prepare(`UPDATE provider_keys SET secret = ?, fingerprint = ?, masked = ?, secret_state = 'stored' WHERE id = ?`)
      .run(secret, fingerprint, masked, id)
  }

  setState(id: number, state: StoredKey['secretState']): void {
    this.#sql.prepare('UPDATE provider_keys SET secret_state = ? WHERE id = ?').run(state, id)
  }

  setSearch(id: number, search: string): void {
    this.#sql.prepare('UPDATE provider_keys SET search = ? WHERE id = ?').run(search, id)
  }

  setAccount(id: number, accountId: number, at: number): void {
    this.revision += 1
    this.#sql.prepare('UPDATE provider_keys SET account_id = ?, updated_at = ? WHERE id = ?').run(accountId, at, id)
  }

  unlink(id: number): void {
    this.#sql.prepare('UPDATE provider_keys SET admin_key_id = NULL WHERE id = ?').run(id)
  }

  setValidation(id: number, validation: KeyValidation, kind: StoredKey['kind']): void {
    this.#sql
      .prepare('UPDATE provider_keys SET validation = ?, kind = ? WHERE id = ?')
      .run(toJson(validation), kind, id)
  }

  markRevealed(id: number, at: number): void {
    this.#sql.prepare('UPDATE provider_keys SET last_revealed_at = ? WHERE id = ?').run(at, id)
  }

  markCopied(id: number, at: number): void {
    this.#sql.prepare('UPDATE provider_keys SET last_copied_at = ? WHERE id = ?').run(at, id)
  }

  delete(id: number): void {
    this.revision += 1
    this.#sql.prepare('DELETE FROM provider_keys WHERE id = ?').run(id)
  }

  get(id: number): StoredKey | null {
    const row = this.#sql.prepare(`SELECT ${columns} FROM provider_keys k WHERE k.id = ?`).get(id)
    return row === undefined ? null : readRow(storedSchema, row, 'key')
  }

  /** In the order of `ids`; those that do not exist, or cannot be read, are left out. */
  many(ids: readonly number[]): StoredKey[] {
    const rows = this.#sql
      .prepare(`SELECT ${columns} FROM provider_keys k WHERE k.id IN (SELECT value FROM json_each(?))`)
      .all(JSON.stringify(ids))
    const byId = new Map(readableRows(storedSchema, rows, 'key', this.#onUnreadable).map((key) => [key.id, key]))
    return ids.flatMap((id) => byId.get(id) ?? [])
  }

  sealed(id: number): SealedKey | null {
    const row = this.#sql
      .prepare(
        `SELECT id, name, provider, kind, secret, fingerprint, secret_state AS state FROM provider_keys WHERE id = ?`,
      )
      .get(id)
    return row === undefined ? null : readRow(sealedSchema, row, 'key')
  }

  count(terms: SearchTerms | null): number {
    return terms === null
      ? this.#number('SELECT count(*) AS n FROM provider_keys')
      : this.#number('SELECT count(*) AS n FROM provider_keys_search WHERE provider_keys_search MATCH ?', terms.match)
  }

  /** The first rows in order, without any condition. */
  firstOf(sort: KeySort, after: KeyPosition | null, limit: number): KeyPosition[] {
    const { select, beyond, values, order } = pageParts(sort, after)
    return this.#positions(`${select} WHERE ${beyond} ${order} LIMIT ?`, ...values, limit)
  }

  /** Fetches every match and sorts: for few matches. */
  sortedMatches(sort: KeySort, terms: SearchTerms, after: KeyPosition | null, limit: number): KeyPosition[] {
    const { column, beyond, values, order } = pageParts(sort, after)
    return this.#positions(
      `SELECT k.id, k.${column} AS value FROM provider_keys_search s CROSS JOIN provider_keys k ON k.id = s.rowid
       WHERE provider_keys_search MATCH ? AND ${beyond} ${order} LIMIT ?`,
      terms.match,
      ...values,
      limit,
    )
  }

  /** The matches among the next `span` rows in order: for matches that stand close together. */
  matchesAhead(
    sort: KeySort,
    terms: SearchTerms,
    after: KeyPosition | null,
    span: number,
    limit: number,
  ): KeyPosition[] {
    const { column, beyond, values, order } = pageParts(sort, after)
    return this.#positions(
      `SELECT id, value FROM (SELECT k.id, k.${column} AS value, k.search FROM provider_keys k
         WHERE ${beyond} ${order} LIMIT ?) WHERE ${terms.needles.map(() => 'instr(search, ?) > 0').join(' AND ')} LIMIT ?`,
      ...values,
      span,
      ...terms.needles,
      limit,
    )
  }

  /** In no particular order. Not validated one by one: the index holds nothing but row ids. */
  matchingIds(terms: SearchTerms): number[] {
    return z
      .custom<number[]>(Array.isArray)
      .parse(
        this.#sql
          .prepare('SELECT rowid FROM provider_keys_search WHERE provider_keys_search MATCH ?')
          .pluck()
          .all(terms.match),
      )
  }

  /** Every id in order. */
  orderedIds(sort: KeySort): number[] {
    const { column, direction } = orders[sort]
    return z
      .custom<number[]>(Array.isArray)
      .parse(
        this.#sql
          .prepare(`SELECT id FROM provider_keys ORDER BY ${column} ${direction}, id ${direction}`)
          .pluck()
          .all(),
      )
  }

  /** How many rows stand up to and including a position, whether its row is still there or not. */
  rankOf(sort: KeySort, position: KeyPosition): number {
    const { column, notBeyond } = orders[sort]
    return this.#number(
      `SELECT count(*) AS n FROM provider_keys WHERE (${column}, id) ${notBeyond} (?, ?)`,
      position.value,
      position.id,
    )
  }

  /** In the order of `ids`. */
  positionsOf(sort: KeySort, ids: readonly number[]): KeyPosition[] {
    const found = this.#positions(
      `SELECT id, ${orders[sort].column} AS value FROM provider_keys WHERE id IN (SELECT value FROM json_each(?))`,
      JSON.stringify(ids),
    )
    const byId = new Map(found.map((position) => [position.id, position]))
    return ids.flatMap((id) => byId.get(id) ?? [])
  }

  /** At most 50, oldest first. */
  withFingerprint(fingerprint: Buffer, except: number | null): BriefKey[] {
    return this.#readableBriefs('WHERE fingerprint = ? AND id <> ? ORDER BY id LIMIT 50', fingerprint, except ?? 0)
  }

  ofProvider(provider: StoredKey['provider'], kind: StoredKey['kind'] | null = null): BriefKey[] {
    return this.#readableBriefs('WHERE provider = ? AND kind = ifnull(?, kind) ORDER BY name, id', provider, kind)
  }

  briefs(ids: readonly number[]): BriefKey[] {
    return this.#briefs('WHERE id IN (SELECT value FROM json_each(?))', JSON.stringify(ids))
  }

  linkedTo(adminKeyId: number): number[] {
    return this.#ids('WHERE admin_key_id = ? ORDER BY id', adminKeyId)
  }

  /** Every key that is associated with an admin key. */
  allLinked(): number[] {
    return this.#ids('WHERE admin_key_id IS NOT NULL ORDER BY id')
  }

  ofAccount(accountId: number): BriefKey[] {
    return this.#briefs('WHERE account_id = ? ORDER BY id', accountId)
  }

  countOfAccount(accountId: number): number {
    return this.#number('SELECT count(*) AS n FROM provider_keys WHERE account_id = ?', accountId)
  }

  countsOfAccounts(accountIds: readonly number[]): Map<number, number> {
    const rows = this.#sql
      .prepare(
        `SELECT account_id AS accountId, count(*) AS n FROM provider_keys
       WHERE account_id IN (SELECT value FROM json_each(?)) GROUP BY account_id`,
      )
      .all(JSON.stringify(accountIds))
    const schema = z.object({ accountId: z.number().int(), n: z.number().int() })
    return new Map(readRows(schema, rows, 'number of keys').map(({ accountId, n }) => [accountId, n]))
  }

  /** Ids above `after`, in order: for walks over everything. */
  idsAfter(after: number, limit: number): number[] {
    return this.#ids('WHERE id > ? ORDER BY id LIMIT ?', after, limit)
  }

  #positions(sql: string, ...values: unknown[]): KeyPosition[] {
    return readRows(positionSchema, this.#sql.prepare(sql).all(...values), 'position of a key')
  }

  #briefs(where: string, ...values: unknown[]): BriefKey[] {
    return readRows(briefSchema, this.#briefRows(where, values), 'key')
  }

  /** For lists that are right without the rows that cannot be read. */
  #readableBriefs(where: string, ...values: unknown[]): BriefKey[] {
    return readableRows(briefSchema, this.#briefRows(where, values), 'key', this.#onUnreadable)
  }

  #briefRows(where: string, values: readonly unknown[]): unknown[] {
    return this.#sql.prepare(`SELECT ${briefColumns} FROM provider_keys ${where}`).all(...values)
  }

  #ids(where: string, ...values: unknown[]): number[] {
    const schema = z.object({ id: z.number().int() })
    const found = this.#sql.prepare(`SELECT id FROM provider_keys ${where}`).all(...values)
    return readRows(schema, found, 'key').map(({ id }) => id)
  }

  #number(sql: string, ...values: unknown[]): number {
    return readRow(z.object({ n: z.number().int() }), this.#sql.prepare(sql).get(...values), 'number of keys').n
  }
}

function pageParts(sort: KeySort, after: KeyPosition | null) {
  const { column, direction, beyond } = orders[sort]
  return {
    column,
    select: `SELECT k.id, k.${column} AS value FROM provider_keys k`,
    beyond: after === null ? 'TRUE' : `(k.${column}, k.id) ${beyond} (?, ?)`,
    values: after === null ? [] : [after.value, after.id],
    order: `ORDER BY k.${column} ${direction}, k.id ${direction}`,
  }
}

function toJson(validation: KeyValidation | null): string | null {
  return validation === null ? null : JSON.stringify(validation)
}
