import { z } from 'zod'
import { instantSchema } from '../../shared/contract/base.ts'
import {
  behaviourSchema,
  retentionSchema,
  schemeIdSchema,
  schemeOptionsSchema,
} from '../../shared/contract/receiver.ts'
import { blobSchema } from '../store/blob.ts'
import { jsonColumn, readRow, readRows } from '../store/row.ts'
import { Statements } from '../store/statements.ts'
import type { Db } from '../store/store.ts'

const storedEndpointSchema = z.object({
  id: z.number().int().positive(),
  slug: z.string(),
  name: z.string(),
  note: z.string(),
  scheme: schemeIdSchema.nullable(),
  schemeOptions: z.union([z.null(), jsonColumn(schemeOptionsSchema)]),
  behaviour: jsonColumn(behaviourSchema),
  retention: jsonColumn(retentionSchema),
  createdAt: instantSchema,
  updatedAt: instantSchema,
})
export type StoredEndpoint = z.output<typeof storedEndpointSchema>

const storedSecretSchema = z.object({
  id: z.number().int().positive(),
  endpointId: z.number().int().positive(),
  label: z.string(),
  hint: z.string(),
  secret: blobSchema,
  createdAt: instantSchema,
})
export type StoredSecret = z.output<typeof storedSecretSchema>

const columns = `id, slug, name, note, scheme, scheme_options AS schemeOptions, behaviour, retention,
  created_at AS createdAt, updated_at AS updatedAt`
const secretColumns = 'id, endpoint_id AS endpointId, label, hint, secret, created_at AS createdAt'

/** SQL of the endpoints and their signing secrets. */
export class EndpointRows {
  readonly #sql: Statements

  constructor(db: Db) {
    this.#sql = new Statements(db)
  }

  /** Oldest first. */
  all(): StoredEndpoint[] {
    return readRows(
      storedEndpointSchema,
      this.#sql.prepare(`SELECT ${columns} FROM endpoints ORDER BY id`).all(),
      'endpoint',
    )
  }

  insert(endpoint: Omit<StoredEndpoint, 'id'>): number {
    const { lastInsertRowid } = this.#sql
      .prepare(
        `INSERT INTO endpoints (slug, name, note, scheme, scheme_options, behaviour, retention, created_at, updated_at)
         VALUES (@slug, @name, @note, @scheme, @schemeOptions, @behaviour, @retention, @createdAt, @updatedAt)`,
      )
      .run(asColumns(endpoint))
    return Number(lastInsertRowid)
  }

  update(endpoint: StoredEndpoint): void {
    this.#sql
      .prepare(
        `UPDATE endpoints SET slug = @slug, name = @name, note = @note, scheme = @scheme,
           scheme_options = @schemeOptions, behaviour = @behaviour, retention = @retention, updated_at = @updatedAt
         WHERE id = @id`,
      )
      .run({ ...asColumns(endpoint), id: endpoint.id })
  }

  /** Its secrets go with it. */
  delete(id: number): void {
    this.#sql.prepare('DELETE FROM endpoints WHERE id = ?').run(id)
  }

  /** Newest first for each endpoint: the order in which they are tried. */
  secrets(): StoredSecret[] {
    return readRows(
      storedSecretSchema,
      this.#sql.prepare(`SELECT ${secretColumns} FROM endpoint_secrets ORDER BY endpoint_id, id DESC`).all(),
      'signing secret',
    )
  }

  secret(id: number): StoredSecret | null {
    const row = this.#sql.prepare(`SELECT ${secretColumns} FROM endpoint_secrets WHERE id = ?`).get(id)
    return row === undefined ? null : readRow(storedSecretSchema, row, 'signing secret')
  }

  /** The secret is encrypted for its id, so the row comes first: see {@link setSecret}. */
  insertSecret(secret: Omit<StoredSecret, 'id' | 'secret'>): number {
    const { lastInsertRowid } = this.#sql
      .prepare(
        `INSERT INTO endpoint_secrets (endpoint_id, label, hint, secret, created_at)
         VALUES (@endpointId, @label, @hint, x'', @createdAt)`,
      )
      .run(secret)
    return Number(lastInsertRowid)
  }

  setSecret(id: number, secret: Buffer): void {
    this.#sql.prepare('UPDATE endpoint_secrets SET secret = ? WHERE id = ?').run(secret, id)
  }

  deleteSecret(id: number): void {
    this.#sql.prepare('DELETE FROM endpoint_secrets WHERE id = ?').run(id)
  }

  hasSecrets(): boolean {
    return this.#sql.prepare('SELECT 1 AS found FROM endpoint_secrets LIMIT 1').get() !== undefined
  }
}

function asColumns(endpoint: Omit<StoredEndpoint, 'id'>) {
  const { schemeOptions, behaviour, retention, ...rest } = endpoint
  return {
    ...rest,
    schemeOptions: schemeOptions === null ? null : JSON.stringify(schemeOptions),
    behaviour: JSON.stringify(behaviour),
    retention: JSON.stringify(retention),
  }
}
