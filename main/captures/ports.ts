import type { Selection } from '../../shared/contract/captures.ts'
import type { LedgerChange, StoredCapture } from './capture-record.ts'

export interface StoredEvent {
  /** Newest id on disk. */
  readonly lastId: number
  readonly count: number
  readonly perSecond: number
}

/** The one writer of the ledger: the receiver's thread. */
export interface LedgerWriter {
  /** Ids that were changed. Rejects with STORE_FAILED; nothing is changed then. */
  apply(change: LedgerChange): Promise<readonly number[]>
  /** Calls back after requests were stored; returns the function that ends it. */
  onStored(listener: (event: StoredEvent) => void): () => void
  /**
   * Calls back with the identity of the ledger each time it was opened for writing: another one than before where a
   * damaged file was set aside. Returns the function that ends it.
   */
  onLedger(listener: (identity: string) => void): () => void
}

/** What the other domains may read of captured requests. */
export interface CaptureReader {
  /** Throws NOT_FOUND. */
  stored(id: number): StoredCapture
  /** The next ones of an endpoint in order. `throughId`: how far was looked, also where nothing was found. */
  after(
    endpointId: number,
    afterId: number,
    limit: number,
  ): { readonly captures: readonly StoredCapture[]; readonly throughId: number }
  /**
   * Waits a few seconds until the lists know everything a selection by filter can mean. Rejects with STORE_FAILED when they
   * do not come so far: acting on less would leave requests out.
   */
  reached(selection: Selection): Promise<void>
  /**
   * Ids of a selection above `afterId`, in order, at most `limit`: of a filter what the lists know so far. Throws
   * STORE_FAILED while there are no lists.
   */
  selected(selection: Selection, afterId: number, limit: number): readonly number[]
  /** Throws like {@link selected}. */
  countSelected(selection: Selection): number
  /** The request that came from this port of this machine at about this time, or null. */
  byConnection(remotePort: number, at: number): number | null
  /** Newest id on disk, 0 without any. */
  newestId(): number
  onStored(listener: (event: StoredEvent) => void): () => void
}
