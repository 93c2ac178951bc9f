import type { ProblemCode } from '../../shared/problem-codes.ts'
import { Problem, type ProblemData } from '../../shared/problems.ts'
import type { ValidationOutcome } from '../../shared/providers.ts'
import { HttpFailure, type HttpFailureKind } from '../http/http-client.ts'
import { ProviderError } from '../providers/provider.ts'
import type { DiagnosisClass } from './diagnoses.ts'

/** What came back, or did not, from the last request of a call. Tells apart what a provider error leaves open. */
export interface LastExchange {
  status: number | null
  failure: HttpFailureKind | null
}

export interface Failure {
  readonly problem: ProblemData
  readonly diagnosis: DiagnosisClass
  /** The other reports of this key would fail in the same way: do not ask for them. */
  readonly endsRun: boolean
}

const byOutcome: Record<ValidationOutcome, DiagnosisClass | null> = {
  valid: null,
  valid_limited: 'permission-denied',
  invalid: 'authentication-failed',
  blocked: 'blocked',
  no_credit: 'no-credit',
  spend_limit: 'spend-limit',
  rate_limited: 'rate-limited',
  wrong_kind: 'wrong-kind',
  unknown: null,
}

const byHttpFailure: Record<HttpFailureKind, DiagnosisClass> = {
  timeout: 'timeout',
  network: 'network',
  tls: 'no-secure-connection',
  'too-large': 'unreadable-answer',
  aborted: 'network',
  'bad-url': 'bad-address',
  'bad-header': 'authentication-failed',
}

const byCode: Partial<Record<ProblemCode, DiagnosisClass>> = {
  VAULT_LOCKED: 'vault-locked',
  VAULT_UNINITIALISED: 'vault-locked',
  VAULT_UNAVAILABLE: 'vault-locked',
  VAULT_KEY_LOST: 'vault-locked',
  SECRET_UNREADABLE: 'secret-unreadable',
  FORBIDDEN: 'admin-key-held-back',
  STORE_FAILED: 'not-stored',
}

/** Sorts whatever ended a call into a problem to show and a diagnosis to explain it. */
export function describeFailure(error: unknown, exchange: LastExchange | null): Failure {
  if (error instanceof ProviderError) {
    const diagnosis = byOutcome[error.outcome] ?? unclear(exchange)
    const endsRun = error.outcome !== 'unknown' && error.outcome !== 'valid_limited'
    return { problem: error.problem, diagnosis, endsRun }
  }
  if (error instanceof Problem) {
    return { problem: error.toData(), diagnosis: byCode[error.code] ?? 'unexpected', endsRun: true }
  }
  if (error instanceof HttpFailure) {
    return { problem: plain('PROVIDER_FAILED', error.message), diagnosis: byHttpFailure[error.kind], endsRun: false }
  }
  const isStore = error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_')
  return isStore
    ? {
        problem: plain('STORE_FAILED', 'The figures could not be stored.', error),
        diagnosis: 'not-stored',
        endsRun: true,
      }
    : {
        problem: plain('INTERNAL', 'The sync stopped because of a defect.', error),
        diagnosis: 'unexpected',
        endsRun: true,
      }
}

export function goesInCircles(provider: string): ProblemData {
  return {
    code: 'PROVIDER_FAILED',
    message: `${provider} keeps sending pages of the same report.`,
    cause: 'A page pointed to one that had been fetched already, or there was no end to them. The report was given up.',
    remedies: ['Sync again later. If it stays like this, look for an update of Keyhold.'],
  }
}

export function cannotBeAsked(provider: string): Problem {
  return new Problem('UNSUPPORTED', `${provider} cannot be asked for usage.`, {
    cause: 'The provider offers no call that tells it.',
    remedies: ["Use the provider's own dashboard."],
  })
}

function unclear(exchange: LastExchange | null): DiagnosisClass {
  if (exchange?.failure) return byHttpFailure[exchange.failure]
  return exchange?.status && exchange.status >= 500 ? 'provider-down' : 'unreadable-answer'
}

function plain(code: ProblemCode, message: string, error?: unknown): ProblemData {
  const cause = error instanceof Error ? error.message.slice(0, 500) : message
  return { code, message, cause, remedies: ['Sync again. What was fetched is kept.'] }
}
