import { MAX_KEY_LENGTH } from '../limits.ts'
import { invalidField, type Problem } from '../problems.ts'

export interface Paste {
  /** The key alone: printable ASCII without spaces, 1 to MAX_KEY_LENGTH characters. */
  readonly value: string
  /** What was done to the paste, in plain words. */
  readonly notes: string[]
  /** Name of the variable if the paste was `NAME=value`, otherwise null. */
  readonly variableName: string | null
}

const quotePairs: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '`': '`',
  '\u201c': '\u201d',
  '\u201e': '\u201c',
  '\u2018': '\u2019',
  '\u00ab': '\u00bb',
}

/**
 * `NAME=value` and `NAME: value`, also after `export`, `set` or `$env:`, also with the name in quotes. What is only
 * followed by `=` to the end is the padding of a Base64 value, not an assignment.
 */
const assignment =
  /^(export[ \t]{1,8}|set[ \t]{1,8}|\$env:)?["']?([A-Za-z_][A-Za-z0-9_-]{0,99})["']?[ \t]{0,8}(?:(=)(?!=*$)|:[ \t])/
/** Without a keyword before it, only such a name counts: `Endpoint=…` may well be the beginning of a secret. */
const upperName = /^[A-Z_][A-Z0-9_]+$/
const keyName = /(?:key|token|secret)$/i
const emptyAssignment =
  /^(?:export[ \t]{1,8}|set[ \t]{1,8}|\$env:)?[A-Z][A-Z0-9]{0,60}(?:_[A-Z0-9]{1,60}){1,8}[ \t]{0,8}=$/

/**
 * Takes a pasted text apart: what is the key, and what was around it. Reading the value again gives the same value.
 * Throws {@link Problem} INVALID_INPUT (field "secret") for what cannot be one key: nothing, several lines, JSON,
 * more than MAX_KEY_LENGTH characters, or spaces, control or non-ASCII characters inside.
 */
export function readPaste(text: string): Paste {
  const notes: string[] = []
  const trimmed = trimInvisible(text)
  if (trimmed === '') throw refused('The key is empty.', 'Paste the key as the provider shows it.')
  if (trimmed.length > MAX_KEY_LENGTH) {
    throw refused(
      `This has ${trimmed.length.toLocaleString('en-GB')} characters, far too many for a key.`,
      'Paste one key. To take in a file, use Import.',
    )
  }
  requireNoJson(trimmed)
  if (/[\r\n\v\f\u0085\u2028\u2029]/.test(trimmed)) {
    throw refused('This has more than one line.', 'Paste one key. To take in a .env or CSV file, use Import.')
  }
  if (trimmed.length !== text.length) notes.push('Removed spaces or line breaks around the key.')

  const { value, variableName } = unwrap(trimmed, notes)
  if (value === '') throw refused('There is no key in this.', 'Paste the key as the provider shows it.')
  requireNoJson(value)
  requirePlain(value)
  if (/\*{3}|\.{3}/.test(value)) {
    notes.push('This looks like a shortened key: stars or dots stand in place of the middle. Check that it is whole.')
  }
  if (/^["'`]|["'`]$/.test(value))
    notes.push('There is a quotation mark on one side only. Check that the key is whole.')
  return { value, notes, variableName }
}

function unwrap(text: string, notes: string[]): { value: string; variableName: string | null } {
  const whole = peel(text, notes)
  requireSomethingAssigned(whole)
  const found = readAssignment(whole)
  if (found === null) return { value: whole, variableName: null }
  notes.push(`Took the value of ${found.name}.`)
  const value = peel(withoutRest(trimInvisible(found.rest), notes), notes)
  requireSomethingAssigned(value)
  if (readAssignment(value) !== null) {
    throw refused('This has two names before the key: it is unclear where the key begins.', 'Paste only the key.')
  }
  return { value, variableName: found.name }
}

function requireSomethingAssigned(text: string): void {
  if (!emptyAssignment.test(text)) return
  throw refused('There is nothing after the equals sign.', 'Paste the whole line, or only the key.')
}

/** Takes off quotes and the word "Bearer", however they are nested. */
function peel(text: string, notes: string[]): string {
  let value = text
  let before: string
  do {
    before = value
    value = stripQuotes(stripBearer(value))
  } while (value !== before)
  if (value !== text) notes.push('Took off what was around the key (quotation marks or the word "Bearer").')
  return value
}

function readAssignment(text: string): { name: string; rest: string } | null {
  const match = assignment.exec(text)
  const name = match?.[2]
  if (!match || name === undefined) return null
  // A colon with a space cannot be part of a key, so there any name will do.
  if (match[1] === undefined && match[3] !== undefined && !upperName.test(name) && !keyName.test(name)) return null
  return { name, rest: text.slice(match[0].length) }
}

/** Drops a comment, comma or semicolon after the value. */
function withoutRest(text: string, notes: string[]): string {
  const close = quotePairs[text.charAt(0)]
  if (close !== undefined) {
    const end = text.indexOf(close, 1)
    if (end > 0 && /^[ \t]{0,80}[,;]?[ \t]{0,80}(?:#.*|\/\/.*)?$/.test(text.slice(end + 1)))
      return text.slice(0, end + 1)
    return text
  }
  const comment = text.search(/[ \t]#/)
  if (comment < 0) return text
  notes.push('Left out the comment after the value.')
  return trimInvisible(text.slice(0, comment))
}

function stripBearer(text: string): string {
  const match = /^Bearer[ \t]{1,8}/i.exec(text)
  return match ? trimInvisible(text.slice(match[0].length)) : text
}

function stripQuotes(text: string): string {
  const close = quotePairs[text.charAt(0)]
  if (close === undefined || text.length < 2 || text.indexOf(close, 1) !== text.length - 1) return text
  return trimInvisible(text.slice(1, -1))
}

/** Trims white space and the zero-width characters that web pages put into copied text. Linear in the length. */
function trimInvisible(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isInvisible(text.charAt(start))) start += 1
  while (end > start && isInvisible(text.charAt(end - 1))) end -= 1
  return text.slice(start, end)
}

function isInvisible(character: string): boolean {
  return /[\s\u0085\u180e\u200b-\u200f\u2060\ufeff]/.test(character)
}

function requireNoJson(text: string): void {
  if (/^(?:\{\s*["'}]|\[\s*["'{[\]])/.test(text)) {
    throw refused('This is JSON, not a key.', 'Paste only the value of the key, without braces and names.')
  }
}

function requirePlain(value: string): void {
  const at = value.search(/[^\x21-\x7e]/)
  if (at < 0) return
  const character = String.fromCodePoint(value.codePointAt(at) ?? 0)
  if (/\s/.test(character)) {
    throw refused(`There is a space inside (at position ${at + 1}).`, 'Paste only the key; keys have no spaces.')
  }
  if (/[\u2022\u2026\u25cf\u00b7]/.test(character)) {
    throw refused(
      'This is a key whose middle is hidden by dots.',
      'Providers show the whole key only once. Copy it from where you kept it, or make a new one.',
    )
  }
  if (/[\p{Cc}\p{Cf}]/u.test(character)) {
    throw refused(`There is an invisible control character inside (at position ${at + 1}).`, 'Copy the key again.')
  }
  throw refused(
    `There is a character inside that no key has, such as an accent, emoji or long dash (at position ${at + 1}).`,
    'Copy the key again from where the provider shows it.',
  )
}

/** Never says anything of what was pasted beyond lengths and positions. */
function refused(what: string, fix: string): Problem {
  return invalidField('secret', `${what} ${fix}`, [fix])
}
