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
/** Bytes above which only the commonest styles are tried. */
const LONG = 64 * 1024

/** The same JSON as other programs would have written it, likeliest first. Nothing for what is no JSON. */
export function* rewrittenJson(body: Uint8Array): Generator<{ readonly name: string; readonly body: Buffer }> {
  const value = parsed(body)
  if (value === undefined) return
  const long = body.length > LONG
  const seen = new Set([Buffer.from(body).toString('utf8')])
  for (const sorted of [false, true]) {
    if (sorted && long) return
    const ordered = sorted ? inOrder(value) : value
    for (const { name: escaped, apply } of long ? escapes.slice(0, 2) : escapes) {
      for (const style of styles) {
        const text = apply(written(ordered, style, '\n'))
        if (seen.has(text)) continue
        seen.add(text)
        const name = `${style.name}${sorted ? ', keys in order of the alphabet' : ''}${escaped}`
        yield { name, body: Buffer.from(text, 'utf8') }
      }
    }
  }
}

function parsed(body: Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(
      Buffer.from(body)
        .toString('utf8')
        .replace(/^\ufeff/, ''),
    )
    return tooDeep(value) ? undefined : value
  } catch {
    return undefined
  }
}

function tooDeep(value: unknown): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; depth <= MAX_DEPTH; depth += 1) {
    level = level.flatMap((entry) => (typeof entry === 'object' && entry !== null ? Object.values(entry) : []))
    if (level.length === 0) return false
  }
  return true
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
