/**
 * Words for searching. A record keeps one line of text in a column `search`: a space, then its words and facets,
 * each followed by a space. A list asks for words that begin in a certain way and for facets that are there. The
 * full-text index splits that line at the spaces and nowhere else (`tokenize = 'ascii'`, which takes every
 * character beyond ASCII for a letter), so index and line always agree about what a word is.
 */
const MAX_WORDS = 8
/** A private-use character: no text of a user gets one into a word, so no text can pose as a facet. */
const FACET = '\ue000'
const separators = /[^\p{L}\p{N}\p{S}]|[$+<=>^`|~]/gu
/** Scripts written without spaces: every character is a word, or nothing inside a name would be found. */
const unspaced = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/gu

/** What a list asks for: `match` for the full-text index, `needles` for the line itself. Both say the same. */
export interface SearchTerms {
  readonly match: string
  readonly needles: readonly string[]
}

/** The line of a record. `facets` are pairs of one letter and a value ("a" and 17: the account 17). */
export function searchLine(
  texts: readonly (string | null)[],
  facets: readonly (readonly [string, string | number])[] = [],
): string {
  const words = new Set<string>()
  for (const text of texts) if (text !== null) for (const word of wordsOf(text)) words.add(word)
  for (const [name, value] of facets) words.add(facetWord(name, value))
  return ` ${[...words].join(' ')} `
}

/**
 * Null when nothing is asked for: no facet, and no letter, digit or symbol in the query. A query is only ever
 * taken for words; nothing in it is syntax.
 */
export function searchTerms(
  query: string | undefined,
  facets: readonly (readonly [string, string | number])[] = [],
): SearchTerms | null {
  const words = [...new Set(wordsOf(query ?? ''))]
  const asked = words
    .filter((word) => !words.some((other) => other !== word && other.startsWith(word)))
    .slice(0, MAX_WORDS)
  const exact = facets.map(([name, value]) => facetWord(name, value))
  if (asked.length + exact.length === 0) return null
  return {
    match: [...exact.map((word) => `"${word}"`), ...asked.map((word) => `"${word}"*`)].join(' AND '),
    needles: [...exact.map((word) => ` ${word} `), ...asked.map((word) => ` ${word}`)],
  }
}

/** Without case, accents and width variants. */
function wordsOf(text: string): string[] {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(unspaced, ' $& ')
    .replace(separators, ' ')
    .split(' ')
    .filter((word) => word !== '')
}

function facetWord(name: string, value: string | number): string {
  return (
    FACET +
    name +
    String(value)
      .replace(/[^A-Za-z0-9]/g, '')
      .toLowerCase()
  )
}
