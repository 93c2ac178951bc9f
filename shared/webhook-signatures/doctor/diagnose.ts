import { firstHeader } from '../../raw-headers.ts'
import { type SchemeId, type SchemeOptions, schemeIds, schemes } from '../../webhook-schemes.ts'
import { detectScheme } from '../detect.ts'
import { isFault } from '../header-faults.ts'
import { readsAsPublicKey } from '../keys.ts'
import { rulesOf } from '../rules/index.ts'
import { looksUsual } from '../secret-form.ts'
import type { SignedRequest, Verdict } from '../types.ts'
import { createVerifier, verify } from '../verify.ts'
import { looseClaim } from './loose-claim.ts'
import { Budget, Search } from './search.ts'
import { trials } from './trials.ts'
import type { Diagnosis, DoctorCause, DoctorContext, Finding, LabelledSecret } from './types.ts'
import { findUnlisted } from './unknown-sender.ts'

/**
 * Says why a signature is refused: tries the known mistakes, alone and in the pairs that happen together, until the
 * signature fits. Best first; empty only when the vendor's rule is satisfied. `certain` findings were computed. At most
 * about 1,000 MACs, 64 MB of hashing and 300 milliseconds, whatever is sent; bodies above 128 KB are tried with the cheap mistakes only.
 * Never throws.
 */
export function diagnose(
  scheme: SchemeId | null,
  request: SignedRequest,
  context: DoctorContext,
  options: SchemeOptions | null = null,
): Diagnosis[] {
  const budget = new Budget()
  const known = scheme ?? detectScheme(request.rawHeaders)
  if (known === null) return [unsigned(request, context, budget, null)]
  const chosen = options ?? {}
  const secrets = context.secrets.map(({ secret }) => secret)
  const origin = scheme === null ? 'detected' : 'set'
  const verdict = createVerifier(known, secrets, chosen, origin)(request, context.now)
  if (verdict.ok) return []
  const tooLong = rulesOf[known].tooLong?.(request) ?? null
  if (tooLong !== null) return [{ cause: 'unexplained', sentence: tooLong, remedy: SHORTER, certain: false }]
  if (verdict.reason === 'stale' || verdict.reason === 'future') return [wrongTime(known, verdict)]
  const usable = origin === 'set' ? context : withoutPublicKeys(context)
  const found = explained(known, request, usable, chosen, budget)
  const certain = found === null ? [] : [combined(found)]
  const said =
    certain.length > 0 && verdict.reason !== 'timestamp-missing'
      ? []
      : plainly(verdict, known, usable.secrets.length < context.secrets.length)
  const last =
    certain.length + said.length > 0
      ? []
      : [verdict.reason === 'header-missing' ? unsigned(request, context, budget, known) : unexplained(context, known)]
  return onePerCause([...certain, ...said, ...last, ...hints(known, request)])
}

/** Changes that make the signature fit, or null. */
function explained(
  known: SchemeId,
  request: SignedRequest,
  context: DoctorContext,
  options: SchemeOptions,
  budget: Budget,
): Finding[] | null {
  const rules = rulesOf[known]
  const claim = looseClaim(rules, request, options)
  const mistaken = () =>
    claim.texts.length === 0
      ? null
      : new Search(rules, request, options, budget).first(trials(rules, request, claim, context, options, budget))
  // Where several schemes share a header it is first asked whose it is. Senders that send several headers come last:
  // that an older one fits does not say what is wrong with the newer.
  return (
    otherScheme(known, request, context, sameHeader, budget) ??
    mistaken() ??
    otherScheme(known, request, context, (one, other) => !sameHeader(one, other), budget)
  )
}

const SHORTER =
  'Send the event again with a shorter URL and form, or look whether the request comes from the sender at all.'

/** Of a request whose scheme was detected: see `createVerifier`. */
function withoutPublicKeys(context: DoctorContext): DoctorContext {
  const usable = ({ secret }: LabelledSecret) => !readsAsPublicKey(secret)
  return { ...context, secrets: context.secrets.filter(usable), otherSecrets: context.otherSecrets.filter(usable) }
}

