import { randomUUID } from 'node:crypto'
import { firstHeader } from '../../../shared/raw-headers.ts'
import { type AskedRequest, fieldOf, splitPath, textOf } from './asked.ts'

/**
 * How a value of the request is written into an answer, so that it cannot become a part of the answer's own language:
 * - `json`: inside quotes with JSON's escapes; outside quotes as a JSON value of its own, `null` where it is missing
 * - `markup` (HTML, XML): with `&lt;` and the like
 * - `text`: as it is
 * - `header`: as it is; what may not stand in a header is taken out of the finished value
 */
export type Language = 'json' | 'markup' | 'text' | 'header'

/** Characters of a finished text. What is longer is cut, since a request could make it as long as it likes. */
export const MAX_FILLED = 262_144

interface Hole {
  readonly read: (request: AskedRequest) => unknown
  readonly quoted: boolean
}

/** A text with holes for what the request says. */
export interface Template {
  /** The text where it has no holes, else null. */
  readonly constant: string | null
  fill(request: AskedRequest): string
}

const placeholder = /\{\{\s*([a-zA-Z]+(?:\.[^{}\s]+)?)\s*\}\}/g

/** What is no known placeholder stays as it is written. */
export function compileTemplate(text: string, language: Language): Template {
  const parts: (string | Hole)[] = []
  let literal = ''
  let written = 0
  let quoted = false
  const take = (piece: string) => {
    literal += piece
    if (language === 'json') quoted = endsInQuotes(piece, quoted)
  }
  for (const found of text.matchAll(placeholder)) {
    const read = readerOf(found[1] ?? '')
    if (read === null) continue
    take(text.slice(written, found.index))
    parts.push(literal, { read, quoted })
    literal = ''
    written = found.index + found[0].length
  }
  literal += text.slice(written)
  if (parts.length === 0) return { constant: literal, fill: () => literal }
  parts.push(literal)
  return { constant: null, fill: (request) => filled(parts, language, request) }
}

function filled(parts: readonly (string | Hole)[], language: Language, request: AskedRequest): string {
  let text = ''
  for (const part of parts) {
    text += typeof part === 'string' ? part : written(part.read(request), part.quoted, language)
    if (text.length > MAX_FILLED) return text.slice(0, MAX_FILLED)
  }
  return text
}

/** Whether the text after `piece` stands inside of a JSON string. */
function endsInQuotes(piece: string, begins: boolean): boolean {
  let quoted = begins
  for (let at = 0; at < piece.length; at += 1) {
    if (piece[at] === '"') quoted = !quoted
    else if (quoted && piece[at] === '\\') at += 1
  }
  return quoted
}

function readerOf(name: string): Hole['read'] | null {
  const dot = name.indexOf('.')
  const root = dot < 0 ? name : name.slice(0, dot)
  const rest = dot < 0 ? '' : name.slice(dot + 1)
  if (rest === '') return plainReaders[root] ?? null
  switch (root) {
    case 'query':
      return ({ path }) => new URLSearchParams(splitPath(path).query).get(rest) ?? undefined
    case 'header': {
      const header = rest.toLowerCase()
      return ({ rawHeaders }) => decoded(firstHeader(rawHeaders, header))
    }
    case 'body':
      return (request) => fieldOf(request, rest)
    default:
      return null
  }
}

const plainReaders: Partial<Record<string, Hole['read']>> = Object.assign(Object.create(null), {
  method: ({ method }: AskedRequest) => method,
  path: ({ path }: AskedRequest) => splitPath(path).path,
  body: (request: AskedRequest) => new WholeBody(request),
  now: ({ at }: AskedRequest) => new Date(at).toISOString(),
  id: () => randomUUID(),
  eventId: ({ eventId }: AskedRequest) => eventId ?? undefined,
})

/** Node gives each byte of a header as one character. Most senders mean UTF-8. */
function decoded(value: string | null): string | undefined {
  if (value === null) return undefined
  const text = Buffer.from(value, 'latin1').toString('utf8')
  return text.includes('\ufffd') ? value : text
}

/** The body as it was sent; as a JSON value only where it is one. */
class WholeBody {
  readonly #request: AskedRequest

  constructor(request: AskedRequest) {
    this.#request = request
  }

  text(): string {
    return textOf(this.#request.body)
  }

  isJson(): boolean {
    return this.#request.bodyJson() !== undefined
  }
}

function written(value: unknown, quoted: boolean, language: Language): string {
  if (language === 'json' && !quoted) {
    if (value instanceof WholeBody) return value.isJson() ? value.text() : JSON.stringify(value.text())
    return value === undefined ? 'null' : jsonOf(value)
  }
  const text = plain(value)
  if (language === 'json') return JSON.stringify(text).slice(1, -1)
  return language === 'markup' ? escapeMarkup(text) : text
}

function plain(value: unknown): string {
  if (value === undefined) return ''
  if (typeof value === 'string') return value
  return value instanceof WholeBody ? value.text() : jsonOf(value)
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch {
    // Nested deeper than the stack reaches. It could be read, and it cannot be written.
    return 'null'
  }
}

const markup: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeMarkup(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => markup[character] ?? character)
}
