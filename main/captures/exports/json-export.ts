import { headerPairs } from '../../../shared/raw-headers.ts'
import { base64Of, type ExportSource, exactText, sha256Of } from './request-parts.ts'

export function jsonFrame(version: string, now: number): { before: string; after: string } {
  const head = { format: 'keyhold-requests', version: 1, keyhold: version, exportedAt: new Date(now).toISOString() }
  return { before: `${JSON.stringify(head).slice(0, -1)},"requests":[\n`, after: '\n]}\n' }
}

/** Everything that is known about one request. `body.text` only where it is the body byte for byte. */
export function jsonItem({ row, stored, marks }: ExportSource): string {
  const text = exactText(stored.body)
  return JSON.stringify({
    id: stored.id,
    endpoint: row.slug,
    receivedAt: new Date(stored.at).toISOString(),
    method: stored.method,
    target: stored.target,
    publicUrl: stored.publicUrl,
    httpVersion: stored.httpVersion,
    remoteAddress: stored.remoteAddress,
    remotePort: stored.remotePort,
    headers: headerPairs(stored.rawHeaders),
    trailers: headerPairs(stored.rawTrailers),
    body: text === null ? { base64: base64Of(stored.body) } : { text },
    bodySha256: sha256Of(stored.body),
    sentBytes: stored.sentBytes,
    refused: stored.refused,
    eventType: row.eventType,
    eventId: row.eventId,
    duplicateOf: row.duplicateOf,
    verdict: stored.verdict,
    answer: stored.answer,
    receivedMs: stored.receivedMs,
    answeredMs: stored.answeredMs,
    imported: stored.imported,
    pinned: marks.pinned,
    note: marks.note,
    tags: marks.tags,
  })
}
