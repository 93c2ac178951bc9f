import { createHash } from 'node:crypto'
import type { Capture, CaptureRow, VerdictRecord } from '../../shared/contract/captures.ts'
import { headerPairs } from '../../shared/raw-headers.ts'
import type { IndexView } from './capture-index.ts'
import type { CaptureMarks, StoredCapture } from './capture-record.ts'
import { pathBelowSlug } from './capture-text.ts'

/** Ids of duplicates that are named. */
const MAX_DUPLICATES = 50

/** What the index knows about one request beyond its row. */
export interface Relations {
  readonly duplicates: number[]
  readonly drifts: Capture['drifts']
}

export const noRelations: Relations = { duplicates: [], drifts: [] }

/** Duplicates with the first one in front, oldest first; empty for a request that came once. */
export function relationsOf({ rows, types }: IndexView, row: CaptureRow): Relations {
  const firstId = row.duplicateOf ?? row.id
  const others = rows.duplicates(firstId, MAX_DUPLICATES - 1)
  const firstIsThere = rows.shown(firstId) !== null
  const duplicates = others.length === 0 ? [] : firstIsThere ? [firstId, ...others] : others
  return { duplicates, drifts: types.drifts(row.id) }
}

/** Everything about one request. */
export function captureOf(
  stored: StoredCapture,
  row: CaptureRow,
  marks: CaptureMarks | null,
  relations: Relations,
  now: VerdictRecord | null,
): Capture {
  const { answer } = stored
  return {
    ...row,
    // The ledger may know more than the index by now.
    status: answer.status,
    verdict: stored.verdict.verdict,
    scheme: stored.verdict.scheme,
    path: pathBelowSlug(stored.target),
    pinned: marks?.pinned ?? false,
    tags: [...(marks?.tags ?? [])],
    hasNote: (marks?.note ?? '') !== '',
    target: stored.target,
    httpVersion: stored.httpVersion,
    remoteAddress: stored.remoteAddress,
    remotePort: stored.remotePort,
    headers: headerPairs(stored.rawHeaders),
    trailers: headerPairs(stored.rawTrailers),
    publicUrl: stored.publicUrl,
    bodySha256: createHash('sha256').update(stored.body).digest('hex'),
    sentBytes: stored.sentBytes,
    answer: {
      status: answer.status,
      headers: answer.headers.map(([name, value]) => [name, value]),
      body: answer.body,
      rule: answer.rule,
      delayMs: answer.delayMs,
      deadline: answer.deadline,
    },
    timing: { receivedMs: stored.receivedMs, answeredMs: stored.answeredMs },
    atArrival: stored.verdict,
    now,
    note: marks?.note ?? '',
    duplicates: relations.duplicates,
    drifts: relations.drifts,
  }
}
