/** What the text is made of. A `key` and a `string` include their quotes. */
export type JsonToken = '{' | '}' | '[' | ']' | ':' | ',' | 'key' | 'string' | 'number' | 'word'

export interface JsonFault {
  /** Position in UTF-16 units. */
  readonly at: number
  /** Half a sentence: "a comma or the end of the object is missing". */
  readonly reason: string
}

const OBJECT = 1
const ARRAY = 2

/** What may come next. */
type Expecting = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma-or-end' | 'nothing'

const missing: Record<Expecting, string> = {
  value: 'a value is missing',
  'value-or-end': 'a value or the end of the list is missing',
  key: 'a field name in double quotes is missing',
  'key-or-end': 'a field name in double quotes or the end of the object is missing',
  colon: 'a colon is missing',
  'comma-or-end': 'a comma or the end of the list or object is missing',
  nothing: 'there is more after the end of the value',
}

/**
 * Reads JSON (RFC 8259) token by token, in one pass and without recursion, and never makes values of it: 1e400,
 * 12345678901234567890, duplicate keys and escapes stay what they are in the text. Calls `visit` for each token with its
 * place in the text; tokens before a fault are reported as well.
 * @returns null where the whole text is one JSON value, otherwise the first thing that is wrong.
 */
export function scanJson(
  text: string,
  visit: (token: JsonToken, start: number, end: number) => void,
): JsonFault | null {
  const nesting = new Nesting()
  let expecting: Expecting = 'value'
  let at = 0
  for (;;) {
    at = skipSpace(text, at)
    if (at >= text.length)
      return expecting === 'nothing' ? null : { at, reason: `it ends early: ${missing[expecting]}` }
    const char = text[at] ?? ''
    const wantsValue: boolean = expecting === 'value' || expecting === 'value-or-end'
    if (char === '"' && (wantsValue || expecting === 'key' || expecting === 'key-or-end')) {
      const end = stringEnd(text, at)
      if (typeof end !== 'number') return end
      visit(wantsValue ? 'string' : 'key', at, end)
      expecting = wantsValue ? nesting.afterValue() : 'colon'
      at = end
    } else if (wantsValue && (char === '{' || char === '[')) {
      visit(char, at, at + 1)
      nesting.open(char === '{' ? OBJECT : ARRAY)
      expecting = char === '{' ? 'key-or-end' : 'value-or-end'
      at += 1
    } else if (closes(char, expecting, nesting.inside())) {
      visit(char === '}' ? '}' : ']', at, at + 1)
      nesting.close()
      expecting = nesting.afterValue()
      at += 1
    } else if (char === ':' && expecting === 'colon') {
      visit(':', at, at + 1)
      expecting = 'value'
      at += 1
    } else if (char === ',' && expecting === 'comma-or-end') {
      visit(',', at, at + 1)
      expecting = nesting.inside() === OBJECT ? 'key' : 'value'
      at += 1
    } else if (wantsValue) {
      const word = wordAt(text, at)
      const end = word === null ? numberEnd(text, at) : at + word.length
      if (end === null) return { at, reason: missing[expecting] }
      visit(word === null ? 'number' : 'word', at, end)
      expecting = nesting.afterValue()
      at = end
    } else {
      return { at, reason: missing[expecting] }
    }
  }
}

/** "line 3, column 14", for people. */
export function placeInText(text: string, at: number): string {
  let line = 1
  let lineStart = 0
  for (let next = text.indexOf('\n'); next !== -1 && next < at; next = text.indexOf('\n', next + 1)) {
    line += 1
    lineStart = next + 1
  }
  return `line ${line}, column ${at - lineStart + 1}`
}

/** One byte per open level: 25 MB of "[" must not become 25 million values of an array. */
class Nesting {
  #levels = new Uint8Array(64)
  #depth = 0

  open(kind: number): void {
    if (this.#depth === this.#levels.length) {
      const more = new Uint8Array(this.#levels.length * 2)
      more.set(this.#levels)
      this.#levels = more
    }
    this.#levels[this.#depth] = kind
    this.#depth += 1
  }

  close(): void {
    this.#depth -= 1
  }

  inside(): number {
    return this.#depth === 0 ? 0 : (this.#levels[this.#depth - 1] ?? 0)
  }

  afterValue(): Expecting {
    return this.#depth === 0 ? 'nothing' : 'comma-or-end'
  }
}

function closes(char: string, expecting: Expecting, inside: number): boolean {
  if (char === '}') return inside === OBJECT && (expecting === 'comma-or-end' || expecting === 'key-or-end')
  return char === ']' && inside === ARRAY && (expecting === 'comma-or-end' || expecting === 'value-or-end')
}

function skipSpace(text: string, from: number): number {
  let at = from
  for (;;) {
    const unit = text.charCodeAt(at)
    if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return at
    at += 1
  }
}

/** Position behind the closing quote. A loop, because a pattern overflows on strings of many megabytes. */
function stringEnd(text: string, start: number): number | JsonFault {
  let at = start + 1
  for (;;) {
    const unit = text.charCodeAt(at)
    if (unit === 0x22) return at + 1
    if (Number.isNaN(unit)) return { at, reason: 'it ends inside a text' }
    if (unit < 0x20) return { at, reason: 'a control character stands unescaped in a text' }
    if (unit === 0x5c) {
      const size = escapeSize(text, at)
      if (size === 0) return { at, reason: 'an escape with a backslash is none that JSON knows' }
      at += size
    } else {
      at += 1
    }
  }
}

function escapeSize(text: string, at: number): number {
  const kind = text[at + 1] ?? ''
  if (kind !== '' && '"\\/bfnrt'.includes(kind)) return 2
  return kind === 'u' && /^[\dA-Fa-f]{4}$/.test(text.slice(at + 2, at + 6)) ? 6 : 0
}

function wordAt(text: string, at: number): string | null {
  for (const word of ['true', 'false', 'null']) if (text.startsWith(word, at)) return word
  return null
}

/** Position behind the number that begins here, null where none does. */
function numberEnd(text: string, start: number): number | null {
  const whole = text[start] === '-' ? start + 1 : start
  let at = digitsEnd(text, whole)
  if (at === whole) return null
  if (text[whole] === '0' && at > whole + 1) at = whole + 1
  if (text[at] === '.') {
    const end = digitsEnd(text, at + 1)
    if (end === at + 1) return null
    at = end
  }
  if (text[at] === 'e' || text[at] === 'E') {
    const digits = text[at + 1] === '+' || text[at + 1] === '-' ? at + 2 : at + 1
    const end = digitsEnd(text, digits)
    if (end === digits) return null
    at = end
  }
  return at
}

function digitsEnd(text: string, from: number): number {
  let at = from
  for (;;) {
    const unit = text.charCodeAt(at)
    if (!(unit >= 0x30 && unit <= 0x39)) return at
    at += 1
  }
}
