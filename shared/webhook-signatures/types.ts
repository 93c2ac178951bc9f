import type { KeyObject } from 'node:crypto'
import type { DigestAlgorithm, DigestEncoding, SchemeId, SchemeOptions } from '../webhook-schemes.ts'

/** What is verified. */
export interface SignedRequest {
  readonly method: string
  /** The URL the sender called, as it was configured at the sender (public URL), or null when unknown. */
  readonly url: string | null
  /** Raw header list as it arrived: name, value, name, value … (order, case, duplicates). */
  readonly rawHeaders: readonly string[]
  readonly body: Uint8Array
}

/** What is signed. */
export interface MessageToSign {
  readonly method: string
  /** The URL the request goes to, as its receiver knows it. */
  readonly url: string
  readonly body: Uint8Array
  /** Idempotency id of the delivery; visible ASCII. */
  readonly id: string
  /** Epoch milliseconds. */
  readonly timestamp: number
  readonly contentType: string | null
}

export const verdictReasons = [
  'valid',
  /** A header the scheme needs is not there. */
  'header-missing',
  /** It is there, but is not of the form the scheme writes, or stands there more than once. */
  'header-malformed',
  /** Only signatures of versions that are not read, or that none of the secrets is for. */
  'wrong-version',
  /** Linear: the body has no usable timestamp. */
  'timestamp-missing',
  'stale',
  'future',
  'secret-missing',
  /** None of the secrets has the form the scheme needs. */
  'secret-format',
  'url-unknown',
  'mismatch',
] as const
export type VerdictReason = (typeof verdictReasons)[number]

export interface Verdict {
  readonly scheme: SchemeId
  /** By the vendor's own rule. */
  readonly ok: boolean
  /** By the strict rule: 300 seconds both ways, or less where the vendor allows less. Equal to `ok` without a time. */
  readonly strictOk: boolean
  /** Of the vendor's rule; `valid` when ok. */
  readonly reason: VerdictReason
  readonly strictReason: VerdictReason
  /** Index in the secrets of the one that matched, else null. */
  readonly matchedSecret: number | null
  /** The sender's timestamp, epoch milliseconds, or null. Also given when the signature is wrong, as far as headers hold it: then nobody vouches for it. */
  readonly timestamp: number | null
  /** One plain sentence for the operator; never a secret nor an expected signature. */
  readonly message: string
}

/** Piece of what is signed. Text counts as UTF-8. */
export type Part = string | Uint8Array

/** How a digest is made and written. */
export interface MacForm {
  /** `secret-first` is a plain hash of secret and message (HubSpot v1 and v2), `plain` the secret itself (GitLab). */
  readonly construction: 'hmac' | 'secret-first' | 'plain'
  readonly algorithm: DigestAlgorithm
  readonly encoding: DigestEncoding
}

export interface MacKey {
  readonly kind: 'mac'
  readonly bytes: Buffer
  /** The same, ready for use: four times as fast as bytes that are made ready for every request. */
  readonly handle: KeyObject
}

export type Key =
  | MacKey
  | { readonly kind: 'ed25519' | 'ecdsa'; readonly publicKey: KeyObject; readonly privateKey: KeyObject | null }

/** One signature as it was sent. */
export interface Presented {
  readonly text: string
  readonly method: Key['kind']
}

/** What the headers claim. */
export interface Claim {
  readonly id: string
  /** The timestamp exactly as it is signed; empty where the scheme has none. */
  readonly stamp: string
  /** Epoch milliseconds, or null. */
  readonly timestamp: number | null
  /** At least one. */
  readonly presented: readonly Presented[]
}

export interface Fault {
  readonly fault: Exclude<VerdictReason, 'valid' | 'stale' | 'future' | 'mismatch' | 'secret-missing' | 'secret-format'>
  /** Completes the sentence for the operator. */
  readonly message: string
}

export interface MessageInput {
  readonly method: string
  readonly url: string
  readonly id: string
  readonly stamp: string
  readonly body: Uint8Array
  readonly contentType: string | null
}

/** One signature as it is written. */
export interface Written {
  readonly text: string
  readonly method: Key['kind']
}

/** What a scheme is, besides its data in webhook-schemes.ts. */
export interface SchemeRules {
  readonly id: SchemeId
  readonly read: (request: SignedRequest, options: SchemeOptions) => Claim | Fault
  /** Null: the secret does not have the form the scheme needs. */
  readonly readKey: (secret: string) => Key | null
  /** What is signed; never throws. Null: the request cannot have been signed (Twilio: the hash in the URL is of another body). */
  readonly message: (input: MessageInput) => readonly Part[] | null
  /**
   * Why a request is too long for what is signed to be computed, one sentence; null where it is not. Only where that costs
   * more than a hash of what arrived: anybody may send anything.
   */
  readonly tooLong?: (request: SignedRequest) => string | null
  /**
   * Epoch milliseconds, where the body holds the timestamp. Asked only once the signature is found right: what strangers
   * send is not parsed.
   */
  readonly timeInBody?: (body: Uint8Array) => number | Fault
  /** URLs the vendor's code tries for one that was configured. Null: the URL is not signed. */
  readonly urlForms: ((url: string) => readonly string[]) | null
  /** How digests are written; `presented` is the text that was sent, null when signing. */
  readonly macForm: (options: SchemeOptions, presented: string | null) => MacForm
  /** Whether the vendor compares whole seconds or milliseconds with its clock. */
  readonly clock: 'seconds' | 'milliseconds'
  /** Text of a timestamp (epoch milliseconds) as this scheme writes it; null: it writes none of its own. */
  readonly writeStamp: ((timestamp: number) => string) | null
  /** Header list with signatures, id and timestamp. `signatures` has at least one. */
  readonly write: (
    signatures: readonly Written[],
    message: { readonly id: string; readonly stamp: string },
    options: SchemeOptions,
  ) => [name: string, value: string][]
}
