import { z } from 'zod'
import { type ProtectorKind, protectorKindSchema } from '../../shared/contract/vault.ts'
import { blobSchema } from '../store/blob.ts'
import { readRow, readRows } from '../store/row.ts'
import type { Db } from '../store/store.ts'

/** The recorded vault: its id and the value that tells the right key from a wrong one. */
export interface VaultRecord {
  readonly id: string
  readonly checkValue: Buffer
  readonly createdAt: number
}

/** A wrapped vault key. `parameters` is JSON that only the protector of that kind understands. */
export interface ProtectorRecord {
  readonly kind: ProtectorKind
  readonly parameters: string
  readonly wrapped: Buffer
  readonly createdAt: number
}

export interface AttemptsRecord {
  readonly failures: number
  /** UTC epoch milliseconds. */
  readonly lastFailureAt: number
}

const vaultSchema = z.object({ id: z.string().min(1), checkValue: blobSchema, createdAt: z.number().int() })
const protectorSchema = z.object({
  kind: protectorKindSchema,
  parameters: z.string(),
  wrapped: blobSchema,
  createdAt: z.number().int(),
})
const attemptsSchema = z.object({
  failures: z.number().int().nonnegative(),
  lastFailureAt: z.number().int().nonnegative(),
})

const protectorColumns = 'kind, parameters, wrapped, created_at AS createdAt'

/** SQL of the vault. */
export class VaultRows {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  vault(): VaultRecord | null {
    const found = this.#db
      .prepare('SELECT id, check_value AS checkValue, created_at AS createdAt FROM vault WHERE single = 1')
      .get()
    return found === undefined ? null : readRow(vaultSchema, found, 'vault record')
  }

  insertVault(record: VaultRecord): void {
    this.#db
      .prepare('INSERT INTO vault (single, id, check_value, created_at) VALUES (1, @id, @checkValue, @createdAt)')
      .run(record)
  }

  protectors(): ProtectorRecord[] {
    const found = this.#db.prepare(`SELECT ${protectorColumns} FROM vault_protectors ORDER BY created_at, kind`).all()
    return readRows(protectorSchema, found, 'vault protector')
  }

  protector(kind: ProtectorKind): ProtectorRecord | null {
    const found = this.#db.prepare(`SELECT ${protectorColumns} FROM vault_protectors WHERE kind = ?`).get(kind)
    return found === undefined ? null : readRow(protectorSchema, found, 'vault protector')
  }

  putProtector(record: ProtectorRecord): void {
    this.#db
      .prepare(
        `INSERT INTO vault_protectors (kind, parameters, wrapped, created_at)
         VALUES (@kind, @parameters, @wrapped, @createdAt)
         ON CONFLICT (kind) DO UPDATE SET
           parameters = excluded.parameters, wrapped = excluded.wrapped, created_at = excluded.created_at`,
      )
      .run(record)
  }

  deleteProtector(kind: ProtectorKind): void {
    this.#db.prepare('DELETE FROM vault_protectors WHERE kind = ?').run(kind)
  }

  attempts(): AttemptsRecord | null {
    const found = this.#db
      .prepare('SELECT failures, last_failure_at AS lastFailureAt FROM vault_attempts WHERE single = 1')
      .get()
    return found === undefined ? null : readRow(attemptsSchema, found, 'record of failed tries')
  }

  /** Null forgets all failed tries. */
  putAttempts(record: AttemptsRecord | null): void {
    if (record === null) {
      this.#db.prepare('DELETE FROM vault_attempts').run()
      return
    }
    this.#db
      .prepare(
        `INSERT INTO vault_attempts (single, failures, last_failure_at) VALUES (1, @failures, @lastFailureAt)
         ON CONFLICT (single) DO UPDATE SET failures = excluded.failures, last_failure_at = excluded.last_failure_at`,
      )
      .run(record)
  }
}

export function sameRecord(a: ProtectorRecord | null, b: ProtectorRecord | null): boolean {
  if (a === null || b === null) return a === b
  return a.kind === b.kind && a.parameters === b.parameters && a.wrapped.equals(b.wrapped)
}

export function sameRecords(a: readonly ProtectorRecord[], b: readonly ProtectorRecord[]): boolean {
  return a.length === b.length && a.every((record, index) => sameRecord(record, b[index] ?? null))
}
