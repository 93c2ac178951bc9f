import type { ReplayInput } from '../../shared/contract/deliveries.ts'
import { Problem } from '../../shared/problems.ts'
import type { StoredCapture } from '../captures/capture-record.ts'
import type { EndpointBook } from '../receiver/ports.ts'
import { incompleteProblem } from './failures.ts'
import { type Edits, type Outgoing, outgoingOf } from './outgoing.ts'
import { requireFreshPossible, resigned } from './signing.ts'

/** How a captured request is replayed. */
export type ReplayForm = Pick<ReplayInput, 'url' | 'keepPath' | 'timestamp' | 'resign'>

/**
 * A captured request as it is replayed at `now`. Throws INVALID_INPUT where a fresh timestamp would need a new signature,
 * where it cannot be signed, and for one that is not whole (unless its body is replaced); like `Secrets.requireReady`
 * when it has to be signed.
 */
export function replayedRequest(
  endpoints: EndpointBook,
  capture: StoredCapture,
  form: ReplayForm,
  now: number,
  edits: Edits = {},
): Outgoing {
  if (capture.refused !== null && edits.body === undefined) {
    const { code, message, ...details } = incompleteProblem(capture.refused)
    throw new Problem(code, message, details)
  }
  const outgoing = outgoingOf(capture, form.url, form.keepPath, edits)
  if (form.resign !== null) return resigned(endpoints, capture, outgoing, form.resign, form.timestamp, now)
  if (form.timestamp === 'fresh') requireFreshPossible(endpoints, capture)
  return outgoing
}
