/**
 * Changing one value in JSON text and leaving every other byte alone: what a sender signs are bytes, and parsing and
 * writing anew would change numbers, spaces and escapes.
 */

/** The value at `path` (parts joined with dots, numbers for places in a list), undefined where there is none or no JSON. */
export function jsonValueAt(text: string, path: string): unknown {
  const span = spanAt(text, path)
  return span === null ? undefined : JSON.parse(text.slice(span.from, span.to))
}

/** The text with another value at `path`; null where the path leads nowhere or the text is no JSON. */
export function withJsonValue(text: string, path: string, value: string | number): string | null {
  const span = spanAt(text, path)
  return span === null ? null : text.slice(0, span.from) + JSON.stringify(value) + text.slice(span.to)
}

/** The text with one more field at the end of its object; null where it is no JSON object. */
export function withJsonField(text: string, name: string, value: string): string | null {
  if (!isJson(text)) return null
  const from = skipSpace(text, 0)
  if (text[from] !== '{') return null
  const end = text.lastIndexOf('}')
  const isEmpty = text[skipSpace(text, from + 1)] === '}'
  return `${text.slice(0, end)}${isEmpty ? '' : ','}${JSON.stringify(name)}:${JSON.stringify(value)}${text.slice(end)}`
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

interface Span {
  readonly from: number
  readonly to: number
}

function spanAt(text: string, path: string): Span | null {
  if (!isJson(text)) return null
  let from = skipSpace(text, 0)
  for (const part of path.split('.')) {
    const next =
      text[from] === '{' ? fieldStart(text, from, part) : text[from] === '[' ? itemStart(text, from, part) : null
    if (next === null) return null
    from = next
  }
  return { from, to: valueEnd(text, from) }
}

/** Where the value of a field begins. The last field of that name counts, as JSON.parse has it. */
function fieldStart(text: string, object: number, name: string): number | null {
  let found: number | null = null
  let at = skipSpace(text, object + 1)
  while (text[at] !== '}') {
    const keyEnd = stringEnd(text, at)
    const value = skipSpace(text, skipSpace(text, keyEnd) + 1)
    if (JSON.parse(text.slice(at, keyEnd)) === name) found = value
    at = nextMember(text, value)
  }
  return found
}

function itemStart(text: string, list: number, part: string): number | null {
  if (!/^\d{1,9}$/.test(part)) return null
  let at = skipSpace(text, list + 1)
  for (let place = 0; text[at] !== ']'; place += 1) {
    if (place === Number(part)) return at
    at = nextMember(text, at)
  }
  return null
}

/** Behind the value and its comma. */
function nextMember(text: string, value: number): number {
  const end = skipSpace(text, valueEnd(text, value))
  return text[end] === ',' ? skipSpace(text, end + 1) : end
}

/** The text is known to be JSON, so that only brackets and strings have to be watched. */
function valueEnd(text: string, from: number): number {
  if (text[from] === '"') return stringEnd(text, from)
  if (text[from] !== '{' && text[from] !== '[') {
    const rest = /[\s,\]}]/g
    rest.lastIndex = from
    return rest.exec(text)?.index ?? text.length
  }
  let depth = 0
  for (let at = from; at < text.length; at += 1) {
    const char = text[at]
    if (char === '"') at = stringEnd(text, at) - 1
    else if (char === '{' || char === '[') depth += 1
    else if (char === '}' || char === ']') {
      depth -= 1
      if (depth === 0) return at + 1
    }
  }
  return text.length
}

function stringEnd(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text[at] === '"') return at + 1
  }
  return text.length
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (/\s/.test(text[at] ?? '')) at += 1
  return at
}
