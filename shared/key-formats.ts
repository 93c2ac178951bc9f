import { kindOfName, providerOfName } from './key-formats/names.ts'
import { accessTokens, type KeyForm, keyFamilies, keyForms } from './key-formats/rules.ts'
import { MAX_KEY_LENGTH } from './limits.ts'
import { type KeyKind, type ProviderId, providerInfo } from './providers.ts'

export { isKeyName } from './key-formats/names.ts'
export { readPaste } from './key-formats/paste.ts'

export interface KeyDetection {
  readonly provider: ProviderId
  readonly kind: KeyKind
  /** `strong`: the form belongs to one provider. `none`: nothing is known, the value is kept as it is. */
  readonly confidence: 'strong' | 'medium' | 'weak' | 'none'
  /** Row of the table of forms ("6" is an OpenAI project key), or null. */
  readonly rule: string | null
  /** What the operator should know about this form, or null. */
  readonly note: string | null
}

/**
 * Says which provider and kind a key probably has. Only ever a hint: every value gets an answer, none is refused.
 * A name (`MISTRAL_API_KEY`) decides between forms that several providers share, never against a telling form.
 */
export function detectKey(value: string, context: { variableName?: string | null } = {}): KeyDetection {
  const name = context.variableName ?? null
  const named = name === null ? null : providerOfName(name)
  return (
    byShape(value, name, named) ??
    byPrefix(value, name, named) ??
    byAccessToken(value, named) ??
    byName(value, name, named) ?? { provider: 'custom', kind: 'unknown', confidence: 'none', rule: null, note: null }
  )
}

function byShape(value: string, name: string | null, named: ProviderId | null): KeyDetection | null {
  if (value.length > MAX_KEY_LENGTH) return null
  for (const form of keyForms) {
    const elsewhere = named !== null && named !== form.provider
    if (form.onlyByName === true && named !== form.provider) continue
    if (form.confidence === 'weak' && elsewhere) continue
    if (!form.shape.test(value)) continue
    if (form.kind === 'signing-secret') return signingSecret(form, name, named)
    const sure = form.confidence === 'weak' && named === form.provider
    return {
      provider: form.provider,
      kind: kindOf(form, name),
      confidence: sure ? 'medium' : form.confidence,
      rule: form.id,
      note: withDoubt(sure ? null : (form.note ?? null), form.provider, named),
    }
  }
  return null
}

/** Standard Webhooks made Stripe's form a common one: a name that speaks of someone else means someone else. */
function signingSecret(form: KeyForm, name: string | null, named: ProviderId | null): KeyDetection {
  const others = name !== null && named !== 'stripe'
  const provider = others ? 'custom' : form.provider
  const sure = named === 'stripe'
  return {
    provider,
    kind: 'signing-secret',
    confidence: sure || form.provider === 'custom' ? 'medium' : 'weak',
    rule: form.id,
    note: sure ? null : (form.note ?? null),
  }
}

/** Providers whose management keys look like the others are told apart by the name of the variable. */
function kindOf(form: KeyForm, name: string | null): KeyKind {
  if (name === null || form.kind !== 'standard') return form.kind
  if (form.provider !== 'xai' && form.provider !== 'openrouter') return form.kind
  return kindOfName(form.provider, name) ?? form.kind
}

/** The beginning is telling but the rest is not as expected: a new form, or a key that was cut off. */
function byPrefix(value: string, name: string | null, named: ProviderId | null): KeyDetection | null {
  let best: { head: string; detection: KeyDetection } | null = null
  for (const form of keyForms) {
    const head = form.prefix?.exec(value)?.[0]
    if (head === undefined || head.length <= (best?.head.length ?? 0)) continue
    const confidence = head.length >= 6 ? 'medium' : 'weak'
    if (confidence === 'weak' && named !== null && named !== form.provider) continue
    if (form.kind === 'signing-secret') {
      best = { head, detection: signingSecret(form, name, named) }
      continue
    }
    const note = `It begins like a key of ${providerInfo(form.provider).name}, but the rest has an unusual length or other characters. Check that it is whole.`
    best = {
      head,
      detection: {
        provider: form.provider,
        kind: kindOf(form, name),
        confidence,
        rule: form.id,
        note: withDoubt(note, form.provider, named),
      },
    }
  }
  for (const family of keyFamilies) {
    const head = family.prefix.exec(value)?.[0]
    if (head === undefined || head.length <= (best?.head.length ?? 0)) continue
    if (head.length < 6 && named !== null && named !== family.provider) continue
    const detection: KeyDetection = {
      provider: family.provider,
      kind: family.kind,
      confidence: head.length >= 6 ? 'medium' : 'weak',
      rule: null,
      note: withDoubt(family.note, family.provider, named),
    }
    best = { head, detection }
  }
  return best?.detection ?? null
}

function byAccessToken(value: string, named: ProviderId | null): KeyDetection | null {
  const token = accessTokens.find(({ prefix }) => prefix.test(value))
  if (token === undefined) return null
  return { provider: named ?? 'custom', kind: 'oauth-token', confidence: 'weak', rule: null, note: token.note }
}

function byName(value: string, name: string | null, named: ProviderId | null): KeyDetection | null {
  if (name === null || named === null || value === '') return null
  return {
    provider: named,
    kind: kindOfName(named, name) ?? (named === 'openai' ? 'project' : 'standard'),
    confidence: 'weak',
    rule: null,
    note: `Only the name ${name} says that this is a key of ${providerInfo(named).name}.`,
  }
}

function withDoubt(note: string | null, provider: ProviderId, named: ProviderId | null): string | null {
  if (named === null || named === provider) return note
  const doubt = `The name of the variable suggests ${providerInfo(named).name}, but the key has the form of ${providerInfo(provider).name}.`
  return note === null ? doubt : `${doubt} ${note}`
}

/** Stands for everything between head and tail, always the same width, so that the length does not show. */
export const MASK_DOTS = '\u2022'.repeat(8)
const TAIL = 4
/** A tail is shown only if at least so many characters stay hidden or belong to it. */
const MIN_BODY = 12

/**
 * A key as it may be shown: telling prefix with its mode, dots of fixed width, last four characters. Shows no head
 * of an unknown form, and no tail of a value of less than twelve characters after the prefix.
 */
export function maskKey(value: string): string {
  let head = ''
  for (const { prefix } of [...keyForms, ...keyFamilies, ...accessTokens]) {
    const found = prefix?.exec(value)?.[0] ?? ''
    if (found.length > head.length) head = found
  }
  const tail = value.length - head.length >= MIN_BODY ? value.slice(-TAIL) : ''
  return `${head}${MASK_DOTS}${/^[\x21-\x7e]*$/.test(tail) ? tail : ''}`
}

/** The shortest form that belongs to one provider has eighteen characters. */
const SHORTEST_SURE = 18

/**
 * Whether a text that is kept and shown in plain (a name, a note, a tag) has a key in it by mistake: the value
 * `secret`, or anything of a form that belongs to one provider. Keys that are meant to be public do not count.
 */
export function holdsKey(text: string, secret: string | null = null): boolean {
  if (secret !== null && (text === secret || (secret.length >= MIN_BODY && text.includes(secret)))) return true
  return text.split(/[^\w.-]+/).some((word) => {
    const value = word.replace(/^[.-]+|\.+$/g, '')
    if (value.length < SHORTEST_SURE) return false
    const { confidence, kind } = detectKey(value)
    return confidence === 'strong' && kind !== 'publishable'
  })
}
