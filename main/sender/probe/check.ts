import type { ProbeCheck } from '../../../shared/contract/sender.ts'
import { type Answered, inWords, isAccepted } from '../exchange.ts'
import type { ProbeSession, Sent } from './session.ts'

export type Judgement = Pick<ProbeCheck, 'outcome' | 'finding' | 'remedy'>

/** One check of the probe. `weight` are its points; those of 0 only inform. */
export interface Check {
  readonly id: string
  readonly name: string
  readonly weight: number
  /** `baseline` is the valid event that was accepted at the beginning. */
  readonly run: (session: ProbeSession, baseline: Sent) => Promise<Judgement>
}

export function passed(finding: string): Judgement {
  return { outcome: 'passed', finding, remedy: null }
}

export function failed(finding: string, remedy: string): Judgement {
  return { outcome: 'failed', finding, remedy }
}

export function unclear(finding: string, remedy: string | null = null): Judgement {
  return { outcome: 'unclear', finding, remedy }
}

export function skipped(finding: string): Judgement {
  return { outcome: 'skipped', finding, remedy: null }
}

const RATE_LIMITED = 'The handler limits how often it may be called, so this cannot be judged.'

/** For what must not get in: 4xx passes, success fails, and so does a handler that breaks on it. `what` begins the sentence. */
export function mustRefuse(what: string, answer: Answered, remedy: string): Judgement {
  const finding = `${what} ${inWords(answer)}.`
  if (answer.status === 429) return unclear(`${finding} ${RATE_LIMITED}`)
  if (isAccepted(answer)) return failed(finding, remedy)
  if (isRefused(answer)) return passed(finding)
  if (isBroken(answer)) {
    return failed(
      finding,
      'Refuse it with 401 or 400. An error or a closed connection makes senders try again for days.',
    )
  }
  return unclear(`${finding} That is neither success nor a refusal.`)
}

/** For what is odd but harmless: success and 4xx pass, a handler that breaks on it fails. */
export function mustSurvive(what: string, answer: Answered, remedy: string, refusedNote = ''): Judgement {
  const finding = `${what} ${inWords(answer)}.`
  if (answer.status === 429) return unclear(`${finding} ${RATE_LIMITED}`)
  if (isBroken(answer)) return failed(finding, remedy)
  if (isRefused(answer)) return passed(`${finding}${refusedNote}`)
  return isAccepted(answer) ? passed(finding) : unclear(`${finding} That is neither success nor a refusal.`)
}

export function isRefused({ status }: Answered): boolean {
  return status !== null && status >= 400 && status < 500
}

/** 5xx, or no answer at all. */
export function isBroken({ status }: Answered): boolean {
  return status === null || status >= 500
}
