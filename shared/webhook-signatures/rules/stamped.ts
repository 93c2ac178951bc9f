import { headerValues } from '../../raw-headers.ts'
import { hmac } from '../digests.ts'
import { isFault, malformed, missing, singleHeader, wrongVersion } from '../header-faults.ts'
import { textKey } from '../keys.ts'
import { inSeconds, readEitherStamp, readStamp } from '../stamps.ts'
import type { Claim, Fault, Presented, SchemeRules } from '../types.ts'
import { formByLength, MAX_PRESENTED, prefixedHeader, tooLongList, tooMany } from './shared.ts'

/**
 * `t=<seconds>,v1=<hex>[,v1=…]`, signed is `t.body`. Entries of other versions (v0) are ignored, any v1 suffices.
 * The secret is used as text, whsec_ included. Only age is checked: stamps of the future pass. Source: stripe 23.1.0.
 */
export const stripe: SchemeRules = {
  id: 'stripe',
  read: ({ rawHeaders }) => readPairs(rawHeaders, 'stripe-signature', ',', 't', /^v1$/),
  readKey: textKey,
  message: ({ stamp, body }) => [`${stamp}.`, body],
  urlForms: null,
  macForm: () => hmac.sha256Hex,
  clock: 'seconds',
  writeStamp: inSeconds,
  write: (signatures, { stamp }) => [
    ['Stripe-Signature', [`t=${stamp}`, ...signatures.map(({ text }) => `v1=${text}`)].join(',')],
  ],
}

/**
 * `ts=<seconds>;h1=<hex>[;h1=…]`, signed is `ts:body`. Paddle's package (3.10.0) looks only at the last h1, which breaks
 * while a secret rotates; here any suffices, as their documentation says. It compares milliseconds, so the sixth second
 * is too late from its first millisecond.
 */
export const paddle: SchemeRules = {
  id: 'paddle',
  read: ({ rawHeaders }) => readPairs(rawHeaders, 'paddle-signature', ';', 'ts', /^h1$/),
  readKey: textKey,
  message: ({ stamp, body }) => [`${stamp}:`, body],
  urlForms: null,
  macForm: () => hmac.sha256Hex,
  clock: 'milliseconds',
  writeStamp: inSeconds,
  write: (signatures, { stamp }) => [
    ['Paddle-Signature', [`ts=${stamp}`, ...signatures.map(({ text }) => `h1=${text}`)].join(';')],
  ],
}

/**
 * `t=<seconds>,v1=<digest>[,v2=…]`, signed is `t,body`: a comma. The number counts the scheme in the settings of the
 * project, not a version, so all are looked at; SHA-256 or SHA-512, hex or base64. Source: convoy pkg/signature.
 */
export const convoyAdvanced: SchemeRules = {
  id: 'convoy-advanced',
  read: ({ rawHeaders }) => readPairs(rawHeaders, 'x-convoy-signature', ',', 't', /^v\d{1,3}$/),
  readKey: textKey,
  message: ({ stamp, body }) => [`${stamp},`, body],
  urlForms: null,
  macForm: formByLength,
  clock: 'seconds',
  writeStamp: inSeconds,
  write: (signatures, { id, stamp }) => [
    ['X-Convoy-Idempotency-Key', id],
    ['X-Convoy-Signature', [`t=${stamp}`, ...signatures.map(({ text }) => `v1=${text}`)].join(',')],
  ],
}

/** Signed is `v0:timestamp:body`, with the text of the header. Stamps of the future pass. Source: bolt 5.1.0. */
export const slack: SchemeRules = {
  id: 'slack',
  read: (request) => readBeside(request, 'x-slack-signature', 'x-slack-request-timestamp', inSecondsOnly),
  readKey: textKey,
  message: ({ stamp, body }) => [`v0:${stamp}:`, body],
  urlForms: null,
  macForm: () => hmac.sha256Hex,
  clock: 'seconds',
  writeStamp: inSeconds,
  write: ([signature], { stamp }) => [
    ['X-Slack-Request-Timestamp', stamp],
    ['X-Slack-Signature', `v0=${signature?.text ?? ''}`],
  ],
}

/** As Slack's; Zoom leaves the time rule to the receiver. */
export const zoom: SchemeRules = {
  ...slack,
  id: 'zoom',
  read: (request) => readBeside(request, 'x-zm-signature', 'x-zm-request-timestamp', readEitherStamp),
  write: ([signature], { stamp }) => [
    ['x-zm-request-timestamp', stamp],
    ['x-zm-signature', `v0=${signature?.text ?? ''}`],
  ],
}

function inSecondsOnly(text: string): number | null {
  return readStamp(text, 'seconds')
}

function readBeside(
  request: Parameters<SchemeRules['read']>[0],
  signatureHeader: string,
  stampHeader: string,
  readTime: (text: string) => number | null,
): Claim | Fault {
  const text = prefixedHeader(request, signatureHeader, 'v0=')
  if (isFault(text)) return text
  const stamp = singleHeader(request.rawHeaders, stampHeader)
  if (isFault(stamp)) return stamp
  const timestamp = readTime(stamp)
  if (timestamp === null) return malformed(`The header ${stampHeader} is not a number.`)
  return { id: '', stamp, timestamp, presented: [{ text, method: 'mac' }] }
}

/**
 * Pairs of a header that holds timestamp and signatures. Repeated headers are read as one; when their timestamps differ
 * nobody can say which was signed, and the request is refused.
 */
function readPairs(
  rawHeaders: readonly string[],
  name: string,
  separator: string,
  stampKey: string,
  signatureKey: RegExp,
): Claim | Fault {
  const values = headerValues(rawHeaders, name).filter((value) => value !== '')
  if (values.length === 0) return missing(name)
  if (tooLongList(values)) return tooMany(name)
  let stamp: string | null = null
  let pairs = 0
  const presented: Presented[] = []
  for (const pair of values.flatMap((value) => value.split(separator))) {
    const at = pair.indexOf('=')
    if (at < 0) continue
    pairs += 1
    const key = pair.slice(0, at)
    const value = pair.slice(at + 1)
    if (key === stampKey) {
      if (stamp !== null && stamp !== value) return malformed(`The header ${name} has two different timestamps.`)
      stamp = value
    } else if (signatureKey.test(key)) {
      presented.push({ text: value, method: 'mac' })
    }
  }
  if (pairs === 0) return malformed(`The header ${name} is not a list of "${stampKey}=" and a signature.`)
  const timestamp = stamp === null ? null : readStamp(stamp, 'seconds')
  if (stamp === null || timestamp === null) {
    return malformed(`The header ${name} has no "${stampKey}=" with a number of seconds.`)
  }
  if (presented.length === 0)
    return wrongVersion(`The header ${name} has a timestamp but no signature of a known version.`)
  return presented.length > MAX_PRESENTED ? tooMany(name) : { id: '', stamp, timestamp, presented }
}
