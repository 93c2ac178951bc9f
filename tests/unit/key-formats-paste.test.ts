import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readPaste } from '../../shared/key-formats.ts'
import { MAX_KEY_LENGTH } from '../../shared/limits.ts'
import { Problem } from '../../shared/problems.ts'
import { fill } from './key-formats-samples.ts'

function outcomeOf(text: string): ReturnType<typeof readPaste> | Problem {
  try {
    return readPaste(text)
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

describe('readPaste', () => {
  const key = `sk-${'proj'}-${fill(60)}`

  it.each([
    ['spaces and line breaks around it', `  ${key} \r\n`, null],
    ['invisible characters of a web page', `\ufeff\u200b${key}\u00a0\u200b`, null],
    ['double quotes', `"${key}"`, null],
    ['typographic quotes', `\u201c${key}\u201d`, null],
    ['quotes in quotes', `'"${key}"'`, null],
    ['NAME=value', `OPENAI_API_KEY=${key}`, 'OPENAI_API_KEY'],
    ['export NAME="value"', `export OPENAI_API_KEY="${key}"`, 'OPENAI_API_KEY'],
    ['a comment after the value', `OPENAI_API_KEY=${key} # production`, 'OPENAI_API_KEY'],
    ['a comment after the quoted value', `OPENAI_API_KEY='${key}' # it's production`, 'OPENAI_API_KEY'],
    ['a line of JSON', `"openai_key": "${key}",`, 'openai_key'],
    ['a line of YAML', `openai: ${key}`, 'openai'],
    ['PowerShell', `$env:OPENAI_API_KEY = "${key}"`, 'OPENAI_API_KEY'],
    ['a header', `Authorization: Bearer ${key}`, 'Authorization'],
  ])('takes the key out of %s and says so', (_what, text, variableName) => {
    const found = readPaste(text)
    expect(found.value).toBe(key)
    expect(found.variableName).toBe(variableName)
    expect(found.notes).not.toHaveLength(0)
  })

  it('has nothing to say about a key alone', () => {
    expect(readPaste(key)).toEqual({ value: key, notes: [], variableName: null })
  })

  it.each(['dGVzdHRlc3Q=', 'dGVzdHRlc3RhYQ==', 'Endpoint=sb://host/;Shared=abc', 'a=b'])(
    'leaves an equals sign that belongs to the key: %s',
    (value) => {
      expect(readPaste(value)).toEqual({ value, notes: [], variableName: null })
    },
  )

  it.each([
    ['nothing', '', 'empty'],
    ['only white space', ' \n\t ', 'empty'],
    ['empty quotes', '""', 'no key'],
    ['a name without a value', 'OPENAI_API_KEY=', 'equals sign'],
    ['two names', 'FIRST_KEY=SECOND_KEY=abc', 'two names'],
    ['several lines', `${key}\n${key}`, 'more than one line'],
    ['JSON', '{ "key": "abc" }', 'JSON'],
    ['JSON as a value', 'NAME={"key":"abc"}', 'JSON'],
    ['a megabyte', 'x'.repeat(1_000_000), '1,000,000 characters'],
    ['one character too many', 'x'.repeat(MAX_KEY_LENGTH + 1), 'far too many'],
    ['a space inside', 'sk-proj abc', 'space inside (at position 8)'],
    ['an emoji', 'sk-\u{1f511}abc', 'emoji'],
    ['a long dash', 'sk\u2013proj-abc', 'long dash'],
    ['a masked key', 'sk-proj-\u2022\u2022\u2022\u2022abcd', 'hidden by dots'],
    ['a control character', 'sk-proj\u0000abc', 'control character'],
  ])('refuses %s, naming the field and the fix', (_what, text, words) => {
    const problem = outcomeOf(text)
    if (!(problem instanceof Problem)) throw new Error('It was accepted.')
    expect(problem.code).toBe('INVALID_INPUT')
    expect(problem.details.fields?.[0]?.field).toBe('secret')
    expect(problem.message).toContain(words)
    expect(problem.details.remedies).toHaveLength(1)
  })

  it('accepts the longest key there may be', () => {
    expect(readPaste('x'.repeat(MAX_KEY_LENGTH)).value).toHaveLength(MAX_KEY_LENGTH)
  })

  it('notes a key that looks shortened', () => {
    expect(readPaste('sk-proj-abc...wxyz').notes.join()).toContain('shortened')
  })

  const part = fc.oneof(
    fc.constantFrom(
      '=',
      '"',
      "'",
      '`',
      ' ',
      'NAME=',
      'export ',
      'KEY: ',
      'Bearer ',
      '{',
      '[',
      '#',
      ' #',
      ',',
      '\n',
      '\u201c',
      '\u201d',
      '\u200b',
    ),
    fc.string({ maxLength: 8 }),
  )
  const paste = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(''))

  it('is idempotent, and what it gives is always plain', () => {
    let accepted = 0
    fc.assert(
      fc.property(paste, (text) => {
        const first = outcomeOf(text)
        if (first instanceof Problem) return
        accepted += 1
        expect(first.value).toMatch(/^[\x21-\x7e]{1,8192}$/)
        const second = readPaste(first.value)
        expect(second.value).toBe(first.value)
        expect(second.variableName).toBeNull()
      }),
      { numRuns: 3_000 },
    )
    expect(accepted).toBeGreaterThan(100)
  })

  it('never repeats what was pasted in a refusal', () => {
    const secret = `sk-${'proj'}-${fill(40)}`
    for (const text of [
      `${secret}\n${secret}`,
      `${secret} x`,
      `{"a":"${secret}"}`,
      `A_KEY=B_KEY=${secret}`,
      `${secret}\u{1f511}`,
    ]) {
      expect(JSON.stringify(outcomeOf(text))).not.toContain(secret)
    }
  })
})
