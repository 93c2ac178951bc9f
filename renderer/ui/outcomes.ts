import type { Validation } from '../../shared/contract/keys.ts'
import type { ValidationOutcome } from '../../shared/providers.ts'

/** An outcome of a test, or that there was none. */
export type TestState = ValidationOutcome | 'untested'

const labels: Record<TestState, string> = {
  valid: 'Works',
  valid_limited: 'Works, limited',
  invalid: 'Rejected',
  blocked: 'Blocked',
  no_credit: 'No credit',
  spend_limit: 'Spend limit',
  rate_limited: 'Rate-limited',
  wrong_kind: 'Wrong kind',
  unknown: 'Unclear',
  untested: 'Not tested',
}

const tones: Record<TestState, 'good' | 'caution' | 'bad' | 'neutral'> = {
  valid: 'good',
  valid_limited: 'good',
  invalid: 'bad',
  blocked: 'bad',
  no_credit: 'caution',
  spend_limit: 'caution',
  rate_limited: 'caution',
  wrong_kind: 'caution',
  unknown: 'neutral',
  untested: 'neutral',
}

/** The outcome in one or two words. */
export function outcomeLabel(state: TestState): string {
  return labels[state]
}

/** Whether no answer came at all: then nothing was learnt about the key, clear or not. */
export function isUnanswered({
  outcome,
  status,
  certain,
}: Pick<Validation, 'outcome' | 'status' | 'certain'>): boolean {
  return outcome === 'unknown' && status === null && !certain
}

/** The result of a test in one or two words. */
export function resultLabel(result: Pick<Validation, 'outcome' | 'status' | 'certain'>): string {
  return isUnanswered(result) ? 'Not reached' : outcomeLabel(result.outcome)
}

/** How much it should worry. */
export function outcomeTone(state: TestState): 'good' | 'caution' | 'bad' | 'neutral' {
  return tones[state]
}

/** All of them, in the order of a filter. */
export const testStates = Object.keys(labels) as TestState[]
