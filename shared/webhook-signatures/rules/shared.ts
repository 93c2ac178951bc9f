import type { SchemeOptions } from '../../webhook-schemes.ts'
import { hmac, macFormOfLength } from '../digests.ts'
import { isFault, malformed, singleHeader, wrongVersion } from '../header-faults.ts'
import type { Claim, Fault, MacForm, SignedRequest } from '../types.ts'

/** Signatures of one request that are looked at. Rotation needs a dozen; ten thousand would be an attack. */
export const MAX_PRESENTED = 64

/** Characters above which a list of signatures is not taken apart: 64 of the longest, with room. */
const LONG_LIST = 16 * 1024

export function tooLongList(values: readonly string[]): boolean {
  let length = 0
  for (const value of values) length += value.length
  return length > LONG_LIST
}

/** Those of key pairs, each of which goes over the whole body twice. A rotation has two. */
export const MAX_KEY_PAIR = 4

export function tooMany(name: string, most: number = MAX_PRESENTED): Fault {
  const kind = most === MAX_KEY_PAIR ? 'signatures made with key pairs' : 'signatures'
  return malformed(`The header ${name} has more than ${most} ${kind}.`)
}

/** `<prefix><signature>` in a header that is there once. `prefix` "v0=" also tells other versions from junk. */
export function prefixedHeader(request: SignedRequest, name: string, prefix: string): string | Fault {
  const value = singleHeader(request.rawHeaders, name)
  if (isFault(value)) return value
  if (prefix === '') return value
  if (value.startsWith(prefix)) {
    const signature = value.slice(prefix.length)
    return signature === '' ? malformed(`The header ${name} has no signature after "${prefix}".`) : signature
  }
  return /^[a-z]+\d+=/.test(value)
    ? wrongVersion(`The header ${name} has a signature of another version than "${prefix}".`)
    : malformed(`The header ${name} does not begin with "${prefix}".`)
}

/** Algorithm and encoding by the length of what was sent; by the options when signing. */
export function formByLength(options: SchemeOptions, presented: string | null): MacForm {
  const known = presented === null ? null : macFormOfLength(presented)
  return known ?? formOf(options)
}

export function formOf({ algorithm = 'sha256', encoding = 'hex' }: SchemeOptions): MacForm {
  const forms = {
    sha1: { hex: hmac.sha1Hex, base64: hmac.sha1Base64 },
    sha256: { hex: hmac.sha256Hex, base64: hmac.sha256Base64 },
    sha512: { hex: hmac.sha512Hex, base64: hmac.sha512Base64 },
  }
  return forms[algorithm][encoding]
}

/** Claim of a scheme with one signature and neither id nor timestamp. */
export function claimed(text: string | Fault): Claim | Fault {
  return isFault(text) ? text : { id: '', stamp: '', timestamp: null, presented: [{ text, method: 'mac' }] }
}
