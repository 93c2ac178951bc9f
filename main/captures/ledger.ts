/**
 * The ledger `captures.db`: every captured request as it came, and what was noted about it since. It is the truth; lists
 * and searches have an index of their own that is made from it. One thread writes it, anyone reads.
 */

export { openLedger } from './ledger-file.ts'
export type { LogDisk } from './ledger-log-sync.ts'
export { isUnreadableRow, openLedgerReader } from './ledger-reader.ts'
export type { Ledger, LedgerReader, Outcome } from './ledger-types.ts'
