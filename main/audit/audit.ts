import type { AuditAction, AuditEntry } from '../../shared/contract/audit.ts'
import type { Changes } from '../changes.ts'
import type { Clock } from '../host.ts'
import type { Store } from '../store/store.ts'
import { type AuditPage, AuditRows } from './rows.ts'

/** Which door a call came through. Domains pass it on so that the audit log can say so. */
export interface Caller {
  readonly source: AuditEntry['source']
}

export interface AuditRecord {
  readonly action: AuditAction
  readonly subject?: { readonly kind: string; readonly id: number | null; readonly name: string | null }
  /** A short fact, never a secret. */
  readonly detail?: string
}

/** The log of what was done with secrets, by whom. It is only ever added to. */
export class Audit {
  readonly #rows: AuditRows
  readonly #clock: Clock
  readonly #changes: Changes

  constructor(store: Store, clock: Clock, changes: Changes) {
    this.#rows = new AuditRows(store.db)
    this.#clock = clock
    this.#changes = changes
  }

  record(caller: Caller, record: AuditRecord): void {
    this.#rows.insert({
      at: this.#clock.now(),
      action: record.action,
      source: caller.source,
      subjectKind: record.subject?.kind ?? null,
      subjectId: record.subject?.id ?? null,
      subjectName: record.subject?.name ?? null,
      detail: record.detail ?? null,
    })
    this.#changes.announce('audit')
  }

  /** Newest first. */
  list(input: {
    cursor?: string | undefined
    limit: number
    subjectKind?: string | undefined
    subjectId?: number | undefined
  }): AuditPage {
    return this.#rows.list(input)
  }
}
