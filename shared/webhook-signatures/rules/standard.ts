import { firstHeader, headerValues } from '../../raw-headers.ts'
import { hmac } from '../digests.ts'
import { isFault, malformed, missing, singleHeader, wrongVersion } from '../header-faults.ts'
import { standardKey } from '../keys.ts'
import { inSeconds, readStamp } from '../stamps.ts'
import type { Claim, Fault, Presented, SchemeRules, Written } from '../types.ts'
import { MAX_KEY_PAIR, MAX_PRESENTED, tooLongList, tooMany } from './shared.ts'

/**
 * Standard Webhooks 1.0.0: `id.timestamp.body`, entries `v1,<base64 HMAC-SHA256>` and `v1a,<base64 ed25519>` separated
 * by spaces, unknown versions skipped, any one suffices. Source: spec and reference library 1.1.1. The library reads
 * timestamps with parseInt ("1614265330abc" passes there); here they must be digits. It turns bodies into text before
 * it signs; here they are bytes, so a body that is not UTF-8 can be verified as well.
 */
export const standardWebhooks = rulesWith('standard-webhooks', () => 'webhook-', [
  ['id', 'webhook-id'],
  ['stamp', 'webhook-timestamp'],
  ['signature', 'webhook-signature'],
])

/** Each `svix-` header falls back to its `webhook-` namesake by itself. Source: svix 2.5.0. */
export const svix = rulesWith('svix', svixOrStandard, [
  ['id', 'svix-id'],
  ['stamp', 'svix-timestamp'],
  ['signature', 'svix-signature'],
])

function svixOrStandard(rawHeaders: readonly string[], name: string): string {
  const has = (prefix: string) => firstHeader(rawHeaders, `${prefix}${name}`) !== null
  return !has('svix-') && has('webhook-') ? 'webhook-' : 'svix-'
}

/** GitLab's signing token is Standard Webhooks; the id is its idempotency key as well. */
export const gitlabSigning = rulesWith('gitlab-signing', () => 'webhook-', [
  ['id', 'webhook-id'],
  ['id', 'Idempotency-Key'],
  ['stamp', 'webhook-timestamp'],
  ['signature', 'webhook-signature'],
])

type Field = 'id' | 'stamp' | 'signature'

function rulesWith(
  id: SchemeRules['id'],
  prefixOf: (rawHeaders: readonly string[], name: string) => string,
  written: readonly (readonly [Field, string])[],
): SchemeRules {
  return {
    id,
    read: ({ rawHeaders }) => {
      const messageId = singleHeader(rawHeaders, `${prefixOf(rawHeaders, 'id')}id`)
      if (isFault(messageId)) return messageId
      const name = `${prefixOf(rawHeaders, 'timestamp')}timestamp`
      const stamp = singleHeader(rawHeaders, name)
      if (isFault(stamp)) return stamp
      const timestamp = readStamp(stamp, 'seconds')
      if (timestamp === null) return malformed(`The header ${name} is not a number of seconds.`)
      const presented = readEntries(rawHeaders, `${prefixOf(rawHeaders, 'signature')}signature`)
      return isFault(presented) ? presented : ({ id: messageId, stamp, timestamp, presented } satisfies Claim)
    },
    readKey: standardKey,
    message: ({ id: messageId, stamp, body }) => [`${messageId}.${stamp}.`, body],
    urlForms: null,
    macForm: () => hmac.sha256Base64,
    clock: 'seconds',
    writeStamp: inSeconds,
    write: (signatures, message) => {
      const values = { id: message.id, stamp: message.stamp, signature: signatures.map(entry).join(' ') }
      return written.map(([field, name]) => [name, values[field]])
    },
  }
}

function entry({ text, method }: Written): string {
  return method === 'ed25519' ? `v1a,${text}` : `v1,${text}`
}

/** The header may be repeated: servers join the values with a comma, and the library still finds every entry. */
function readEntries(rawHeaders: readonly string[], name: string): Presented[] | Fault {
  const values = headerValues(rawHeaders, name)
  if (tooLongList(values)) return tooMany(name)
  const entries = values.flatMap((value) => value.split(' ')).filter((text) => text !== '')
  if (entries.length === 0) return missing(name)
  const presented: Presented[] = []
  let versions = 0
  for (const text of entries) {
    const [version = '', signature] = text.split(',')
    if (signature === undefined) continue
    versions += 1
    if (version === 'v1') presented.push({ text: signature, method: 'mac' })
    else if (version === 'v1a') presented.push({ text: signature, method: 'ed25519' })
  }
  if (presented.length > MAX_PRESENTED) return tooMany(name)
  if (presented.filter(({ method }) => method === 'ed25519').length > MAX_KEY_PAIR) return tooMany(name, MAX_KEY_PAIR)
  if (presented.length > 0) return presented
  return versions > 0
    ? wrongVersion(`The header ${name} has no signature of version v1 or v1a.`)
    : malformed(`The header ${name} is not a list of "v1," and a signature.`)
}
