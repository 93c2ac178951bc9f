import type { CaptureRow, CaptureVerdict } from '../../../shared/contract/captures.ts'
import { countOf, formatCount } from '../../../shared/words.ts'

/** What a verdict means, as one sentence. */
export const verdictMeanings: Record<CaptureVerdict, string> = {
  valid: 'The signature fits a secret of the endpoint.',
  invalid: 'There is a signature, and it does not fit.',
  unsigned: 'No scheme is set for the endpoint, and none was recognised in the headers.',
  'no-secret': 'The scheme is known, but the endpoint has no secret to check with.',
  pending: 'The vault was locked. It is checked, as of its arrival, when the vault opens.',
}

const faultWords: Readonly<Record<string, string>> = {
  reset: 'connection reset',
  'half-response': 'half an answer',
  'slow-drip': 'answer byte by byte',
  'wrong-length': 'wrong Content-Length',
  'rate-limit': '429 with Retry-After',
  gone: '410 Gone',
  'webhook-delivery': 'webhook-delivery header',
  'fail-first': 'first ones fail',
}

/** The name of an injected fault. */
export function faultLabel(kind: string): string {
  return faultWords[kind] ?? kind
}

const refusals: Readonly<Record<string, string>> = {
  'too-large': 'The body was larger than what is kept, so it was answered with 413 and not stored.',
  aborted: 'The sender gave up before the whole body was here.',
}

/** Why a request is not whole. */
export function refusalText(reason: string): string {
  return refusals[reason] ?? `It is not whole: ${reason}.`
}

export type MarkKind = 'pinned' | 'duplicate' | 'late' | 'fault' | 'refused' | 'drift' | 'imported' | 'note'

export interface Mark {
  readonly kind: MarkKind
  readonly label: string
}

/** What is special about a request, most telling first. */
export function marksOf(row: CaptureRow): readonly Mark[] {
  const marks: Mark[] = []
  if (row.pinned) marks.push({ kind: 'pinned', label: 'Pinned' })
  if (row.refused !== null) marks.push({ kind: 'refused', label: 'Not whole' })
  if (row.duplicateOf !== null) marks.push({ kind: 'duplicate', label: `Same event as #${row.duplicateOf}` })
  if (row.late) marks.push({ kind: 'late', label: 'Answered too late' })
  if (row.fault !== null) marks.push({ kind: 'fault', label: `Fault: ${faultLabel(row.fault)}` })
  if (row.drift) marks.push({ kind: 'drift', label: 'Fields changed' })
  if (row.imported) marks.push({ kind: 'imported', label: 'Imported' })
  if (row.hasNote) marks.push({ kind: 'note', label: 'Has a note' })
  return marks
}

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })

/** Local time to the millisecond, "14:03:09.120"; the day before it unless that is today. Both are epoch milliseconds. */
export function clockTime(at: number, now: number): string {
  const time = `${clock.format(at)}.${String(at % 1_000).padStart(3, '0')}`
  return new Date(at).toDateString() === new Date(now).toDateString() ? time : `${day.format(at)}, ${time}`
}

/** "1 request", "10,000+ requests" where counting was given up. */
export function countText(total: { readonly count: number; readonly atLeast: boolean }): string {
  return total.atLeast ? `${formatCount(total.count)}+ requests` : countOf(total.count, 'request')
}
