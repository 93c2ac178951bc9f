import { digestAlgorithms, type SchemeOptions } from '../../webhook-schemes.ts'
import { formOf } from '../rules/shared.ts'
import type { MacForm, SchemeRules, SignedRequest } from '../types.ts'
import { LONG_BODY, mistakenBodies } from './body-candidates.ts'
import { otherClaims, otherShapes, type Shape } from './content-candidates.ts'
import type { LooseClaim } from './loose-claim.ts'
import type { Budget, Trial } from './search.ts'
import { keysOfOthers, mistakenKeys, ownKeys } from './secret-candidates.ts'
import { as, type Candidate, type DoctorContext, type KeyCandidate, unchanged } from './types.ts'
import { otherUrls } from './url-candidates.ts'

/** Bodies that are combined with a second change: the cheap ones and the commonest ways to write JSON. */
const COMBINED_BODIES = 40

/** Combinations in the order in which they are tried: one change first, then the pairs that happen together. */
export function* trials(
  rules: SchemeRules,
  request: SignedRequest,
  claim: LooseClaim,
  context: DoctorContext,
  options: SchemeOptions,
  budget: Budget,
): Generator<Trial> {
  const own = ownKeys(rules, context.secrets)
  const mistaken = mistakenKeys(rules, context.secrets)
  const others = keysOfOthers(rules, context.otherSecrets)
  const urls = rules.urlForms === null ? [] : otherUrls(request, context.urls)
  const claims = otherClaims(rules, claim)
  const shapes = otherShapes()
  const long = request.body.length > LONG_BODY
  const base = baseOf(rules, request, claim)
  const withKeys = (keys: readonly KeyCandidate[], trial: Omit<Trial, 'key'>) => keys.map((key) => ({ ...trial, key }))

  if (request.url !== null || rules.urlForms === null) {
    yield* withKeys(own, base)
    // Of a long body few can be hashed: its ends come before the secrets, of which there may be many.
    if (long) for (const body of mistakenBodies(request)) yield* withKeys(own, { ...base, body })
    yield* withKeys(others, base)
    yield* withKeys(mistaken, base)
    for (const changed of claims) yield* withKeys(own, { ...base, claim: changed })
    for (const method of otherMethods(rules, request)) yield* withKeys(own, { ...base, method })
  }
  for (const url of urls) yield* withKeys(own, { ...base, url })
  if (request.url === null && rules.urlForms !== null) {
    for (const url of urls) yield* withKeys([...others, ...mistaken], { ...base, url })
    return
  }
  if (!long) for (const body of mistakenBodies(request)) yield* withKeys(own, { ...base, body })
  for (const shape of shapes) yield* withKeys(own, { ...base, shape })
  for (const form of otherForms(rules, options)) yield* withKeys(own, { ...base, form })
  if (long) return

  const bodies = firstOf(mistakenBodies(request), COMBINED_BODIES, budget)
  for (const url of urls) yield* withKeys([...others, ...mistaken], { ...base, url })
  for (const body of bodies) yield* withKeys([...others, ...mistaken], { ...base, body })
  for (const shape of shapes) yield* withKeys([...mistaken, ...others], { ...base, shape })
  for (const form of otherForms(rules, options)) yield* withKeys(mistaken, { ...base, form })
  for (const changed of claims) {
    yield* withKeys([...mistaken, ...others], { ...base, claim: changed })
    for (const body of bodies) yield* withKeys(own, { ...base, claim: changed, body })
  }
  for (const url of urls) for (const body of bodies) yield* withKeys(own, { ...base, url, body })
  for (const shape of shapes) for (const body of bodies) yield* withKeys(own, { ...base, shape, body })
}

function baseOf(rules: SchemeRules, request: SignedRequest, claim: LooseClaim): Omit<Trial, 'key'> {
  return {
    body: unchanged(request.body),
    url: unchanged(request.url ?? ''),
    claim: unchanged(claim),
    shape: unchanged<Shape>(rules.message),
    method: unchanged(request.method),
    form: unchanged(null),
  }
}

function otherMethods(rules: SchemeRules, { method }: SignedRequest): Candidate<string>[] {
  if (rules.id !== 'hubspot-v3' && rules.id !== 'hubspot-v2') return []
  return ['POST', 'GET', 'PUT', method.toLowerCase()]
    .filter((other) => other !== method)
    .map((other) =>
      as(
        other,
        'method',
        `The sender signed the method ${other}, not ${method}.`,
        'Sign the method the request is sent with.',
      ),
    )
}

function* otherForms(rules: SchemeRules, options: SchemeOptions): Generator<Candidate<MacForm>> {
  const usual = rules.macForm(options, null)
  if (usual.construction === 'plain') return
  for (const algorithm of digestAlgorithms) {
    for (const construction of ['hmac', 'secret-first'] as const) {
      if (algorithm === usual.algorithm && construction === usual.construction) continue
      const plainly = construction === 'hmac' ? 'an HMAC' : 'a plain hash of secret and message'
      const name = { sha1: 'SHA-1', sha256: 'SHA-256', sha512: 'SHA-512' }[algorithm]
      const form: MacForm = { ...formOf({ algorithm, encoding: usual.encoding }), construction }
      yield as(
        form,
        'algorithm',
        `The sender makes ${plainly} with ${name}, which is not what this scheme uses.`,
        'Correct the algorithm at the sender, or set the scheme the sender really uses.',
      )
    }
  }
}

function firstOf<T>(values: Iterable<T>, count: number, budget: Budget): T[] {
  const found: T[] = []
  for (const value of values) {
    found.push(value)
    if (found.length >= count || !budget.step()) break
  }
  return found
}
