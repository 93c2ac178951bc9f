import type { SchemeId, SchemeOptions } from '../../../shared/webhook-schemes.ts'
import type { SignedRequest, VerdictReason } from '../../../shared/webhook-signatures.ts'

/** One request with the verdict its vendor's rules give. Secrets are samples out of public documentation and tests. */
export interface Vector {
  readonly name: string
  readonly scheme: SchemeId
  readonly secrets: readonly string[]
  readonly headers: readonly string[]
  readonly body: string
  readonly url?: string
  readonly method?: string
  readonly options?: SchemeOptions
  /** Epoch milliseconds; the timestamp of the request where it has one. */
  readonly now: number
  readonly expect: VerdictReason
}

export function requestOf({ method = 'POST', url, headers, body }: Vector): SignedRequest {
  return { method, url: url ?? null, rawHeaders: headers, body: Buffer.from(body, 'utf8') }
}

export const AT = 1_614_265_330
export const AT_MS = AT * 1_000

export function plain(
  scheme: SchemeId,
  name: string,
  secret: string,
  header: readonly [string, string],
  body: string,
  expect: VerdictReason = 'valid',
  rest: Partial<Vector> = {},
): Vector {
  return { name: `${scheme}: ${name}`, scheme, secrets: [secret], headers: header, body, now: AT_MS, expect, ...rest }
}
