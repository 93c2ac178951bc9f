import { TextDecoder } from 'node:util'

export interface DecodedText {
  readonly text: string
  /** The character set it was read with, and whether it began with a byte order mark. */
  readonly charset: string
  /** Every byte has a meaning in the character set. */
  readonly sound: boolean
  /** A sentence, or null. */
  readonly problem: string | null
}

/**
 * Bytes as text. Bytes that mean nothing in the character set become U+FFFD, and that is said. A byte order mark decides
 * where no character set is named; it is not shown.
 */
export function decodeText(bytes: Uint8Array, named: string | null): DecodedText {
  const mark = byteOrderMark(bytes)
  const wanted = named === null || named === '' ? (mark ?? 'utf-8') : named
  const decoder = decoderFor(wanted)
  const known = decoder ?? new TextDecoder('utf-8', { fatal: true })
  const charset = mark === known.encoding ? `${known.encoding}, with byte order mark` : known.encoding
  const unknown =
    decoder === null ? `The character set "${wanted.slice(0, 40)}" is not known; it is shown as utf-8.` : null
  try {
    return { text: known.decode(bytes), charset, sound: true, problem: unknown }
  } catch {
    const lossy = `Some bytes are not valid ${known.encoding}; each is shown as \uFFFD.`
    return {
      text: new TextDecoder(known.encoding).decode(bytes),
      charset,
      sound: false,
      problem: unknown === null ? lossy : `${unknown} ${lossy}`,
    }
  }
}

/** What an XML declaration says about its character set, null without one. */
export function xmlEncoding(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.subarray(0, 200)).toString('latin1')
  return /^<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(head)?.[1] ?? null
}

/** No NUL and no other control characters than those of plain text. */
export function isPlainText(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them is the point
  return !/[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]/.test(text)
}

function decoderFor(label: string): TextDecoder | null {
  try {
    return new TextDecoder(label, { fatal: true })
  } catch {
    return null
  }
}

function byteOrderMark(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8'
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return null
}