function sameHeader(one: SchemeId, other: SchemeId): boolean {
  return schemes[one].signatureHeaders[0] === schemes[other].signatureHeaders[0]
}

/** Schemes with the same rules: which of them it is called changes nothing. */
const alike: readonly SchemeId[] = ['standard-webhooks', 'svix', 'gitlab-signing']

function onePerCause(all: readonly Diagnosis[]): Diagnosis[] {
  return all.filter(({ cause }, at) => all.findIndex((other) => other.cause === cause) === at)
}

function combined(findings: readonly Finding[]): Diagnosis {
  const [first, ...others] = findings
  if (first === undefined) return { ...nothing, certain: false }
  if (others.length === 0) return { ...first, certain: true }
  const sentences = findings.map(({ sentence }) => sentence)
  const remedies = [...new Set(findings.map(({ remedy }) => remedy))]
  return {
    cause: first.cause,
    sentence: `${findings.length} things at once. ${sentences.join(' ')}`,
    remedy: remedies.join(' '),
    certain: true,
  }
}

const nothing: Finding = {
  cause: 'unexplained',
  sentence: 'None of the known mistakes explains the signature.',
  remedy:
    'Copy the secret again from where the sender shows it, and compare the body with what the sender says it sent.',
}

function unexplained({ secrets }: DoctorContext, scheme: SchemeId): Diagnosis {
  if (secrets.length === 0) {
    return {
      cause: 'no-secret',
      sentence: 'This endpoint has no secret, so nothing can be computed.',
      remedy: 'Add the signing secret that the sender shows.',
      certain: false,
    }
  }
  const odd = secrets.find(({ secret }) => !looksUsual(scheme, secret))
  if (odd !== undefined) {
    const { name, secretHint } = schemes[scheme]
    const called = odd.label === '' ? 'The stored secret' : `The stored secret "${odd.label}"`
    return {
      cause: 'secret-format',
      sentence: `${called} does not look like one of ${name}.`,
      remedy: secretHint,
      certain: false,
    }
  }
  return {
    ...nothing,
    sentence: `${nothing.sentence} Most likely the secret is another one, or the body was changed on the way.`,
    certain: false,
  }
}

/** The same secrets under the rules of another scheme: set by mistake, or recognised wrongly. */
function otherScheme(
  known: SchemeId,
  request: SignedRequest,
  context: DoctorContext,
  among: (known: SchemeId, other: SchemeId) => boolean,
  budget: Budget,
): Finding[] | null {
  const secrets = [...context.secrets, ...context.otherSecrets]
  const texts = secrets.map(({ secret }) => secret)
  for (const other of schemeIds) {
    if (other === known || other === 'generic-hmac' || !among(known, other)) continue
    if (alike.includes(known) && alike.includes(other) && !isFault(rulesOf[known].read(request, {}))) continue
    const claim = rulesOf[other].read(request, {})
    if (isFault(claim)) continue
    const matched = texts.findIndex(
      (text) =>
        budget.step() &&
        budget.spend(1, request.body.length) &&
        verify(other, request, [text], context.now).matchedSecret !== null,
    )
    if (budget.exhausted && matched < 0) return null
    if (matched < 0) continue
    const { name } = schemes[other]
    const sentence = `The request is signed as ${name} does it, not as ${schemes[known].name}.`
    const findings: Finding[] = [
      { cause: 'other-scheme', sentence, remedy: `Set the scheme of the endpoint to ${name}.` },
    ]
    const foreign = secrets[matched]
    if (foreign !== undefined && matched >= context.secrets.length) {
      findings.push({
        cause: 'secret-of-other-endpoint',
        sentence: `The secret is the one of another endpoint: ${foreign.label}.`,
        remedy: 'Give this endpoint that secret, or correct the URL the sender calls.',
      })
    }
    return findings
  }
  return null
}

