import type { VerdictRecord } from '../../../shared/contract/captures.ts'
import type { SchemeId } from '../../../shared/webhook-schemes.ts'
import { schemes } from '../../../shared/webhook-schemes.ts'
import { createVerifier, detectScheme, type SignedRequest, type Verifier } from '../../../shared/webhook-signatures.ts'
import { verdictRecordOf } from '../../captures/capture-record.ts'
import { Responder } from '../responses.ts'
import { ConstantAnswer } from './constant-answer.ts'
import type { ThreadEndpoint } from './messages.ts'

const unsigned: VerdictRecord = Object.freeze({
  verdict: 'unsigned',
  scheme: null,
  strictOk: null,
  reason: 'header-missing',
  message: 'The request carries no signature that is known here.',
  matchedSecret: null,
  timestamp: null,
})

/** An endpoint made ready: secrets decoded, answers laid out. */
export class ActiveEndpoint {
  readonly id: number
  readonly slug: string
  readonly responder: Responder
  /** The answer to almost every request, where it always is the same; null where it is not. */
  readonly constant: ConstantAnswer | null
  readonly #endpoint: ThreadEndpoint
  readonly #labels: readonly string[]
  readonly #verifiers = new Map<SchemeId, Verifier>()

  constructor(endpoint: ThreadEndpoint) {
    const { id, slug, behaviour, secrets, scheme } = endpoint
    this.id = id
    this.slug = slug
    this.responder = new Responder(behaviour, { slug, secrets, scheme })
    const { constant } = this.responder
    this.constant = constant === null ? null : ConstantAnswer.of(constant)
    this.#endpoint = endpoint
    this.#labels = secrets?.map(({ label }) => label) ?? []
    if (scheme !== null && secrets !== null) this.#verifier(scheme)
  }

  /** As of `now`. `whole`: the body came completely, so that its signature can be checked. */
  judge(request: SignedRequest, now: number, whole: boolean): VerdictRecord {
    const scheme = this.#endpoint.scheme ?? detectScheme(request.rawHeaders)
    if (scheme === null) return unsigned
    if (!whole)
      return unjudged(
        scheme,
        'invalid',
        'mismatch',
        'The body did not arrive whole, so the signature cannot be checked.',
      )
    if (this.#endpoint.secrets === null) {
      const message = 'The vault was locked when the request came. It is checked when the vault opens.'
      return unjudged(scheme, 'pending', 'secret-missing', message)
    }
    return verdictRecordOf(this.#verifier(scheme)(request, now), this.#labels)
  }

  #verifier(scheme: SchemeId): Verifier {
    const known = this.#verifiers.get(scheme)
    if (known !== undefined) return known
    const secrets = this.#endpoint.secrets?.map(({ secret }) => secret) ?? []
    const origin = this.#endpoint.scheme === null ? 'detected' : 'set'
    const verifier = createVerifier(scheme, secrets, this.#endpoint.schemeOptions, origin)
    this.#verifiers.set(scheme, verifier)
    return verifier
  }
}

function unjudged(
  scheme: SchemeId,
  verdict: 'invalid' | 'pending',
  reason: VerdictRecord['reason'],
  message: string,
): VerdictRecord {
  return {
    verdict,
    scheme,
    strictOk: null,
    reason,
    message: `${schemes[scheme].name}: ${message}`,
    matchedSecret: null,
    timestamp: null,
  }
}

/**
 * The endpoints by slug. One that did not change is kept as it is when a configuration comes: its responder counts
 * requests and throws dice.
 */
export class ActiveEndpoints {
  #bySlug = new Map<string, { readonly written: string; readonly endpoint: ActiveEndpoint }>()
  /** Being deleted: nothing is captured for them any more. */
  readonly #doomed = new Set<number>()

  find(slug: string): ActiveEndpoint | null {
    const endpoint = this.#bySlug.get(slug)?.endpoint ?? null
    return endpoint !== null && this.#doomed.has(endpoint.id) ? null : endpoint
  }

  replace(endpoints: readonly ThreadEndpoint[]): void {
    const before = this.#bySlug
    this.#bySlug = new Map()
    for (const endpoint of endpoints) {
      const written = JSON.stringify(endpoint)
      const known = before.get(endpoint.slug)
      if (known?.written === written) this.#bySlug.set(endpoint.slug, known)
      else this.#bySlug.set(endpoint.slug, { written, endpoint: new ActiveEndpoint(endpoint) })
    }
  }

  doom(endpointId: number): void {
    this.#doomed.add(endpointId)
  }
}
