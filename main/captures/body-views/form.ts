/** Fields that are shown, and characters of them all. The rest is in the text view. */
const MAX_FIELDS = 2_000
const MAX_FIELD_CHARACTERS = 256 * 1024

export interface FormFields {
  readonly fields: { name: string; value: string }[]
  readonly cut: boolean
  /** A "%" that two hexadecimal digits do not follow, or bytes that are not UTF-8. */
  readonly malformed: boolean
}

/** Fields of `application/x-www-form-urlencoded` (URL standard), in order, repeated names kept. */
export function readForm(text: string): FormFields {
  const fields: { name: string; value: string }[] = []
  let malformed = false
  let characters = 0
  for (let at = 0; at < text.length; ) {
    const end = orEnd(text.indexOf('&', at), text.length)
    if (end > at) {
      characters += end - at
      if (fields.length === MAX_FIELDS || characters > MAX_FIELD_CHARACTERS) return { fields, cut: true, malformed }
      const split = text.slice(at, end).indexOf('=')
      const name = decodePart(split === -1 ? text.slice(at, end) : text.slice(at, at + split))
      const value = decodePart(split === -1 ? '' : text.slice(at + split + 1, end))
      malformed ||= name.malformed || value.malformed
      fields.push({ name: name.text, value: value.text })
    }
    at = end + 1
  }
  return { fields, cut: false, malformed }
}

function orEnd(found: number, end: number): number {
  return found === -1 ? end : found
}

function decodePart(part: string): { text: string; malformed: boolean } {
  const spaced = part.replaceAll('+', ' ')
  if (!spaced.includes('%')) return { text: spaced, malformed: false }
  try {
    return { text: decodeURIComponent(spaced), malformed: false }
  } catch {
    return { text: decodeLoosely(spaced), malformed: true }
  }
}

function decodeLoosely(part: string): string {
  const source = Buffer.from(part)
  const bytes: number[] = []
  for (let at = 0; at < source.length; at += 1) {
    const pair = source.toString('latin1', at + 1, at + 3)
    if (source[at] === 0x25 && /^[\dA-Fa-f]{2}$/.test(pair)) {
      bytes.push(Number.parseInt(pair, 16))
      at += 2
    } else {
      bytes.push(source[at] ?? 0)
    }
  }
  return new TextDecoder().decode(Uint8Array.from(bytes))
}