function wrongTime(scheme: SchemeId, verdict: Verdict): Diagnosis {
  const { name, timeRule } = schemes[scheme]
  const timestamp = verdict.timestamp ?? 0
  // Milliseconds read as seconds lie in the year 50,000 and beyond, seconds read as milliseconds in January 1970.
  if (timestamp > 32_503_680_000_000 || timestamp < 31_536_000_000) {
    return {
      cause: 'timestamp-unit',
      sentence:
        'The signature is right, but the timestamp is in the wrong unit: seconds and milliseconds were mixed up.',
      remedy: `Write the timestamp in ${scheme === 'hubspot-v3' || scheme === 'linear' ? 'milliseconds' : 'seconds'}, as ${name} does.`,
      certain: true,
    }
  }
  if (verdict.reason === 'stale') {
    return {
      cause: 'timestamp-old',
      sentence: `${verdict.message} It is a repetition of an old request, or the clock of the sender is behind.`,
      remedy: `Sign again for every attempt, and check the clocks. ${name} allows ${timeRule.pastSeconds ?? 0} seconds.`,
      certain: true,
    }
  }
  return {
    cause: 'timestamp-ahead',
    sentence: `${verdict.message} The clock of the sender is ahead, or the one here is behind.`,
    remedy: 'Have both clocks set from the network.',
    certain: true,
  }
}

/** No known header, or not the one of the scheme: perhaps another header holds it. */
function unsigned(request: SignedRequest, context: DoctorContext, budget: Budget, scheme: SchemeId | null): Diagnosis {
  const unlisted = findUnlisted(request, context, budget)
  if (unlisted !== null) return { ...unlisted.finding, certain: true }
  const detected = detectScheme(request.rawHeaders)
  if (detected !== null && scheme !== null && detected !== scheme) {
    return {
      cause: 'other-scheme',
      sentence: `The headers are those of ${schemes[detected].name}, not of ${schemes[scheme].name}.`,
      remedy: `Set the scheme of the endpoint to ${schemes[detected].name} and give it the secret of that sender.`,
      certain: false,
    }
  }
  return {
    cause: 'no-signature',
    sentence: 'No header of the request is a signature that is known here.',
    remedy:
      scheme === null
        ? 'If the sender signs, set the scheme by hand; if a proxy is in between, see whether it drops headers.'
        : `Switch signing on at the sender. A proxy in between must pass on ${schemes[scheme].signatureHeaders[0] ?? 'the header'}.`,
    certain: false,
  }
}

/** What the verdict itself says, where it says what to do. */
function plainly(verdict: Verdict, scheme: SchemeId, isPublicKey: boolean): Diagnosis[] {
  const { name, secretHint } = schemes[scheme]
  const said = (cause: DoctorCause, remedy: string): Diagnosis[] => [
    { cause, sentence: verdict.message, remedy, certain: false },
  ]
  switch (verdict.reason) {
    case 'secret-format':
      return said('secret-format', isPublicKey ? `Set the scheme of the endpoint. ${secretHint}` : secretHint)
    case 'url-unknown':
      return said('url-unknown', 'Type the URL that is registered at the sender, or start the tunnel it goes through.')
    case 'timestamp-missing':
      return said('timestamp-missing', `Send the body as ${name} does, with its timestamp.`)
    case 'wrong-version':
      return said('signature-version', 'Give the endpoint the secret that belongs to this version of signature.')
    case 'header-malformed':
      return said('header-form', 'Have the sender write the header exactly as the scheme does.')
    default:
      return []
  }
}

/** What is odd, without proof that it is the reason. */
function hints(scheme: SchemeId, request: SignedRequest): Diagnosis[] {
  const found: Diagnosis[] = []
  const id = firstHeader(request.rawHeaders, schemes[scheme].idHeader ?? '')
  if (schemes[scheme].secretKind === 'whsec' && id?.includes('.') === true) {
    found.push({
      cause: 'id-with-dots',
      sentence: 'The id has a dot in it, which the standard forbids: dots separate what is signed.',
      remedy: 'Have the sender use ids without dots.',
      certain: false,
    })
  }
  if (firstHeader(request.rawHeaders, 'content-encoding') !== null) {
    found.push({
      cause: 'body-compressed',
      sentence: 'The body arrived compressed. Senders sign it before or after that, and proxies may unpack it.',
      remedy: 'Send it without compression to see whether that is the reason.',
      certain: false,
    })
  }
  return found
}
