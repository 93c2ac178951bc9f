/**
 * What counts as a word of a captured request. The full-text index splits at everything that is no letter or digit of
 * ASCII (`tokenize = 'ascii'`) and takes what is beyond ASCII for letters; {@link indexedText} prepares text so that this
 * is right for every script, and {@link searchWords} splits a query in the same way. A word counts with its first
 * {@link WORD_LENGTH} characters: identifiers are told apart by them, and whole signatures would double the index.
 */
export const WORD_LENGTH = 16
const MAX_WORDS = 8
/** A private-use character that is taken out of all text, so that no request can pose as a facet. */
const FACET = '\ue000'

// biome-ignore lint/suspicious/noControlCharactersInRegex: the end of ASCII is what is looked for
const beyondAscii = /[^\u0000-\u007f]/
const tails = /([A-Za-z0-9]{16})[A-Za-z0-9]+/g
const wideTails = /([\p{L}\p{N}\p{S}]{16})[\p{L}\p{N}\p{S}]+/gu
const separators = /[^\p{L}\p{N}\p{S}]|[$+<=>^`|~]/gu
/** Scripts written without spaces: every character is a word, or nothing inside a sentence would be found. */
const unspaced = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/gu

/** Text as it goes into the full-text index. */
export function indexedText(text: string): string {
  if (!beyondAscii.test(text)) return text.replace(tails, '$1')
  return folded(text).replace(wideTails, '$1')
}

export interface SearchWords {
  /** Words that have to be there. */
  readonly whole: readonly string[]
  /** What some word has to begin with; null when nothing is asked for. */
  readonly beginning: string | null
}

/** Words of a query; the last one may be the beginning of a word. Nothing in a query is syntax. */
export function searchWords(query: string | undefined): SearchWords {
  const words = indexedText((query ?? '').toLowerCase())
    .split(/[^a-z0-9\u0080-\u{10ffff}]+/u)
    .filter((word) => word !== '')
    .slice(0, MAX_WORDS)
  const beginning = words.pop() ?? null
  return { whole: [...new Set(words)], beginning }
}

/** A word that no text has: what a request is filtered by. */
export function facetWord(letter: string, value: number): string {
  return `${FACET}${letter}${value}`
}

/** Without case, accents and width variants. */
function folded(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(unspaced, ' $& ')
    .replace(separators, ' ')
}
