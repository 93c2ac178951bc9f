import type { Key } from '../types.ts'

export const doctorCauses = [
  'no-signature',
  'no-secret',
  'other-scheme',
  'unlisted-header',
  'header-repeated',
  'header-form',
  'secret-whitespace',
  'secret-quotes',
  'secret-newline',
  'secret-prefix',
  'secret-encoding',
  'secret-case',
  'secret-empty',
  'secret-format',
  'secret-of-other-endpoint',
  'body-newline',
  'body-line-endings',
  'body-bom',
  'body-whitespace',
  'body-empty',
  'body-object-text',
  'body-charset',
  'body-compressed',
  'body-base64',
  'body-form',
  'body-reserialised',
  'url-unknown',
  'url-other',
  'url-protocol',
  'url-port',
  'url-slash',
  'url-query',
  'url-encoding',
  'method',
  'timestamp-unit',
  'timestamp-missing',
  'timestamp-old',
  'timestamp-ahead',
  'signed-content',
  'id-altered',
  'id-with-dots',
  'algorithm',
  'signature-version',
  'signature-prefix',
  'signature-case',
  'signature-encoding',
  'signature-truncated',
  'signature-altered',
  'unexplained',
] as const
export type DoctorCause = (typeof doctorCauses)[number]

export interface LabelledSecret {
  /** How the operator calls it; stands in sentences. */
  readonly label: string
  readonly secret: string
}

export interface DoctorContext {
  /** Of this endpoint. */
  readonly secrets: readonly LabelledSecret[]
  /** Of other endpoints. */
  readonly otherSecrets: readonly LabelledSecret[]
  /** URLs the sender may have called: local, forwarded, of tunnels, typed. */
  readonly urls: readonly string[]
  /** Epoch milliseconds. */
  readonly now: number
}

export interface Diagnosis {
  readonly cause: DoctorCause
  /** What is wrong. Never has a secret or an expected signature in it. */
  readonly sentence: string
  readonly remedy: string
  /** The signature was computed again with exactly this change, and it matched. */
  readonly certain: boolean
}

/** What was changed to make a signature fit. */
export type Finding = Omit<Diagnosis, 'certain'>

/** A value to try; `finding` is null where it is what arrived. */
export interface Candidate<T> {
  readonly value: T
  readonly finding: Finding | null
}

export type KeyCandidate = Candidate<Key>

export function as<T>(value: T, cause: DoctorCause, sentence: string, remedy: string): Candidate<T> {
  return { value, finding: { cause, sentence, remedy } }
}

export function unchanged<T>(value: T): Candidate<T> {
  return { value, finding: null }
}
