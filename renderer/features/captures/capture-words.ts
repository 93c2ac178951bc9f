import type { Capture, CaptureRow, CaptureVerdict, Diagnosis } from '../../../shared/contract/captures.ts'
import { countOf, formatCount, spanText } from '../../../shared/words.ts'
import { faultName } from '../../parts/fault-names.ts'

/** What a verdict means, as one sentence. */
export const verdictMeanings: Record<CaptureVerdict, string> = {
  valid: 'The signature fits a secret of the endpoint.',
  invalid: 'There is a signature, and it does not fit.',
  unsigned: 'No scheme is set for the endpoint, and none was recognised in the headers.',
  'no-secret': 'The scheme is known, but the endpoint has no secret to check with.',
  pending: 'The vault was locked. It is checked, as of its arrival, when the vault opens.',
}

const refusals: Readonly<Record<string, string>> = {
  'too-large': 'The body was larger than what is kept, so it was answered with 413 and not stored.',
  aborted: 'The sender gave up before the whole body was here.',
}

/** Why a request is not whole. */
export function refusalText(reason: string): string {
  return refusals[reason] ?? `It is not whole: ${reason}.`
}

/** Whether it was genuine when it came, and only its age makes it fail now: nothing is wrong with it. */
export function hasOnlyAged({ atArrival, now }: Pick<Capture, 'atArrival' | 'now'>): boolean {
  return atArrival.verdict === 'valid' && now !== null && now.verdict === 'invalid' && now.reason === 'stale'
}

/** Said of a request that {@link hasOnlyAged}. */
export const agedText = 'Would be too old if it were replayed as it is: sign it again.'

/** "3 min before it arrived", "at its arrival", "20 s after it arrived": when it was signed, by the sender's clock. */
export function signedText(timestamp: number, arrivedAt: number): string {
  const distance = Math.abs(arrivedAt - timestamp)
  if (distance < 1_000) return 'when it arrived'
  return `${spanText(Math.round(distance / 1_000) * 1_000)} ${timestamp < arrivedAt ? 'before' : 'after'} it arrived`
}

/** Whether another secret may help: not when it is proved that the mistake is another one. */
export function mayLackSecret(diagnoses: readonly Pick<Diagnosis, 'cause' | 'certain'>[]): boolean {
  return !diagnoses.some(({ cause, certain }) => certain && !cause.startsWith('secret-'))
}

/** How long after its time an answer may be reported. */
const REPORT_MS = 10_000

/** Whether the answer is still held back, or was only just sent: how long it took is about to be known. */
export function isAnswerDue({ at, answer, timing }: Pick<Capture, 'at' | 'answer' | 'timing'>, now: number): boolean {
  return timing.answeredMs === null && answer.delayMs > 0 && now < at + answer.delayMs + REPORT_MS
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
  if (row.fault !== null) marks.push({ kind: 'fault', label: `Fault: ${faultName(row.fault)}` })
  if (row.drift) marks.push({ kind: 'drift', label: 'Fields changed' })
  if (row.imported) marks.push({ kind: 'imported', label: 'Imported' })
  if (row.hasNote) marks.push({ kind: 'note', label: 'Has a note' })
  return marks
}

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })

/** Local time to the millisecond, "14:03:09.120"; of another day "18 Nov, 14:03:09". Both are epoch milliseconds. */
export function clockTime(at: number, now: number): string {
  if (new Date(at).toDateString() !== new Date(now).toDateString()) return `${day.format(at)}, ${clock.format(at)}`
  return `${clock.format(at)}.${String(at % 1_000).padStart(3, '0')}`
}

/** "1 request", "10,000+ requests" where counting was given up. */
export function countText(total: { readonly count: number; readonly atLeast: boolean }): string {
  return total.atLeast ? `${formatCount(total.count)}+ requests` : countOf(total.count, 'request')
}
