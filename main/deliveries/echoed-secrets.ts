import { receiverLimits } from '../../shared/limits.ts'
import { headerPairs } from '../../shared/raw-headers.ts'
import { unpackedAnswer } from './attempt-view.ts'

/** Headers that hold a secret in plain: it has its place in the vault and is not written a second time. */
const secretHeaders = new Set(['authorization', 'x-gitlab-token'])
const HIDDEN = '(not kept)'
/** A shorter one is no secret, and would be found in any text. */
const SHORTEST = 4

/** What is written down of the headers and the body of an exchange. */
interface Kept {
  readonly requestHeaders: [string, string][]
  readonly responseHeaders: [string, string][]
  readonly responseBody: Buffer<ArrayBuffer>
}

/** Raw headers are lists of name, value, name, value. `body` is the answer's, perhaps packed, `cut` at its end. */
interface Exchanged {
  readonly sentHeaders: readonly string[]
  readonly answerHeaders: readonly string[]
  readonly body: Uint8Array
  readonly cut: boolean
}

/** Without the secrets that were sent in plain, also where the target sent them back. */
export function withoutSecrets({ sentHeaders, answerHeaders, body, cut }: Exchanged): Kept {
  const sent = headerPairs(sentHeaders)
  const secrets = sent.flatMap(([name, value]) => (secretHeaders.has(name.toLowerCase()) ? formsOf(value) : []))
  const requestHeaders = sent.map(([name, value]): [string, string] => [
    name,
    secretHeaders.has(name.toLowerCase()) ? HIDDEN : value,
  ])
  const given = headerPairs(answerHeaders)
  if (secrets.length === 0) return { requestHeaders, responseHeaders: given, responseBody: Buffer.from(body) }
  const responseHeaders = given.map(([name, value]): [string, string] => [name, replaced(value, secrets)])
  const coded = given.find(([name]) => name.toLowerCase() === 'content-encoding')
  if (coded === undefined) return { requestHeaders, responseHeaders, responseBody: hidden(body, secrets, cut) }
  const unpacked = unpackedAnswer(Buffer.from(body), coded[1])
  // What cannot be looked into is not kept.
  const found = unpacked === null ? Buffer.from(body.byteLength === 0 ? '' : HIDDEN) : hidden(unpacked, secrets, cut)
  if (unpacked?.equals(found)) return { requestHeaders, responseHeaders, responseBody: Buffer.from(body) }
  return {
    requestHeaders,
    // It is kept as plain text, and must not be unpacked once more when it is shown.
    responseHeaders: responseHeaders.map(([name, value]) => [
      name,
      name.toLowerCase() === 'content-encoding' ? `${value} (kept unpacked)` : value,
    ]),
    responseBody: found.subarray(0, receiverLimits.answerBody),
  }
}

/** The value, what stands behind the word "Bearer" or "Basic", and both as JSON writes them; longest first. */
function formsOf(value: string): string[] {
  const [, credentials = ''] = /^\S+ +(.+)$/.exec(value) ?? []
  const forms = [value, credentials].flatMap((form) => [form, JSON.stringify(form).slice(1, -1)])
  return [...new Set(forms)].filter(({ length }) => length >= SHORTEST).sort((a, b) => b.length - a.length)
}

/** Byte by byte: a body may be anything, and header values are characters of one byte. */
function hidden(body: Uint8Array, secrets: readonly string[], cut: boolean): Buffer<ArrayBuffer> {
  const text = Buffer.from(body).toString('latin1')
  const whole = replaced(text, secrets)
  return Buffer.from(cut ? withoutBeginning(whole, secrets) : whole, 'latin1')
}

function replaced(text: string, secrets: readonly string[]): string {
  return secrets.reduce((left, secret) => left.replaceAll(secret, HIDDEN), text)
}

/** An answer that is cut may end in the middle of a secret. */
function withoutBeginning(text: string, secrets: readonly string[]): string {
  for (const secret of secrets) {
    for (let length = secret.length - 1; length >= SHORTEST; length -= 1) {
      if (text.endsWith(secret.slice(0, length))) return `${text.slice(0, -length)}${HIDDEN}`
    }
  }
  return text
}
