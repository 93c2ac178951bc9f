/** A text that stands in the row, or the number of a word in the ledger's dictionary. */
export type Text = string | number

const MAX_WORDS = 8_192
const MAX_WORD = 4_096
const MAX_CANDIDATES = 2_048
/** Shorter ones cost as much by their number. */
const MIN_WORD = 8

export interface WordRows {
  words(): { readonly id: number; readonly text: string }[]
  insertWord(id: number, text: string): void
}

/**
 * Senders say the same things with every request: names of headers, user agents, addresses, and the endpoint answers
 * the same. A text that comes a second time within a while becomes a word, and rows name it by its number. Full after
 * 8,192 words: further texts stand in their rows. Words are never taken back, since rows name them.
 */
export class WordWriter {
  readonly #rows: WordRows
  readonly #numbers = new Map<string, number>()
  readonly #candidates = new Set<string>()
  /** Made in the transaction that runs. */
  #fresh: string[] = []

  constructor(rows: WordRows) {
    this.#rows = rows
    for (const { id, text } of rows.words()) this.#numbers.set(text, id)
  }

  /** Within a transaction: it may make a word. */
  number(text: string): Text {
    if (text.length < MIN_WORD || text.length > MAX_WORD) return text
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    if (this.#numbers.size >= MAX_WORDS) return text
    if (!this.#candidates.has(text)) {
      if (this.#candidates.size >= MAX_CANDIDATES) this.#candidates.clear()
      this.#candidates.add(text)
      return text
    }
    const id = this.#numbers.size + 1
    this.#rows.insertWord(id, text)
    this.#candidates.delete(text)
    this.#numbers.set(text, id)
    this.#fresh.push(text)
    return id
  }

  committed(): void {
    if (this.#fresh.length > 0) this.#fresh = []
  }

  rolledBack(): void {
    for (const text of this.#fresh) this.#numbers.delete(text)
    this.#fresh = []
  }
}

/** Words by number, each read once. */
export class WordReader {
  readonly #read: (id: number) => string
  readonly #texts = new Map<number, string>()

  constructor(read: (id: number) => string) {
    this.#read = read
  }

  text(text: Text): string {
    if (typeof text === 'string') return text
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    const word = this.#read(text)
    this.#texts.set(text, word)
    return word
  }
}
