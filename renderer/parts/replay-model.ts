import type { Pace, ReplayInput, Resign } from '../../shared/contract/deliveries.ts'
import type { Endpoint, Header } from '../../shared/contract/receiver.ts'
import type { SchemeId } from '../../shared/webhook-schemes.ts'
import { sendsSecret } from './signing-model.ts'

/** What the operator chose for a replay; the secret itself stays in its field. */
export interface ReplayForm {
  readonly url: string
  /** Append what stands below the slug, and the query. */
  readonly keepPath: boolean
  /** Null leaves the signature as it was captured. */
  readonly scheme: SchemeId | null
  /** A secret of the endpoint, its first one, or one typed here and not stored. */
  readonly secret: number | 'first' | 'typed'
  readonly timestamp: 'original' | 'fresh'
  readonly pace: 'fast' | 'rate' | 'original'
  readonly perSecond: number
  readonly speed: number
  readonly concurrency: number
  readonly timeoutSeconds: number
}

export const usualReplay: ReplayForm = {
  url: '',
  keepPath: false,
  scheme: null,
  secret: 'first',
  timestamp: 'fresh',
  pace: 'fast',
  perSecond: 10,
  speed: 1,
  concurrency: 4,
  timeoutSeconds: 30,
}

/**
 * The form with a secret as long as none is chosen: the first one of the endpoint, where the request is signed by the
 * endpoint's own scheme (`captured` where it has none set). A secret of one scheme is never offered to another by
 * itself, least of all to one that sends it along: there one has to be typed.
 */
export function withSecretOf(
  form: ReplayForm,
  endpoint: Pick<Endpoint, 'secrets' | 'scheme'> | null,
  captured: SchemeId | null,
): ReplayForm {
  if (form.secret !== 'first' || form.scheme === null) return form
  if (endpoint === null) return sendsSecret(form.scheme) ? { ...form, secret: 'typed' } : form
  const isOwn = form.scheme === (endpoint.scheme ?? captured)
  return { ...form, secret: (isOwn ? endpoint.secrets[0]?.id : undefined) ?? 'typed' }
}

/** The form after a change. A secret of the endpoint was chosen for the scheme of before and does not go with another. */
export function changedForm(form: ReplayForm, change: Partial<ReplayForm>): ReplayForm {
  const isOther = change.scheme !== undefined && change.scheme !== form.scheme && typeof form.secret === 'number'
  return { ...form, ...(isOther ? { secret: 'first' } : {}), ...change }
}

/** What both replay calls have in common. `typed` is the secret of the field, for when it is wanted. */
export function replayFields(
  form: ReplayForm,
  typed: string,
): Pick<ReplayInput, 'url' | 'keepPath' | 'timestamp' | 'resign' | 'timeoutMs'> {
  return {
    url: form.url.trim(),
    keepPath: form.keepPath,
    // Without a new signature another time would make the old one wrong.
    timestamp: form.scheme === null ? 'original' : form.timestamp,
    resign: form.scheme === null ? null : resignOf(form.scheme, form.secret, typed),
    timeoutMs: Math.round(form.timeoutSeconds * 1_000),
  }
}

/** How fast, as the call takes it. */
export function paceOf(form: ReplayForm): Pace {
  if (form.pace === 'original') return { kind: 'original', speed: form.speed }
  return { kind: 'rate', perSecond: form.pace === 'rate' ? form.perSecond : null }
}

/** Headers as lines "Name: value", for editing. */
export function headerLines(pairs: readonly (readonly [string, string])[]): string {
  return pairs.map(([name, value]) => `${name}: ${value}`).join('\n')
}

/** The headers of such lines, or what is wrong with the first line that is none. Empty lines are left out. */
export function readHeaderLines(text: string): { readonly headers: Header[] } | { readonly problem: string } {
  const headers: Header[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(0, colon)).trim()
    if (name === '') return { problem: `Line ${index + 1} is no header: write “Name: value”.` }
    headers.push({ name, value: line.slice(colon + 1).trim() })
  }
  return { headers }
}

function resignOf(scheme: SchemeId, secret: ReplayForm['secret'], typed: string): Resign {
  if (secret === 'typed') return { scheme, secret: typed }
  return secret === 'first' ? { scheme } : { scheme, secretId: secret }
}
