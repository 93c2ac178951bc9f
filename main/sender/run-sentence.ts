import { countOf, spanText } from '../../shared/words.ts'
import type { RetryReport } from './retry-machine.ts'

type Facts = Omit<RetryReport, 'sentence'>

/** The report in one sentence, worst first. */
export function runSentence(facts: Facts, run: { readonly events: number; readonly isComplete: boolean }): string {
  const { delivered, deadLetters, acceptedTwice, outOfOrder, endpointDisabledAtMs, virtualMs } = facts
  const parts = [`${delivered} of ${countOf(run.events, 'event')} delivered`]
  if (deadLetters > 0) parts.push(`${deadLetters} given up`)
  if (endpointDisabledAtMs !== null) {
    parts.push(`the sender switched the endpoint off ${afterInWords(endpointDisabledAtMs)}`)
  }
  if (outOfOrder > 0) parts.push(`${outOfOrder} accepted after a later one`)
  if (acceptedTwice > 0) parts.push(`${acceptedTwice} accepted more than once, which must take effect only once`)
  const last = virtualMs === 0 ? '' : `; the last attempt came ${afterInWords(virtualMs)}`
  return `${run.isComplete ? '' : 'Ended early: '}${parts.join(', ')}${last}.`
}

function afterInWords(milliseconds: number): string {
  return milliseconds === 0 ? 'at the first attempt' : `after ${spanText(milliseconds)}`
}
