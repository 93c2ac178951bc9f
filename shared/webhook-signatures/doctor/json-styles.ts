/** How programs write JSON: separators, order and escapes differ, the value does not. */
interface Style {
  /** Completes "written as …". */
  readonly name: string
  readonly indent: string
  readonly comma: string
  readonly colon: string
}

const styles: readonly Style[] = [
  { name: 'compact JSON', indent: '', comma: ',', colon: ':' },
  { name: 'JSON with a space after commas and colons (Python)', indent: '', comma: ', ', colon: ': ' },
  { name: 'JSON indented by 2 spaces', indent: '  ', comma: ',', colon: ': ' },
  { name: 'JSON indented by 4 spaces', indent: '    ', comma: ',', colon: ': ' },
  { name: 'JSON indented by tabs', indent: '\t', comma: ',', colon: ': ' },
]

type Escape = (text: string) => string

const ascii = (digits: (code: string) => string): Escape => {
  return (text) =>
    text.replace(/[\u0080-\uffff]/g, (unit) => `\\u${digits(unit.charCodeAt(0).toString(16).padStart(4, '0'))}`)
}
const slashes: Escape = (text) => text.replaceAll('/', '\\/')
const lower = ascii((code) => code)
const upper = ascii((code) => code.toUpperCase())
const html: Escape = (text) => text.replace(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`)

const escapes: readonly { readonly name: string; readonly apply: Escape }[] = [
  { name: '', apply: (text) => text },
  { name: ' and other letters escaped', apply: lower },
  { name: ' and slashes escaped', apply: slashes },
  { name: ' and slashes and other letters escaped (PHP)', apply: (text) => slashes(lower(text)) },
  { name: ' and <, > and & escaped (Go)', apply: html },
  { name: ' and other letters escaped in capitals', apply: upper },
]

/** Deeper ones are not written again: nobody signs them by accident, and recursion has an end. */
const MAX_DEPTH = 200
/** Characters of indentation above which an indented style is not tried: a deep JSON becomes hundreds of times longer. */
const MAX_INDENTATION = 512 * 1024
/** Bytes above which only the commonest styles are tried. */
const LONG = 64 * 1024

/** The same JSON as other programs would have written it, likeliest first. Nothing for what is no JSON. */
export function* rewrittenJson(body: Uint8Array): Generator<{ readonly name: string; readonly body: Buffer }> {
  const found = parsed(body)
  if (found === null) return
  const { value, indents } = found
  const usable = styles.filter(({ indent }) => indents * indent.length <= MAX_INDENTATION)
  const long = body.length > LONG
  const seen = new Set([Buffer.from(body).toString('utf8')])
  for (const sorted of [false, true]) {
    if (sorted && long) return
    const ordered = sorted ? inOrder(value) : value
    const plain = new Map<Style, string>()
    for (const { name: escaped, apply } of long ? escapes.slice(0, 2) : escapes) {
      for (const style of usable) {
        const known = plain.get(style) ?? written(ordered, style, '\n')
        plain.set(style, known)
        const text = apply(known)
        if (seen.has(text)) continue
        seen.add(text)
        const name = `${style.name}${sorted ? ', keys in order of the alphabet' : ''}${escaped}`
        yield { name, body: Buffer.from(text, 'utf8') }
      }
    }
  }
}

function parsed(body: Uint8Array): { readonly value: unknown; readonly indents: number } | null {
  try {
    const value: unknown = JSON.parse(
      Buffer.from(body)
        .toString('utf8')
        .replace(/^\ufeff/, ''),
    )
    const indents = indentsOf(value)
    return indents === null ? null : { value, indents }
  } catch {
    return null
  }
}

/** How many times an indented style indents in all; null for what is too deep. */
function indentsOf(value: unknown): number | null {
  let level: unknown[] = [value]
  let indents = 0
  for (let depth = 0; depth <= MAX_DEPTH; depth += 1) {
    level = level.flatMap((entry) => (typeof entry === 'object' && entry !== null ? Object.values(entry) : []))
    if (level.length === 0) return indents
    // Every entry stands in a line of its own, and so does the end of a list.
    indents += 2 * level.length * (depth + 1)
  }
  return null
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return new Map(entries.map(([name, entry]) => [name, inOrder(entry)]))
}

function written(value: unknown, style: Style, line: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const inner = line + style.indent
  const list = Array.isArray(value)
  const pieces = list
    ? value.map((entry) => written(entry, style, inner))
    : [...(value instanceof Map ? value : Object.entries(value))].map(
        ([name, entry]) => `${JSON.stringify(name)}${style.colon}${written(entry, style, inner)}`,
      )
  const [open, close] = list ? ['[', ']'] : ['{', '}']
  if (pieces.length === 0) return open + close
  return style.indent === ''
    ? open + pieces.join(style.comma) + close
    : open + inner + pieces.join(style.comma + inner) + line + close
}
