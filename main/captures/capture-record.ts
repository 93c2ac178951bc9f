import type { VerdictRecord } from '../../shared/contract/captures.ts'
import type { Verdict } from '../../shared/webhook-signatures.ts'

/** One request as the receiver took it off the socket, before it has an id. */
export interface NewCapture {
  readonly endpointId: number
  /** UTC epoch milliseconds of the first byte. */
  readonly at: number
  readonly method: string
  /** The request target exactly as it arrived: "/h/slug/a?b=c". */
  readonly target: string
  readonly httpVersion: string
  readonly remoteAddress: string
  readonly remotePort: number
  /** name, value, name, value: order, case and duplicates as they came. */
  readonly rawHeaders: readonly string[]
  readonly rawTrailers: readonly string[]
  readonly body: Uint8Array
  /** Bytes that were sent; more than `body` has where it was refused. */
  readonly sentBytes: number
  readonly refused: 'too-large' | 'aborted' | null
  /** Full public URL in force at arrival, or null. */
  readonly publicUrl: string | null
  readonly verdict: VerdictRecord
  readonly answer: PlannedAnswer
  /** First byte to last byte of the request, ms. */
  readonly receivedMs: number
  readonly imported: boolean
}

/** What the endpoint decided to answer; known before the request is stored, sent after. */
export interface PlannedAnswer {
  /** Null: nothing is answered (the connection is reset, the sender is gone). */
  readonly status: number | null
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
  /** Name of the rule; "handshake", "signature" or "limit" for those; null for the endpoint's own answer. */
  readonly rule: string | null
  readonly fault: string | null
  readonly delayMs: number
  /** Preset and whether the planned delay misses it. */
  readonly deadline: string | null
  readonly late: boolean
}

export interface StoredCapture extends NewCapture {
  readonly id: number
  /** Ms from the last byte of the request to the answer handed over, where it was written down. */
  readonly answeredMs: number | null
}

/** What is kept about a captured request besides itself. */
export interface CaptureMarks {
  readonly pinned: boolean
  readonly note: string
  readonly tags: readonly string[]
}

/**
 * Changes of the ledger that main asks its one writer for. Each is one transaction, except that everything of an endpoint
 * is deleted in pieces, also after a crash in between; what still comes for it is not captured.
 */
export type LedgerChange =
  | {
      readonly kind: 'mark'
      readonly ids: readonly number[]
      readonly pinned?: boolean
      readonly note?: string
      readonly addTags?: readonly string[]
      readonly removeTags?: readonly string[]
    }
  /** `sparePinned`: leaves pinned ones out. */
  | { readonly kind: 'delete'; readonly ids: readonly number[]; readonly sparePinned: boolean }
  | { readonly kind: 'delete-endpoint'; readonly endpointId: number }
  /** Judged later: the vault was locked at arrival. */
  | {
      readonly kind: 'verdicts'
      readonly verdicts: readonly { readonly id: number; readonly verdict: VerdictRecord }[]
    }
  /** Requests of a bundle. Those whose `bundleKey` is known already are left out. */
  | {
      readonly kind: 'import'
      readonly captures: readonly (NewCapture & { readonly bundleKey: string; readonly marks: CaptureMarks })[]
    }

export type LedgerResult =
  | { readonly kind: 'done'; readonly ids: readonly number[] }
  | { readonly kind: 'failed'; readonly message: string; readonly diskFull: boolean }

/** What is kept of a verdict. `labels`: of the secrets, in the order they were given to the verifier. */
export function verdictRecordOf(verdict: Verdict, labels: readonly string[]): VerdictRecord {
  const { ok, strictOk, reason, scheme, message, timestamp, matchedSecret } = verdict
  return {
    verdict: ok ? 'valid' : reason === 'secret-missing' ? 'no-secret' : 'invalid',
    scheme,
    strictOk: reason === 'secret-missing' ? null : strictOk,
    reason,
    message,
    matchedSecret: matchedSecret === null ? null : (labels[matchedSecret] ?? null),
    // A sender may claim any time; what no calendar has is not kept.
    timestamp: timestamp !== null && Number.isSafeInteger(timestamp) && timestamp >= 0 ? timestamp : null,
  }
}
