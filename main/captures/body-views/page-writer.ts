/** A part of a long text, cut where no character is torn. */
export interface Page {
  readonly text: string
  /** Where the next part begins, in UTF-16 units of the whole; null at the end. */
  readonly nextOffset: number | null
}

const INDENT = '  '
/**
 * Deeper levels are not moved further right. Without a bound 25 MB of "[" would be laid out as terabytes of spaces, and no
 * screen shows a line that begins after two hundred of them.
 */
const MAX_INDENT = 100
const lineBreaks = Array.from({ length: MAX_INDENT + 1 }, (_, depth) => `\n${INDENT.repeat(depth)}`)

/**
 * Takes a text piece by piece and keeps only what lies between `offset` and `offset + length`, so that laying out 25 MB
 * costs the memory of one page.
 */
export class PageWriter {
  readonly #from: number
  readonly #until: number
  readonly #length: number
  readonly #kept: string[] = []
  #position = 0

  /** `offset` and `length` in UTF-16 units of what is written. */
  constructor(offset: number, length: number) {
    this.#from = offset
    this.#length = length
    // One unit more than the page: it tells whether the last character of the page goes on behind it.
    this.#until = offset + length + 1
  }

  put(source: string, start = 0, end = source.length): void {
    const position = this.#position
    const size = end - start
    this.#position = position + size
    if (position >= this.#until || position + size <= this.#from) return
    const skip = Math.max(0, this.#from - position)
    this.#kept.push(source.slice(start + skip, start + Math.min(size, this.#until - position)))
  }

  /** A new line, indented for this many levels. */
  line(depth: number): void {
    this.put(lineBreaks[Math.min(depth, MAX_INDENT)] ?? '\n')
  }

  page(): Page {
    return cutPage(this.#kept.join(''), this.#from, this.#length)
  }
}

/** The part of `text` that begins at `offset`. */
export function pageOfText(text: string, offset: number, length: number): Page {
  return cutPage(text.slice(offset, offset + length + 1), offset, length)
}

/** `window` begins at `offset` and goes one unit beyond the page where the whole does. */
function cutPage(window: string, offset: number, length: number): Page {
  const start = offset > 0 && isLowSurrogate(window, 0) ? 1 : 0
  if (window.length <= length) return { text: window.slice(start), nextOffset: null }
  const end = length > 1 && isLowSurrogate(window, length) ? length - 1 : length
  return { text: window.slice(start, end), nextOffset: offset + end }
}

function isLowSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  return unit >= 0xdc00 && unit <= 0xdfff
}
