import { schemes } from '../../webhook-schemes.ts'
import { macKey } from '../keys.ts'
import type { Key, SchemeRules } from '../types.ts'
import { as, type KeyCandidate, type LabelledSecret, unchanged } from './types.ts'

const KEEP = 'Keep the secret exactly as it is shown, on both sides.'
const COPY = 'Copy the secret again, whole and without anything around it.'

/** Every usable way to read the secrets of this endpoint as they are. */
export function ownKeys(rules: SchemeRules, secrets: readonly LabelledSecret[]): KeyCandidate[] {
  return secrets.flatMap(({ secret }) => {
    const key = rules.readKey(secret)
    return key === null ? [] : [unchanged(key)]
  })
}

/** Keys that come of the known mistakes with a secret, likeliest first, none twice. */
export function mistakenKeys(rules: SchemeRules, secrets: readonly LabelledSecret[]): KeyCandidate[] {
  const seen = new Set<string>()
  const known = (key: Key) => (key.kind === 'mac' ? `mac ${key.bytes.toString('hex')}` : null)
  for (const { value } of ownKeys(rules, secrets)) seen.add(known(value) ?? '')
  const found: KeyCandidate[] = []
  const candidates = secrets.flatMap((labelled) => [...formsOf(rules, labelled)])
  for (const candidate of [...candidates, ...emptySecrets(rules)]) {
    const identity = known(candidate.value)
    if (identity !== null && seen.has(identity)) continue
    if (identity !== null) seen.add(identity)
    found.push(candidate)
  }
  return found
}

export function keysOfOthers(rules: SchemeRules, others: readonly LabelledSecret[]): KeyCandidate[] {
  return others.flatMap(({ label, secret }) => {
    const sentence = `The request is signed with the secret of another endpoint: ${label}.`
    const remedy = 'Give this endpoint that secret, or correct the URL the sender calls.'
    return readings(rules, secret).map((key) => as(key, 'secret-of-other-endpoint', sentence, remedy))
  })
}

/** As the scheme reads it; and, where it reads base64, the text itself as well. */
function readings(rules: SchemeRules, secret: string): Key[] {
  const key = rules.readKey(secret)
  const text = symmetric(rules) ? macKey(Buffer.from(secret, 'utf8')) : null
  return [key, schemes[rules.id].secretKind === 'whsec' ? text : null].filter((found) => found !== null)
}

function* formsOf(rules: SchemeRules, { label, secret }: LabelledSecret): Generator<KeyCandidate> {
  const called = label === '' ? 'The secret' : `The secret "${label}"`
  const trimmed = secret.trim()
  const bare = unquoted(trimmed)
  const cleaned = [
    {
      text: trimmed,
      cause: 'secret-whitespace',
      said: 'has spaces or a line break around it that the sender does not use',
    },
    { text: bare, cause: 'secret-quotes', said: 'has quotation marks around it that the sender does not use' },
    {
      text: trimmed.replace(/\s+/g, ''),
      cause: 'secret-whitespace',
      said: 'has spaces or line breaks in it that the sender does not use',
    },
    {
      text: decodedPercent(trimmed),
      cause: 'secret-encoding',
      said: 'is percent-encoded here, and the sender uses it decoded',
    },
    { text: secret.toLowerCase(), cause: 'secret-case', said: 'has capital letters here that the sender does not use' },
    {
      text: secret.toUpperCase(),
      cause: 'secret-case',
      said: 'has small letters here where the sender uses capital ones',
    },
  ] as const
  for (const { text, cause, said } of cleaned) {
    const key = text === null || text === secret ? null : rules.readKey(text)
    if (key !== null) yield as(key, cause, `${called} ${said}.`, COPY)
  }
  if (symmetric(rules)) yield* symmetricForms(rules, called, bare)
}

/** What the other side may have made of the text of a symmetric secret. */
function* symmetricForms(rules: SchemeRules, called: string, text: string): Generator<KeyCandidate> {
  const body = text.replace(/^(?:v1,)?whsec_/, '')
  const decodes = schemes[rules.id].secretKind === 'whsec'
  const base64 = Buffer.from(body, 'base64')
  if (decodes) {
    const plainly = 'The sender uses the text of the secret; the scheme wants it decoded from base64 first.'
    const remedy = 'Have the sender decode the part after whsec_ from base64, and sign with the bytes.'
    yield as(macKey(Buffer.from(text, 'utf8')), 'secret-encoding', plainly, remedy)
    yield as(macKey(Buffer.from(body, 'utf8')), 'secret-encoding', `${plainly} It leaves the prefix out.`, remedy)
    yield as(macKey(Buffer.from(`whsec_${body}`, 'utf8')), 'secret-encoding', `${plainly} It keeps the prefix.`, remedy)
  }
  for (const ending of ['\n', '\r\n']) {
    const sentence = 'The sender has a line break behind its secret, and signs with it.'
    yield as(
      macKey(Buffer.from(text + ending, 'utf8')),
      'secret-newline',
      sentence,
      'Take the line break out at the sender: echo adds one, printf does not.',
    )
  }
  const withoutPrefix = text.replace(/^[a-z0-9]+(?:_[a-z]+)*_/i, '')
  if (!decodes) {
    const dropped = `The sender signs with the secret without its prefix.`
    if (body !== text) yield as(macKey(Buffer.from(body, 'utf8')), 'secret-prefix', dropped, KEEP)
    if (withoutPrefix !== text) yield as(macKey(Buffer.from(withoutPrefix, 'utf8')), 'secret-prefix', dropped, KEEP)
    const added = `${called} lacks the prefix whsec_ that the sender uses.`
    yield as(macKey(Buffer.from(`whsec_${text}`, 'utf8')), 'secret-prefix', added, KEEP)
    const decoded = `The sender decodes the secret from base64 before it signs; ${schemes[rules.id].name} uses the text itself.`
    const remedy = 'Have the sender use the text of the secret, whole.'
    if (base64.length > 0) yield as(macKey(base64), 'secret-encoding', decoded, remedy)
    const rest = Buffer.from(withoutPrefix, 'base64')
    if (rest.length > 0) yield as(macKey(rest), 'secret-encoding', decoded, remedy)
  } else if (base64.length > 0) {
    const sentence = `${called} is not clean base64 with padding; the sender reads it nevertheless.`
    yield as(macKey(base64), 'secret-encoding', sentence, COPY)
  }
  if (/^(?:[0-9a-f]{2})+$/i.test(body)) {
    const sentence = 'The sender reads the secret as hexadecimal bytes, and signs with those.'
    yield as(
      macKey(Buffer.from(body, 'hex')),
      'secret-encoding',
      sentence,
      'Let both sides use the secret in the same way.',
    )
  }
}

/** What programs sign with whose secret was never set. */
function emptySecrets(rules: SchemeRules): KeyCandidate[] {
  if (!symmetric(rules) || rules.id === 'gitlab-token') return []
  return ['', 'undefined', 'null', 'None'].map((text) => {
    const what = text === '' ? 'an empty secret' : `the word "${text}" for a secret`
    const sentence = `The sender signs with ${what}: its setting is not set.`
    return as(macKey(Buffer.from(text)), 'secret-empty', sentence, 'Set the secret at the sender and start it again.')
  })
}

function symmetric(rules: SchemeRules): boolean {
  return schemes[rules.id].secretKind !== 'public-key'
}

function unquoted(text: string): string {
  return /^(["'`]).*\1$/s.test(text) && text.length > 1 ? text.slice(1, -1).trim() : text
}

function decodedPercent(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
