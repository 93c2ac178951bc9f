import type { Statement as AnyStatement } from 'better-sqlite3'
import type { Db } from './store.ts'

export type Statement = AnyStatement<unknown[]>

/** Statements of one database, each prepared once. Preparing costs more than most of them take to run. */
export class Statements {
  readonly #db: Db
  readonly #prepared = new Map<string, Statement>()

  constructor(db: Db) {
    this.#db = db
  }

  prepare(sql: string): Statement {
    const present = this.#prepared.get(sql)
    if (present) return present
    const statement = this.#db.prepare<unknown[]>(sql)
    this.#prepared.set(sql, statement)
    return statement
  }
}
