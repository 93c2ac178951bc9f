import type { MacForm } from '../types.ts'
import type { LooseClaim } from './loose-claim.ts'
import type { Finding } from './types.ts'

/** `exact`: as the scheme writes it, nothing to say. */
export type FormMatch = 'exact' | Finding

const HEX = /^[0-9a-f]+$/i
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/
const WRITE = 'Have the sender write the signature exactly as the scheme does.'
/** Bytes a cut signature must still have: eight of them do not fit by chance. */
const SHORTEST = 8

interface Text {
  readonly text: string
  readonly strict: boolean
  readonly hex: Buffer | null
  readonly base64: Buffer | null
}

/**
 * Compares digests with the texts of the headers, also in forms the scheme does not accept. For the operator's own
 * requests and secrets, after they were refused: nothing here decides whether a request is let in.
 */
export class SignatureForms {
  readonly #texts: readonly Text[]
  readonly #claim: LooseClaim

  constructor(claim: LooseClaim) {
    this.#claim = claim
    this.#texts = claim.texts.map(({ text, strict }) => ({
      text,
      strict,
      // One of an odd length was cut: the last digit says nothing.
      hex: HEX.test(text) ? Buffer.from(text.slice(0, text.length - (text.length % 2)), 'hex') : null,
      base64: BASE64.test(text) ? Buffer.from(text, 'base64') : null,
    }))
  }

  /** Bytes of everything that could be an asymmetric signature. */
  signatures(): { readonly bytes: Buffer; readonly match: FormMatch }[] {
    return this.#texts.flatMap((entry) => [
      ...(entry.hex === null ? [] : [{ bytes: entry.hex, match: entry.strict ? ('exact' as const) : this.#placed() }]),
      ...(entry.base64 === null
        ? []
        : [{ bytes: entry.base64, match: entry.strict ? ('exact' as const) : this.#placed() }]),
    ])
  }

  match(form: MacForm, digest: Buffer): FormMatch | null {
    if (form.construction === 'plain') {
      const found = this.#texts.find(({ text }) => Buffer.from(text, 'latin1').equals(digest))
      return found === undefined ? null : found.strict ? 'exact' : this.#placed()
    }
    const expected = digest.toString(form.encoding)
    let best: FormMatch | null = null
    for (const entry of this.#texts) {
      const found = this.#compare(form, digest, expected, entry)
      if (found === 'exact') return found
      best ??= found
    }
    return best
  }

  #compare(form: MacForm, digest: Buffer, expected: string, entry: Text): FormMatch | null {
    if (entry.text === expected) return entry.strict ? 'exact' : this.#placed()
    if (entry.hex?.equals(digest)) {
      return form.encoding === 'hex'
        ? found('signature-case', 'The signature is written in capital letters; the vendor compares small ones.')
        : found('signature-encoding', 'The signature is written in hexadecimal; the scheme uses base64.')
    }
    if (entry.base64?.equals(digest)) {
      return found(
        'signature-encoding',
        form.encoding === 'hex'
          ? 'The signature is written in base64; the scheme uses hexadecimal.'
          : 'The signature is in base64 for URLs or lacks its padding; the scheme uses plain base64 with "=" at the end.',
      )
    }
    for (const bytes of [entry.hex, entry.base64]) {
      if (bytes === null || bytes.length < SHORTEST || bytes.length >= digest.length) continue
      if (digest.subarray(0, bytes.length).equals(bytes)) {
        return found('signature-truncated', 'The signature is the beginning of the right one; the rest was cut off.')
      }
    }
    return nearly(expected, entry.text)
      ? found(
          'signature-altered',
          'The signature differs from the right one in one or two characters: it was changed on the way or typed by hand.',
        )
      : null
  }

  /** It is the right text, but not where or how the scheme reads it. */
  #placed(): FormMatch {
    const { fault, repeated } = this.#claim
    if (fault === 'header-malformed' && repeated) {
      const sentence =
        'The signature is right, but its header is there more than once: servers join the values, and no check passes.'
      return { cause: 'header-repeated', sentence, remedy: 'Find the proxy or program that adds it a second time.' }
    }
    if (fault === 'wrong-version') {
      return found(
        'signature-version',
        'The signature is right, but marked with another version than the one the scheme reads.',
      )
    }
    if (fault === 'header-malformed' || fault === null) {
      return found(
        'signature-prefix',
        'The signature is right, but not in the form of the scheme: a prefix is missing, or something else stands around it.',
      )
    }
    // Another header or the body is at fault, and what is said about that is enough.
    return 'exact'
  }
}

function found(cause: Finding['cause'], sentence: string): Finding {
  return { cause, sentence, remedy: WRITE }
}

function nearly(expected: string, text: string): boolean {
  if (text.length !== expected.length || text.length < 24) return false
  let different = 0
  for (let at = 0; at < text.length && different <= 2; at += 1) if (text[at] !== expected[at]) different += 1
  return different <= 2
}
