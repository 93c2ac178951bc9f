import type { StoredCapture } from '../../main/captures/capture-record.ts'
import type { ExportSource } from '../../main/captures/exports/request-parts.ts'
import type { CaptureRow } from '../../shared/contract/captures.ts'

/** A captured request as the ledger gives it. */
export function storedCapture(fields: Partial<StoredCapture> = {}): StoredCapture {
  const body = fields.body ?? new Uint8Array(Buffer.from('{"id":"evt_1"}'))
  return {
    id: 12,
    endpointId: 3,
    at: Date.UTC(2026, 10, 20, 10, 0, 0, 5),
    method: 'POST',
    target: '/h/shop/orders?a=1&a=2',
    httpVersion: '1.1',
    remoteAddress: '127.0.0.1',
    remotePort: 51_000,
    rawHeaders: ['Host', '127.0.0.1:4590', 'Content-Type', 'application/json', 'X-Twice', 'one', 'x-twice', 'two'],
    rawTrailers: [],
    sentBytes: body.length,
    refused: null,
    publicUrl: null,
    verdict: {
      verdict: 'valid',
      scheme: 'stripe',
      strictOk: true,
      reason: 'ok',
      message: 'The signature fits.',
      matchedSecret: 'current',
      timestamp: Date.UTC(2026, 10, 20, 10),
    },
    answer: {
      status: 200,
      headers: [['Content-Type', 'text/plain']],
      body: 'ok',
      rule: null,
      fault: null,
      delayMs: 0,
      deadline: null,
      late: false,
    },
    receivedMs: 1.25,
    imported: false,
    answeredMs: 2.5,
    ...fields,
    body,
  }
}

export function captureRow(stored: StoredCapture, fields: Partial<CaptureRow> = {}): CaptureRow {
  return {
    id: stored.id,
    endpointId: stored.endpointId,
    slug: 'shop',
    at: stored.at,
    method: stored.method,
    path: '/orders?a=1&a=2',
    status: stored.answer.status,
    verdict: stored.verdict.verdict,
    scheme: stored.verdict.scheme,
    eventType: 'order.created',
    eventId: 'evt_1',
    contentType: 'application/json',
    bodyBytes: stored.body.length,
    duplicateOf: null,
    late: false,
    fault: null,
    refused: stored.refused,
    drift: false,
    imported: false,
    pinned: false,
    tags: [],
    hasNote: false,
    ...fields,
  }
}

export function exportSource(fields: Partial<StoredCapture> = {}, note = ''): ExportSource {
  const stored = storedCapture(fields)
  return { stored, row: captureRow(stored), marks: { pinned: true, note, tags: ['kept'] } }
}
