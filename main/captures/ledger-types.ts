import type { StoreNotice } from '../store/integrity.ts'
import type { CaptureMarks, LedgerChange, NewCapture, StoredCapture } from './capture-record.ts'
import type { LogDisk } from './ledger-log-sync.ts'

export interface LedgerOptions {
  /** Most pages the file may have, for tests of a full disk; null for no bound. */
  readonly maxPages: number | null
  /** In place of the real one, for tests of what is answered when. */
  readonly disk?: LogDisk | undefined
}

/** What happened to requests after they were stored. A range names ids `fromId` to `toId`, both included. */
export interface LedgerNote {
  /** Grows by one with every note. */
  readonly seq: number
  /** `mark`: pin, note or tags. `verdict`: judged later. `outcome`: what became of a delayed answer. `delete`: gone. */
  readonly kind: 'mark' | 'verdict' | 'outcome' | 'delete'
  readonly fromId: number
  readonly toId: number
}

/** What became of an answer that was held back or that met a fault. */
export interface Outcome {
  readonly id: number
  /** Ms from the last byte of the request; null: the sender was gone. */
  readonly answeredMs: number | null
}

/**
 * Reads the ledger over a connection of its own, in any thread, while the writer works. Late verdicts and outcomes are
 * worked in already. Every method throws STORE_FAILED for a file or row that cannot be read.
 */
export interface LedgerReader {
  /** Changes when a damaged ledger was set aside and a new one begun: what was derived from the old one is void then. */
  readonly identity: string
  /** Null: there is none, or not any more. */
  read(id: number): StoredCapture | null
  /** Up to `limit` with ids above `afterId`, oldest first. */
  readAfter(afterId: number, limit: number): StoredCapture[]
  /**
   * Up to `limit` of one endpoint above `afterId`, oldest first. Looks at no more than 20,000 ids at a time: `throughId`
   * says how far it looked, also where it found nothing. It equals {@link newestId} at the end.
   */
  readAfterOfEndpoint(
    endpointId: number,
    afterId: number,
    limit: number,
  ): { readonly captures: StoredCapture[]; readonly throughId: number }
  /** Ids above `afterId` that exist, oldest first. */
  idsAfter(afterId: number, limit: number): number[]
  /** Highest id ever given, 0 before the first. It may be deleted by now. */
  newestId(): number
  /** Lowest id that is there, null when there is none. */
  oldestId(): number | null
  /** Only of those that have any. */
  marks(ids: readonly number[]): Map<number, CaptureMarks>
  /** Newest note, 0 before the first. */
  newestNote(): number
  /** Notes above `afterSeq`, oldest first. Null: some of them are thrown away already; whoever follows begins anew. */
  notesAfter(afterSeq: number, limit: number): LedgerNote[] | null
  /** Which of these bundle keys came in by an import and are still there. */
  knownBundleKeys(keys: readonly string[]): Set<string>
  close(): void
}

/**
 * The one writer. Everything throws what SQLite says; nothing is changed then. Every
 * change but {@link append} is on the disk when it returns. Ids grow one by one and are never given
 * again, also when the newest requests were deleted.
 */
export interface Ledger extends LedgerReader {
  /** What was found while opening, for the operator. */
  readonly notices: readonly StoreNotice[]
  /**
   * All of them in one transaction. Gives the id of the first; the others follow it one by one. They are with the
   * system then: killing the process cannot lose them, losing power can until {@link sync} is through.
   */
  append(captures: readonly NewCapture[]): number
  /** Calls back when everything that was appended before is on the disk itself, or with what went wrong. */
  sync(done: (error: Error | null) => void): void
  /** Ids that were changed, in order; for an import the new ones. An endpoint is deleted by {@link deleteSome}. */
  apply(change: Exclude<LedgerChange, { readonly kind: 'delete-endpoint' }>): number[]
  /**
   * Notes durably that everything of the endpoint has to go. {@link deleteSome} does it bit by bit, also after a crash
   * in between. What is appended for the endpoint meanwhile goes as well.
   */
  doom(endpointId: number): void
  /** Endpoints that are being deleted. */
  doomed(): number[]
  /** One piece of the deletion of an endpoint, a few milliseconds long. `done`: there is nothing left of it. */
  deleteSome(endpointId: number): { readonly ids: number[]; readonly done: boolean }
  /** Writes down what became of answers. Those of deleted requests are left out. */
  settle(outcomes: readonly Outcome[]): void
  /** Finds out whether the disk takes writes again. Leaves nothing behind. */
  probe(): void
  /** Gives space of deleted requests back to the disk, a piece at a time. True: there is more to do. */
  tidy(): boolean
}
