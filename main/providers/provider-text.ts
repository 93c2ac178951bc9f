import { createHash } from 'node:crypto'
import { MASK_DOTS, maskKey } from '../../shared/key-formats.ts'

/** No more of a text is looked at. What a provider says that matters is shorter, and its length is not trusted. */
const MAX_READ = 8_192
const MAX_WORDS = 4_096
/** Longest name, id or other label of a provider that is kept, in characters. */
const MAX_LABEL = 200
const HASH_LENGTH = 16
/** So many characters of a secret in a row count as a piece of it. */
const GRAM = 8
/** With other characters in between it takes more of them, so that prose is never taken for a piece. */
const LOOSE_GRAM = 12
const REMOVED = '[key]'

/** At most 4 KiB of text on one line, which is as much of an error body as is ever kept. */
export function shorten(text: string): string {
  const line = text
    .slice(0, MAX_READ)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out here
    .replace(/[\u0000-\u001f\u007f]+/g, ' ')
    .replace(/ {2,}/g, ' ')
    .trim()
  if (Buffer.byteLength(line) <= MAX_WORDS) return line
  return `${Buffer.from(line)
    .subarray(0, MAX_WORDS - 3)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')}…`
}

/**
 * The text (its first 8 KiB) without anything that resembles the secret: what {@link SecretRemover} takes out, and
 * every masked form (several providers echo `sk-ab***wxyz` in their errors). Takes time in proportion to what is read.
 */
export function withoutSecret(text: string, secret: string): string {
  const clean = new SecretRemover(secret).clean(text)
  return clean.replace(/[\w.+/=*•…-]+/g, (token) =>
    /\*{3}|•{2}|…|\.{3}/.test(token) && /\w/.test(token) ? maskedToken(token) : token,
  )
}

/** "Wait..." is prose; "sk-ab...wxyz", "****wxyz" and "BSA…x1" are what is left of a key. */
function maskedToken(token: string): string {
  const isEllipsis = /^[A-Za-z]*(?:…|\.{3,})$/.test(token)
  return isEllipsis ? token : REMOVED
}

/**
 * Takes a secret out of texts: itself and its encodings (percent, Base64 at every alignment, hex), in upper or lower
 * case, every piece of eight or more characters, and pieces of twelve or more with anything but letters and digits in
 * between. Made once for many texts.
 */
export class SecretRemover {
  readonly #short: readonly string[]
  readonly #grams = new Set<string>()
  readonly #looseGrams = new Set<string>()

  constructor(secret: string) {
    const whole = secret.toWellFormed()
    const encoded = [encodeURIComponent(whole), Buffer.from(whole).toString('hex'), ...base64Forms(whole)]
    const forms = [whole, ...encoded].map(lowerCase)
    this.#short = forms.filter((form) => form.length >= 4 && form.length < GRAM)
    for (const form of forms) addGrams(this.#grams, form, GRAM)
    // The telling beginning of a key ("sk-ant-admin01-") is public, and without its hyphens it is half a word.
    const head = maskKey(whole).split(MASK_DOTS)[0] ?? ''
    for (const form of [whole.slice(head.length), ...encoded]) {
      addGrams(this.#looseGrams, lettersOf(lowerCase(form)).text, LOOSE_GRAM)
    }
  }

  /** The first 8 KiB of the text without the secret. */
  clean(text: string): string {
    const read = text.slice(0, MAX_READ)
    const lower = lowerCase(read)
    const letters = lower.length < LOOSE_GRAM ? nothing : lettersOf(lower)
    const spans = [
      ...this.#short.flatMap((form) => occurrences(lower, form)),
      ...piecesIn(lower, this.#grams, GRAM),
      ...piecesIn(letters.text, this.#looseGrams, LOOSE_GRAM).map(
        ([from, to]): Span => [letters.starts[from] ?? 0, letters.ends[to - 1] ?? read.length],
      ),
    ]
    return spans.length === 0 ? read : without(read, spans)
  }
}

/** From the first character to the one after the last. */
type Span = readonly [from: number, to: number]

/** ASCII only, so that every character stays in its place. */
function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase())
}

/** What stands for the secret wherever it begins within a longer text that was encoded as a whole. */
function base64Forms(secret: string): string[] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)])
      .toString('base64')
      .replace(/=+$/, '')
    const own = text.slice(before === 0 ? 0 : before + 1)
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')]
  })
}

