import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { invalidField } from '../problems.ts'
import { genericDefaults, type SchemeId, type SchemeInfo, type SchemeOptions, schemes } from '../webhook-schemes.ts'
import { digestText, signedWith } from './digests.ts'
import { rawPublicKey } from './keys.ts'
import { rulesOf } from './rules/index.ts'
import { bodyHash, isForm } from './rules/url-bound.ts'
import type { Key, MessageToSign, Part, SchemeRules, Written } from './types.ts'

/**
 * The headers that sign a message: id, timestamp and signature, in the vendor's own spelling. Several secrets are a
 * rotation: all of their signatures where the scheme has room for them (Standard Webhooks, Svix, GitLab's signing
 * token, Stripe, Paddle, Convoy advanced, Outpost, two for Hookdeck), else that of the first.
 *
 * Twilio covers a body that is not a form only through its hash in the URL, and Linear the time only in the body: call
 * `prepareToSign` first and send what it returns.
 *
 * Throws `INVALID_INPUT` when a secret has the wrong form or cannot sign, and when id or secret cannot stand in a header.
 */
export function sign(
  scheme: SchemeId,
  message: MessageToSign,
  secrets: readonly string[],
  options: SchemeOptions | null = null,
): [name: string, value: string][] {
  const rules = rulesOf[scheme]
  const chosen = options ?? {}
  if (secrets.length === 0) throw invalidField('secret', `${schemes[scheme].name} needs a secret to sign with.`)
  if (!/^[\x21-\x7e]{1,256}$/.test(message.id)) {
    throw invalidField('id', 'The id of the delivery has to be 1 to 256 visible ASCII characters, without spaces.')
  }
  if (!Number.isFinite(message.timestamp) || message.timestamp < 0) {
    throw invalidField('timestamp', 'The timestamp has to be a number of milliseconds since 1970.')
  }
  const keys = secrets.map((secret) => requiredKey(rules, schemes[scheme], secret))
  const stamp = rules.writeStamp?.(message.timestamp) ?? ''
  const parts = signedParts(rules, message, stamp)
  const written = keys.map((key) => writtenBy(rules, chosen, key, parts))
  return rules.write(written, { id: message.id, stamp }, chosen)
}

/**
 * What must change in a message before it is signed, so that the vendor's code accepts it: the hash of a body that is
 * not a form in the URL (Twilio), the timestamp in the body (Linear, where the body has one). Everything else stays as
 * it is, byte for byte.
 */
export function prepareToSign(scheme: SchemeId, message: MessageToSign): MessageToSign {
  if (scheme === 'twilio') return { ...message, url: twilioUrl(message) }
  if (scheme === 'linear') return { ...message, body: restampedForLinear(message) }
  return message
}

/** Lower-case names of the headers that `sign` sets, and of others the scheme is read from: a new signature replaces all. */
export function signatureHeaderNames(scheme: SchemeId, options: SchemeOptions | null = null): readonly string[] {
  const info = schemes[scheme]
  const written = rulesOf[scheme].write([{ text: '', method: 'mac' }], { id: '', stamp: '' }, options ?? {})
  const read =
    scheme === 'generic-hmac'
      ? [options?.header ?? genericDefaults.header]
      : [...info.signatureHeaders, ...(scheme === 'svix' ? ['webhook-id', 'webhook-timestamp'] : [])]
  return [...new Set([...written.map(([name]) => name.toLowerCase()), ...read.map((name) => name.toLowerCase())])]
}

/**
 * A secret as the vendor makes them, for test endpoints. For Discord and SendGrid `secret` holds the private key as
 * well, and `publicKey` is what their pages show.
 */
