import dotenv from 'dotenv'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readEnv } from '../../../main/imports/env.ts'
import { MAX_IMPORT_ROWS } from '../../../shared/limits.ts'
import { Problem } from '../../../shared/problems.ts'
import { fill, lower } from '../key-formats-samples.ts'

const openai = `sk-${'proj'}-${fill(60)}`
const groq = `gsk_${fill(52)}`

function taken(text: string) {
  return readEnv(text).rows.filter((row) => row.problem === null)
}

describe('readEnv', () => {
  it('reads CRLF, a byte order mark, export, quotes and comments, and says on which line', () => {
    const text = [
      '\ufeff# keys of the team',
      '',
      `export OPENAI_API_KEY="${openai}" # main`,
      `GROQ_API_KEY='${groq}'`,
      `  MISTRAL_API_KEY = ${lower(32)}`,
      `YAML_TOKEN: ${fill(30)}`,
    ].join('\r\n')
    expect(taken(text).map(({ origin, name, value }) => [origin, name, value])).toEqual([
      ['line 3', 'OPENAI_API_KEY', openai],
      ['line 4', 'GROQ_API_KEY', groq],
      ['line 5', 'MISTRAL_API_KEY', lower(32)],
      ['line 6', 'YAML_TOKEN', fill(30)],
    ])
  })

  it('reads a value over several lines and counts on behind it', () => {
    const pem = ['-----BEGIN KEY-----', 'abcd', 'QUFB==', '-----END KEY-----']
    const rows = readEnv(`FIRST_KEY="${pem.join('\n')}"\nOPENAI_API_KEY=${openai}\n`).rows
    expect(rows.map(({ origin, value }) => [origin, value])).toEqual([
      ['line 1', pem.join('\n')],
      ['line 5', openai],
    ])
  })

  it('takes the last of several definitions and says so', () => {
    const source = readEnv(`OPENAI_API_KEY=${openai}\nPORT=1\nOPENAI_API_KEY=${openai}2\n`)
    expect(source.rows[0]?.problem).toContain('Defined again in line 3')
    expect(source.rows[2]).toMatchObject({ value: `${openai}2`, problem: null })
    expect(source.notes).toEqual(['1 name is defined more than once; the last one counts.'])
  })

  it.each([
    ['a line without an equals sign', 'just words', 'NAME=value'],
    ['an unclosed quotation mark', `OPENAI_API_KEY="${openai}\nOTHER_KEY=${groq}`, 'not closed'],
    ['an empty value', 'OPENAI_API_KEY=', 'empty'],
    ['a placeholder', 'OPENAI_API_KEY=your-api-key-here', 'placeholder'],
    ['a template', 'OPENAI_API_KEY=<put it here>', 'placeholder'],
    ['a reference', 'OPENAI_API_KEY=$OTHER_KEY_NAME', 'another variable'],
    ['an encrypted value', 'OPENAI_API_KEY="encrypted:BMq4k"', 'dotenvx'],
    ['a flag', 'USE_TOKEN=true', 'too short'],
    ['something else', 'DATABASE_URL=postgres://localhost/app', 'left out'],
    ['a port', 'PORT=3000', 'left out'],
  ])('says of %s why it is not taken and what to do', (_what, line, words) => {
    const rows = readEnv(`${line}\nLAST_OPENAI_KEY=${openai}\n`).rows
    expect(rows[0]?.problem).toContain(words)
    expect(rows.at(-1)).toMatchObject({ value: openai, problem: null })
  })

  it('takes a key under any name if its form is telling', () => {
    expect(taken(`WHATEVER=${groq}`)).toHaveLength(1)
  })

  it('says that an unquoted # begins a comment', () => {
    expect(
      taken(`MY_SECRET=abcdefgh#ijkl\nX_SECRET="abc#defghi"`).map(({ value, notes }) => [value, notes.length]),
    ).toEqual([
      ['abcdefgh', 1],
      ['abc#defghi', 0],
    ])
  })

  it.each([
    ['', 'NAME=value'],
    ['{"a": 1}', 'NAME=value'],
    ['\u0000\u0001', 'NAME=value'],
  ])('refuses a text without any definition: %j', (text, words) => {
    expect(() => readEnv(text)).toThrow(words)
  })

  it('refuses more than fits', () => {
    expect(() => readEnv('A_KEY=12345678\n'.repeat(MAX_IMPORT_ROWS + 1))).toThrow('5,001 definitions')
  })

  it('agrees with dotenv on every file whose quotation marks are closed', () => {
    const name = fc.constantFrom('OPENAI_API_KEY', 'A_TOKEN', 'MY_SECRET', 'PORT')
    const value = fc.oneof(
      fc.stringMatching(/^[\w.#:/+-]{0,20}$/),
      fc
        .array(fc.constantFrom('a', '\\n', ' #', '=', "'", ' '), { maxLength: 12 })
        .map((parts) => `"${parts.join('')}"`),
      fc.stringMatching(/^'[\w #"\n]{0,20}'$/),
    )
    const line = fc.oneof(
      fc
        .tuple(fc.constantFrom('', 'export ', '  '), name, fc.constantFrom('=', ' = '), value)
        .map((parts) => parts.join('')),
      fc.constantFrom('', '# comment', '   # A_KEY=1'),
    )
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 8 }), fc.constantFrom('\n', '\r\n'), (lines, end) => {
        const text = ['FIRST_KEY=x', ...lines].join(end)
        const expected = dotenv.parse(text)
        const last = new Map(
          readEnv(text)
            .rows.filter(({ value: found }) => found !== null)
            .map((row) => [row.name, row.value]),
        )
        expect(Object.fromEntries(last)).toEqual(expected)
      }),
    )
  })

  it('survives anything, quickly, with a row for every line that is no comment', () => {
    const hostile = ['A="', "A='", 'A=`', 'export ', '=', '\\', '"', ' ', '#', '\n', 'A_KEY=', ': ', 'x', '${']
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...hostile), { maxLength: 40 }), (parts) => {
        try {
          for (const row of readEnv(parts.join('')).rows) expect(row.value !== null || row.problem !== null).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(Problem)
        }
      }),
    )
    const started = performance.now()
    for (const part of ['A="\n', 'A="x', "'\n", ' ', 'export ', '\\"', 'A=\\', 'a', 'A: ', '#']) {
      try {
        readEnv(`A_KEY="${part.repeat(Math.floor(1_900_000 / part.length))}`)
      } catch (error) {
        expect(error).toBeInstanceOf(Problem)
      }
    }
    expect(performance.now() - started).toBeLessThan(5_000)
  })
})