function addGrams(grams: Set<string>, form: string, length: number): void {
  for (let at = 0; at + length <= form.length; at += 1) grams.add(form.slice(at, at + length))
}

interface Letters {
  readonly text: string
  /** Where in the whole text each of them begins and ends. */
  readonly starts: readonly number[]
  readonly ends: readonly number[]
}

const nothing: Letters = { text: '', starts: [], ends: [] }

/** Letters and digits alone, percent-encoded ones decoded. */
function lettersOf(lower: string): Letters {
  const starts: number[] = []
  const ends: number[] = []
  let text = ''
  for (const match of lower.matchAll(/%([0-9a-f]{2})|[a-z0-9]/g)) {
    const [found, code] = match
    const letter = code === undefined ? found : String.fromCharCode(Number.parseInt(code, 16)).toLowerCase()
    if (!/^[a-z0-9]$/.test(letter)) continue
    text += letter
    starts.push(match.index)
    ends.push(match.index + found.length)
  }
  return { text, starts, ends }
}

function occurrences(text: string, form: string): Span[] {
  const spans: Span[] = []
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + form.length)) {
    spans.push([at, at + form.length])
  }
  return spans
}

function piecesIn(text: string, grams: ReadonlySet<string>, length: number): Span[] {
  const spans: Span[] = []
  for (let at = 0; at + length <= text.length; at += 1) {
    if (!grams.has(text.slice(at, at + length))) continue
    let end = at + length
    while (end < text.length && grams.has(text.slice(end + 1 - length, end + 1))) end += 1
    spans.push([at, end])
    at = end - 1
  }
  return spans
}

function without(text: string, spans: Span[]): string {
  const ordered = spans.sort(([a], [b]) => a - b)
  let clean = ''
  let kept = 0
  for (const [from, to] of ordered) {
    if (to <= kept) continue
    clean += from >= kept ? `${text.slice(kept, from)}${REMOVED}` : ''
    kept = to
  }
  return clean + text.slice(kept)
}

/**
 * A name as it may be kept and shown: on one line, without control characters and those that turn the direction of
 * writing, without the secret, at most 200 characters. Null if nothing is left.
 */
export function labelText(text: string | null, secret: SecretRemover): string | null {
  if (text === null) return null
  const line = oneLine(text, secret)
  if (line === '') return null
  return line.length > MAX_LABEL ? `${whole(line.slice(0, MAX_LABEL - 1))}…` : line
}

/** Like {@link labelText} for what figures are told apart by: a longer one ends in a hash, so that it stays distinct. */
export function identityText(text: string, secret: SecretRemover): string {
  const line = oneLine(text, secret)
  if (line !== '' && line.length <= MAX_LABEL) return line
  const hash = createHash('sha256').update(line).digest('hex').slice(0, HASH_LENGTH)
  return line === '' ? `unnamed ${hash}` : `${whole(line.slice(0, MAX_LABEL - HASH_LENGTH - 1))}…${hash}`
}

/**
 * A provider's redacted form of a key ("sk-ab...wxyz"): kept as it is when it shows no more than the ends, otherwise
 * cleaned like any other text. Keys have beginnings in common, so the ends of another one may look like a piece of this.
 */
export function redactedText(text: string | null, secret: SecretRemover): string | null {
  if (text !== null && /^[\x21-\x7e]{0,24}?(?:\*+|\.{2,}|…+|•+)[\w-]{0,8}$/.test(text) && text.length <= MAX_LABEL) {
    return text
  }
  return labelText(text, secret)
}

function oneLine(text: string, secret: SecretRemover): string {
  const line = text
    .slice(0, MAX_READ)
    .toWellFormed()
    // Joiners are needed in several scripts and in emoji; the other characters of this class are not seen at all.
    .replace(/(?![\u200c\u200d])\p{Cf}+/gu, '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
  return secret.clean(line)
}

function whole(text: string): string {
  return text.replace(/[\ud800-\udbff]$/, '')
}
