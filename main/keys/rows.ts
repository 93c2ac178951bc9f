import type { Statement as AnyStatement } from 'better-sqlite3'
import { z } from 'zod'
import { instantSchema } from '../../shared/contract/base.ts'
import { keyKindSchema, keySchema, providerIdSchema } from '../../shared/contract/keys.ts'
import { Problem } from '../../shared/problems.ts'
import { blobSchema } from '../store/blob.ts'
import type { SearchTerms } from '../store/search.ts'
import type { Db } from '../store/store.ts'

const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    context.addIssue('This is not JSON.')
    return z.NEVER
  }
})

/** A key as it is stored: everything but the secret and what its account knows. */
const storedSchema = keySchema.omit({ accountEmail: true }).extend({
  tags: jsonText.pipe(keySchema.shape.tags),
  validation: jsonText.pipe(keySchema.shape.validation).nullable(),
})
export type StoredKey = z.output<typeof storedSchema>

const sealedSchema = z.object({
  id: z.number().int().positive(),
  name: z.string(),
  provider: providerIdSchema,
  kind: keyKindSchema,
  secret: blobSchema,
  fingerprint: blobSchema,
  state: keySchema.shape.secret,
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
  k.masked, k.environment, k.tags, k.source, k.secret_state AS secret, k.validation,
  k.last_revealed_at AS lastRevealedAt, k.last_copied_at AS lastCopiedAt,
  k.created_at AS createdAt, k.updated_at AS updatedAt`
const briefColumns = 'id, name, provider, kind, account_id AS accountId, masked, admin_key_id AS adminKeyId'

type Statement = AnyStatement<unknown[]>

/** How a list is sorted, and what comparison means "further down". */
const orders = {
  name: { column: 'name', direction: 'ASC', beyond: '>', notBeyond: '<=' },
  created: { column: 'created_at', direction: 'DESC', beyond: '<', notBeyond: '>=' },
  updated: { column: 'updated_at', direction: 'DESC', beyond: '<', notBeyond: '>=' },
} as const
export type KeySort = keyof typeof orders

const positionSchema = z.object({ id: z.number().int(), value: z.union([z.string(), instantSchema]) })
export type KeyPosition = z.output<typeof positionSchema>

/** SQL of the provider keys. */
export class KeyRows {
  readonly #db: Db
  readonly #statements = new Map<string, Statement>()
  /** Grows with every change that may change the order of a list. */
  revision = 0

  constructor(db: Db) {
    this.#db = db
  }

  /** The secret comes with {@link setSecret}, once the id it is bound to is known. */
  insert(record: KeyRecord & { source: StoredKey['source']; masked: string; fingerprint: Buffer; at: number }): number {
    this.revision += 1
    const { lastInsertRowid } = this.#sql(
      `INSERT INTO provider_keys (account_id, provider, name, description, kind, admin_key_id, masked, secret,
         fingerprint, environment, tags, source, validation, search, created_at, updated_at)
       VALUES (@accountId, @provider, @name, @description, @kind, @adminKeyId, @masked, zeroblob(0),
         @fingerprint, @environment, @tags, @source, @validation, @search, @at, @at)`,
    ).run({ ...record, tags: JSON.stringify(record.tags), validation: toJson(record.validation) })
    return Number(lastInsertRowid)
  }

  update(id: number, record: KeyRecord, at: number): void {
    this.revision += 1
    this.#sql(
      `UPDATE provider_keys SET account_id = @accountId, provider = @provider, name = @name,
         description = @description, kind = @kind, admin_key_id = @adminKeyId, environment = @environment,
         tags = @tags, validation = @validation, search = @search, updated_at = @at WHERE id = @id`,
    ).run({ ...record, id, at, tags: JSON.stringify(record.tags), validation: toJson(record.validation) })
  }

  setSecret(id: number, { secret, fingerprint, masked }: SecretRecord): void {
    this.#sql(
      `UPDATE provider_keys SET secret = ?, fingerprint = ?, masked = ?, secret_state = 'stored' WHERE id = ?`,
    ).run(secret, fingerprint, masked, id)
  }

  setState(id: number, state: StoredKey['secret']): void {
    this.#sql('UPDATE provider_keys SET secret_state = ? WHERE id = ?').run(state, id)
  }

  setSearch(id: number, search: string): void {
    this.#sql('UPDATE provider_keys SET search = ? WHERE id = ?').run(search, id)
  }

  setAccount(id: number, accountId: number, at: number): void {
    this.revision += 1
    this.#sql('UPDATE provider_keys SET account_id = ?, updated_at = ? WHERE id = ?').run(accountId, at, id)
  }

  unlink(id: number): void {
    this.#sql('UPDATE provider_keys SET admin_key_id = NULL WHERE id = ?').run(id)
  }

  setValidation(id: number, validation: KeyValidation, kind: StoredKey['kind']): void {
    this.#sql('UPDATE provider_keys SET validation = ?, kind = ? WHERE id = ?').run(toJson(validation), kind, id)
  }

  markRevealed(id: number, at: number): void {
    this.#sql('UPDATE provider_keys SET last_revealed_at = ? WHERE id = ?').run(at, id)
  }

  markCopied(id: number, at: number): void {
    this.#sql('UPDATE provider_keys SET last_copied_at = ? WHERE id = ?').run(at, id)
  }

  delete(id: number): void {
    this.revision += 1
    this.#sql('DELETE FROM provider_keys WHERE id = ?').run(id)
  }

  get(id: number): StoredKey | null {
    const row = this.#sql(`SELECT ${columns} FROM provider_keys k WHERE k.id = ?`).get(id)
    return row === undefined ? null : read(storedSchema, row)
  }

  /** In the order of `ids`; those that do not exist are left out. */
  many(ids: readonly number[]): StoredKey[] {
    const rows = this.#sql(`SELECT ${columns} FROM provider_keys k WHERE k.id IN (SELECT value FROM json_each(?))`).all(
      JSON.stringify(ids),
    )
    const byId = new Map(rows.map((row) => read(storedSchema, row)).map((key) => [key.id, key]))
    return ids.flatMap((id) => byId.get(id) ?? [])
  }

  sealed(id: number): SealedKey | null {
    const row = this.#sql(
      `SELECT id, name, provider, kind, secret, fingerprint, secret_state AS state FROM provider_keys WHERE id = ?`,
    ).get(id)
    return row === undefined ? null : read(sealedSchema, row)
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
        this.#plucked('SELECT rowid FROM provider_keys_search WHERE provider_keys_search MATCH ?').all(terms.match),
      )
  }

  /** Every id in order. */
  orderedIds(sort: KeySort): number[] {
    const { column, direction } = orders[sort]
    return z
      .custom<number[]>(Array.isArray)
      .parse(this.#plucked(`SELECT id FROM provider_keys ORDER BY ${column} ${direction}, id ${direction}`).all())
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
    return this.#briefs('WHERE fingerprint = ? AND id <> ? ORDER BY id LIMIT 50', fingerprint, except ?? 0)
  }

  ofProvider(provider: StoredKey['provider'], kind: StoredKey['kind'] | null = null): BriefKey[] {
    return this.#briefs('WHERE provider = ? AND kind = ifnull(?, kind) ORDER BY name, id', provider, kind)
  }

  briefs(ids: readonly number[]): BriefKey[] {
    return this.#briefs('WHERE id IN (SELECT value FROM json_each(?))', JSON.stringify(ids))
  }

  linkedTo(adminKeyId: number): number[] {
    return this.#ids('WHERE admin_key_id = ? ORDER BY id', adminKeyId)
  }

  ofAccount(accountId: number): BriefKey[] {
    return this.#briefs('WHERE account_id = ? ORDER BY id', accountId)
  }

  countOfAccount(accountId: number): number {
    return this.#number('SELECT count(*) AS n FROM provider_keys WHERE account_id = ?', accountId)
  }

  countsOfAccounts(accountIds: readonly number[]): Map<number, number> {
    const rows = this.#sql(
      `SELECT account_id AS accountId, count(*) AS n FROM provider_keys
       WHERE account_id IN (SELECT value FROM json_each(?)) GROUP BY account_id`,
    ).all(JSON.stringify(accountIds))
    const schema = z.object({ accountId: z.number().int(), n: z.number().int() })
    return new Map(rows.map((row) => read(schema, row)).map(({ accountId, n }) => [accountId, n]))
  }

  /** Ids above `after`, in order: for walks over everything. */
  idsAfter(after: number, limit: number): number[] {
    return this.#ids('WHERE id > ? ORDER BY id LIMIT ?', after, limit)
  }

  #positions(sql: string, ...values: unknown[]): KeyPosition[] {
    return this.#sql(sql)
      .all(...values)
      .map((row) => read(positionSchema, row))
  }

  #briefs(where: string, ...values: unknown[]): BriefKey[] {
    return this.#sql(`SELECT ${briefColumns} FROM provider_keys ${where}`)
      .all(...values)
      .map((row) => read(briefSchema, row))
  }

  #ids(where: string, ...values: unknown[]): number[] {
    const schema = z.object({ id: z.number().int() })
    return this.#sql(`SELECT id FROM provider_keys ${where}`)
      .all(...values)
      .map((row) => read(schema, row).id)
  }

  #number(sql: string, ...values: unknown[]): number {
    return read(z.object({ n: z.number().int() }), this.#sql(sql).get(...values)).n
  }

  #plucked(text: string): Statement {
    return this.#sql(text).pluck()
  }

  #sql(text: string): Statement {
    const known = this.#statements.get(text)
    if (known !== undefined) return known
    const statement = this.#db.prepare<unknown[]>(text)
    this.#statements.set(text, statement)
    return statement
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

function read<T extends z.ZodType>(schema: T, row: unknown): z.output<T> {
  const parsed = schema.safeParse(row)
  if (parsed.success) return parsed.data
  throw new Problem('STORE_FAILED', 'A stored key cannot be read.', {
    cause: `Its row in the database does not have the expected form (${parsed.error.issues[0]?.path.join('.') ?? ''}).`,
    remedies: ['Close Keyhold and put a copy from the folder "backups" in the place of the database.'],
  })
}
