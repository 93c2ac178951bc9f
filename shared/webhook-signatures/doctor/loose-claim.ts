import { firstHeader, headerValues } from '../../raw-headers.ts'
import { type SchemeOptions, schemes } from '../../webhook-schemes.ts'
import { isFault } from '../header-faults.ts'
import type { SchemeRules, SignedRequest, VerdictReason } from '../types.ts'

/** What a request claims, read as kindly as can be: also out of headers the scheme itself refuses. */
export interface LooseClaim {
  readonly id: string
  readonly stamp: string
  /** Texts that may be signatures; `strict` ones are those the scheme itself reads. */
  readonly texts: readonly { readonly text: string; readonly strict: boolean }[]
  /** Why the scheme does not read the headers, or null when it does. */
  readonly fault: VerdictReason | null
  readonly repeated: boolean
}

const MAX_TEXTS = 24
/** Characters above which a value is no signature: 24 of SHA-512 in base64 fit. */
const LONG_VALUE = 2 * 1024
/** Headers of one name that are looked at. */
const MAX_VALUES = 24

export function looseClaim(rules: SchemeRules, request: SignedRequest, options: SchemeOptions): LooseClaim {
  const claim = rules.read(request, options)
  const info = schemes[rules.id]
  const names =
    rules.id === 'generic-hmac' && options.header !== undefined ? [options.header.toLowerCase()] : info.signatureHeaders
  const values = names.map((name) => headerValues(request.rawHeaders, name).slice(0, MAX_VALUES))
  const presented = isFault(claim) ? [] : claim.presented.map(({ text }) => text)
  const strict = presented.filter((text) => text.length <= LONG_VALUE)
  const loose = values
    .flat()
    .flatMap(signatureTexts)
    .filter((text) => !strict.includes(text))
  const texts = [
    ...strict.map((text) => ({ text, strict: true })),
    ...[...new Set(loose)].map((text) => ({ text, strict: false })),
  ].slice(0, MAX_TEXTS)
  const repeated = values.some((found) => found.length > 1)
  if (!isFault(claim)) return { id: claim.id, stamp: claim.stamp, texts, fault: null, repeated }
  const stampHeader = info.timestampHeader
  const inHeader = stampHeader === null ? null : firstHeader(request.rawHeaders, stampHeader)
  const inValue = /(?:^|[,;\s])(?:t|ts)=([^,;\s]*)/.exec(values.flat().join(','))?.[1]
  const stamp = inHeader ?? inValue ?? ''
  const id = info.idHeader === null ? null : firstHeader(request.rawHeaders, info.idHeader)
  return { id: id ?? '', stamp: stamp.length <= LONG_VALUE ? stamp : '', texts, fault: claim.fault, repeated }
}

/** Whatever in a header could be a signature: parts between separators, with and without what stands before "=" or ",". */
export function signatureTexts(value: string): string[] {
  if (value.length > LONG_VALUE) return []
  const whole = unquoted(value.trim())
  const found = [whole, whole.replaceAll(' ', '+')]
  for (const token of whole.split(/[\s,;]+/)) {
    const text = unquoted(token)
    found.push(text)
    const at = text.search(/[=:]/)
    if (at > 0 && at < text.length - 1) found.push(unquoted(text.slice(at + 1)))
  }
  return [...new Set(found)].filter((text) => text.length >= 8 && /^[\x21-\x7e]+$/.test(text))
}

function unquoted(text: string): string {
  let from = 0
  let to = text.length
  while (from < to && `"'<`.includes(text.charAt(from))) from += 1
  while (to > from && `"'>`.includes(text.charAt(to - 1))) to -= 1
  return text.slice(from, to)
}
