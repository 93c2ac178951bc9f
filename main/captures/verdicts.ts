import type { Diagnosis, VerdictRecord } from '../../shared/contract/captures.ts'
import { firstHeader } from '../../shared/raw-headers.ts'
import type { SchemeId } from '../../shared/webhook-schemes.ts'
import {
  createVerifier,
  detectScheme,
  diagnose,
  type SignedRequest,
  type Verifier,
} from '../../shared/webhook-signatures.ts'
import type { EndpointBook, EndpointFacts } from '../receiver/ports.ts'
import { type StoredCapture, verdictRecordOf } from './capture-record.ts'

/** Judges stored requests with the secrets of now. Decoded secrets live as long as it does: make one for each task. */
export class Judge {
  readonly #endpoints: EndpointBook
  readonly #verifiers = new Map<string, { verifier: Verifier; labels: readonly string[] }>()

  constructor(endpoints: EndpointBook) {
    this.#endpoints = endpoints
  }

  /**
   * `now`: the moment as of which it is judged, epoch milliseconds. The body has to be whole. Throws like
   * `EndpointBook.secretsOf`.
   */
  judge(stored: StoredCapture, endpoint: EndpointFacts, now: number): VerdictRecord {
    const scheme = endpoint.scheme ?? detectScheme(stored.rawHeaders)
    // Nothing was checked at arrival and nothing can be now: whether it was unsigned or not whole was said then.
    if (scheme === null || stored.refused !== null) return stored.verdict
    const { verifier, labels } = this.#verifier(endpoint, scheme)
    return verdictRecordOf(verifier(signedRequest(stored), now), labels)
  }

  #verifier(endpoint: EndpointFacts, scheme: SchemeId) {
    const key = `${endpoint.id} ${scheme}`
    const known = this.#verifiers.get(key)
    if (known !== undefined) return known
    const secrets = this.#endpoints.secretsOf(endpoint.id)
    const made = {
      verifier: createVerifier(
        scheme,
        secrets.map(({ secret }) => secret),
        endpoint.schemeOptions,
        endpoint.scheme === null ? 'detected' : 'set',
      ),
      labels: secrets.map(({ label }) => label),
    }
    this.#verifiers.set(key, made)
    return made
  }
}

/**
 * Why the signature does not fit, best guess first; nothing where it does. Secrets of other endpoints are tried as well,
 * as far as they can be read.
 * Throws like `EndpointBook.secretsOf`.
 */
export function diagnoseCapture(
  stored: StoredCapture,
  endpoint: EndpointFacts,
  endpoints: EndpointBook,
  now: number,
): Diagnosis[] {
  const secrets = endpoints.secretsOf(endpoint.id)
  const otherSecrets = endpoints
    .all()
    .filter(({ id }) => id !== endpoint.id)
    .flatMap(({ id, slug }) =>
      endpoints
        .readableSecretsOf(id)
        .map(({ label, secret }) => ({ label: label === '' ? slug : `${slug}: ${label}`, secret })),
    )
  const found = diagnose(
    endpoint.scheme,
    signedRequest(stored),
    { secrets, otherSecrets, urls: urlsOf(stored, endpoints.localUrl()), now },
    endpoint.schemeOptions,
  )
  return found.map(({ cause, sentence, remedy, certain }) => ({ cause, sentence, remedy, certain }))
}

function signedRequest({ method, publicUrl, rawHeaders, body }: StoredCapture): SignedRequest {
  return { method, url: publicUrl, rawHeaders, body }
}

/** Addresses the sender may have had, most likely first. */
function urlsOf({ publicUrl, target, rawHeaders }: StoredCapture, localUrl: string | null): string[] {
  const host = firstHeader(rawHeaders, 'host')
  const forwardedHost = firstHeader(rawHeaders, 'x-forwarded-host') ?? firstHeader(rawHeaders, 'x-original-host')
  const forwardedProto = firstHeader(rawHeaders, 'x-forwarded-proto') ?? 'https'
  const urls = [
    publicUrl,
    forwardedHost === null ? null : `${forwardedProto}://${forwardedHost}${target}`,
    host === null ? null : `https://${host}${target}`,
    host === null ? null : `http://${host}${target}`,
    localUrl === null ? null : `${localUrl}${target}`,
  ]
  return [...new Set(urls.filter((url) => url !== null))]
}