export function generateSecret(scheme: SchemeId): { secret: string; publicKey?: string } {
  switch (scheme) {
    case 'standard-webhooks':
    case 'svix':
    case 'gitlab-signing':
      return { secret: `whsec_${randomBytes(32).toString('base64')}` }
    case 'stripe':
      return { secret: `whsec_${randomBytes(24).toString('base64url')}` }
    case 'slack':
    case 'twilio':
      return { secret: randomBytes(16).toString('hex') }
    case 'paddle':
      return { secret: `pdl_ntfset_${randomBytes(13).toString('hex')}_${randomBytes(24).toString('base64url')}` }
    case 'linear':
      return { secret: `lin_wh_${randomBytes(30).toString('base64url')}` }
    case 'hubspot-v1':
    case 'hubspot-v2':
    case 'hubspot-v3':
      return { secret: randomUUID() }
    case 'discord': {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519')
      const shown = Buffer.from(rawPublicKey(publicKey), 'base64url')
      const seed = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url')
      return { secret: Buffer.concat([seed, shown]).toString('hex'), publicKey: shown.toString('hex') }
    }
    case 'sendgrid': {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
      return {
        secret: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
        publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
      }
    }
    default:
      // 32 bytes would read as a public key: see `readsAsPublicKey`.
      return { secret: randomBytes(40).toString('hex') }
  }
}

function requiredKey(rules: SchemeRules, info: SchemeInfo, secret: string): Key {
  const key = rules.readKey(secret)
  if (key === null) {
    throw invalidField('secret', `The secret does not have the form ${info.name} needs. ${info.secretHint}`, [
      'Copy the secret again, whole and without anything around it.',
    ])
  }
  if (key.kind !== 'mac' && key.privateKey === null) {
    throw invalidField('secret', 'This is a public key. It can verify, but signing needs the private one.', [
      'Generate a test secret, which has both.',
    ])
  }
  return key
}

function signedParts(rules: SchemeRules, message: MessageToSign, stamp: string): readonly Part[] {
  const { method, body, id, contentType } = message
  const url = rules.id === 'twilio' ? message.url : (rules.urlForms?.(message.url)[0] ?? message.url)
  const parts = rules.message({ method, url, body, id, stamp, contentType })
  if (parts === null) {
    throw invalidField('url', 'The URL has a bodySHA256 of another body.', ['Take it out of the URL, or sign anew.'])
  }
  return parts
}

function writtenBy(rules: SchemeRules, options: SchemeOptions, key: Key, parts: readonly Part[]): Written {
  const form = rules.macForm(options, null)
  if (key.kind === 'mac') {
    const text = digestText(form, key, parts).toString('latin1')
    // A plain secret goes into the header as it is; a line break there would end the header.
    if (/[^\t\x20-\x7e\x80-\xff]/.test(text)) {
      throw invalidField('secret', 'The secret has characters that cannot stand in a header.')
    }
    return { text, method: 'mac' }
  }
  const signature = signedWith(key, parts)
  return { text: signature?.toString(form.encoding) ?? '', method: key.kind }
}

function twilioUrl({ url, body, contentType }: MessageToSign): string {
  if (isForm(contentType) || (body.length === 0 && !url.includes('bodySHA256'))) return url
  const hash = `bodySHA256=${bodyHash(body)}`
  if (/[?&]bodySHA256=/.test(url)) return url.replace(/([?&])bodySHA256=[^&#]*/, `$1${hash}`)
  const [bare = '', fragment] = url.split('#', 2)
  const joined = `${bare}${bare.includes('?') ? '&' : '?'}${hash}`
  return fragment === undefined ? joined : `${joined}#${fragment}`
}

/** Changes the digits and nothing else. A body without the field, or that is no JSON, stays as it is. */
function restampedForLinear({ body, timestamp }: MessageToSign): Uint8Array {
  const text = Buffer.from(body).toString('latin1')
  const stamped = text.replace(/("webhookTimestamp"\s*:\s*)-?[\d.eE+-]+/, `$1${Math.floor(timestamp)}`)
  return stamped === text ? body : Buffer.from(stamped, 'latin1')
}
