import { firstHeader } from '../raw-headers.ts'
import { type SchemeId, type SchemeOptions, schemes } from '../webhook-schemes.ts'
import { digestText, equalBytes, headerBytes, strictBase64, strictHex, verifiesWith } from './digests.ts'
import { isFault } from './header-faults.ts'
import { readsAsPublicKey } from './keys.ts'
import { rulesOf } from './rules/index.ts'
import { judgeTime } from './stamps.ts'
import type {
  Claim,
  Key,
  MacForm,
  MacKey,
  Part,
  Presented,
  SchemeRules,
  SignedRequest,
  Verdict,
  VerdictReason,
} from './types.ts'
import { verdictMessage } from './words.ts'

/** `now` is epoch milliseconds: the arrival of a capture, or the present. Never throws, whatever the request holds. */
export type Verifier = (request: SignedRequest, now: number) => Verdict

/** Who said which scheme it is: the operator, or headers that anybody may write. */
type SchemeOrigin = 'set' | 'detected'

/**
 * Verifies many requests with the same secrets: they are decoded once and kept in memory as long as the function is.
 * Where the scheme was detected, a secret that reads as a public key counts in schemes of key pairs only: else whoever
 * knows it could have it taken for the key of a MAC or for a token, by sending the headers of such a scheme.
 */
export function createVerifier(
  scheme: SchemeId,
  secrets: readonly string[],
  options: SchemeOptions | null = null,
  origin: SchemeOrigin = 'set',
): Verifier {
  const rules = rulesOf[scheme]
  let leftOut = 0
  const keys = secrets.map((secret) => {
    const key = rules.readKey(secret)
    if (key?.kind !== 'mac' || origin === 'set' || !readsAsPublicKey(secret)) return key
    leftOut += 1
    return null
  })
  const publicKeys = leftOut === 0 ? null : publicKeyMessage(scheme)
  const chosen = options ?? {}
  return (request, now) => {
    const claim = rules.read(request, chosen)
    if (isFault(claim)) return refused(scheme, claim.fault, null, claim.message)
    if (secrets.length === 0) return refused(scheme, 'secret-missing', claim.timestamp)
    if (keys.every((key) => key === null)) return refused(scheme, 'secret-format', claim.timestamp, publicKeys)
    if (rules.urlForms !== null && request.url === null) return refused(scheme, 'url-unknown', claim.timestamp)
    const tooLong = rules.tooLong?.(request) ?? null
    if (tooLong !== null) return refused(scheme, 'mismatch', claim.timestamp, tooLong)
    const matched = matchingKey(rules, chosen, claim, request, keys)
    if (matched === null) {
      const reason = keysFit(claim, keys) ? 'mismatch' : 'wrong-version'
      return refused(scheme, reason, claim.timestamp, publicKeys)
    }
    const timestamp = rules.timeInBody?.(request.body) ?? claim.timestamp
    if (isFault(timestamp)) return refused(scheme, timestamp.fault, null, timestamp.message)
    return accepted(rules, timestamp, matched, now)
  }
}

function publicKeyMessage(scheme: SchemeId): string {
  return `A secret of the endpoint reads as a public key, so it was not tried as a secret of ${schemes[scheme].name}: anybody may know it. If it is a secret, set the scheme of the endpoint.`
}

/** One request; many with the same secrets go faster through `createVerifier`. */
export function verify(
  scheme: SchemeId,
  request: SignedRequest,
  secrets: readonly string[],
  now: number,
  options: SchemeOptions | null = null,
): Verdict {
  return createVerifier(scheme, secrets, options)(request, now)
}

/** The signature is right; what remains is the time. */
function accepted(rules: SchemeRules, timestamp: number | null, matchedSecret: number, now: number): Verdict {
  const info = schemes[rules.id]
  const time =
    timestamp === null
      ? ({ vendor: 'in-time', strict: 'in-time' } as const)
      : judgeTime(info, rules.clock, timestamp, now)
  const reason = time.vendor === 'in-time' ? 'valid' : time.vendor
  const strictReason = time.strict === 'in-time' ? 'valid' : time.strict
  return {
    scheme: rules.id,
    ok: reason === 'valid',
    strictOk: strictReason === 'valid',
    reason,
    strictReason,
    matchedSecret,
    timestamp,
    message: verdictMessage(info, reason, strictReason, timestamp === null ? null : now - timestamp),
  }
}

function refused(
  scheme: SchemeId,
  reason: Exclude<VerdictReason, 'valid'>,
  timestamp: number | null,
  message: string | null = null,
): Verdict {
  return {
    scheme,
    ok: false,
    strictOk: false,
    reason,
    strictReason: reason,
    matchedSecret: null,
    timestamp,
    message: message ?? verdictMessage(schemes[scheme], reason, reason, null),
  }
}

function matchingKey(
  rules: SchemeRules,
  options: SchemeOptions,
  claim: Claim,
  request: SignedRequest,
  keys: readonly (Key | null)[],
): number | null {
  for (const parts of messagesOf(rules, claim, request)) {
    const digests = new Digests(parts)
    for (const [index, key] of keys.entries()) {
      if (key === null) continue
      for (const presented of claim.presented) {
        if (signatureFits(rules, options, key, presented, digests)) return index
      }
    }
  }
  return null
}

/** Everything the vendor's code would take as the signed message: one, or one for each form of the URL. */
function* messagesOf(rules: SchemeRules, claim: Claim, request: SignedRequest): Generator<readonly Part[]> {
  const contentType = rules.urlForms === null ? null : firstHeader(request.rawHeaders, 'content-type')
  const { method, body } = request
  for (const url of rules.urlForms?.(request.url ?? '') ?? ['']) {
    const parts = rules.message({ method, url, body, contentType, id: claim.id, stamp: claim.stamp })
    if (parts !== null) yield parts
  }
}

/** Digests of one message, each made once however many signatures are compared with it. */
class Digests {
  readonly parts: readonly Part[]
  readonly #made: { readonly form: MacForm; readonly key: MacKey; readonly text: Buffer }[] = []

  constructor(parts: readonly Part[]) {
    this.parts = parts
  }

  text(form: MacForm, key: MacKey): Buffer {
    const known = this.#made.find((made) => made.form === form && made.key === key)
    if (known !== undefined) return known.text
    const text = digestText(form, key, this.parts)
    this.#made.push({ form, key, text })
    return text
  }
}

function signatureFits(
  rules: SchemeRules,
  options: SchemeOptions,
  key: Key,
  presented: Presented,
  digests: Digests,
): boolean {
  if (key.kind !== presented.method) return false
  const form = rules.macForm(options, presented.text)
  if (key.kind === 'mac') return equalBytes(digests.text(form, key), headerBytes(presented.text))
  const signature = form.encoding === 'hex' ? strictHex(presented.text) : strictBase64(presented.text)
  return signature !== null && verifiesWith(key, digests.parts, signature)
}

/** Whether any key is of the kind of any signature: a whsec_ secret says nothing about a v1a entry. */
function keysFit(claim: Claim, keys: readonly (Key | null)[]): boolean {
  return keys.some((key) => key !== null && claim.presented.some(({ method }) => method === key.kind))
}
