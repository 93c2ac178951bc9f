import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCsv } from '../../../main/imports/csv.ts'
import { MAX_IMPORT_ROWS } from '../../../shared/limits.ts'
import { Problem } from '../../../shared/problems.ts'
import { fill } from '../key-formats-samples.ts'

const openai = `sk-${'proj'}-${fill(60)}`
const groq = `gsk_${fill(52)}`

describe('readCsv', () => {
  it('reads all columns under their usual names', () => {
    const { rows, notes } = readCsv(
      [
        'Name,Provider,API Key,Type,E-Mail,Organisation,Environment,Tags,Notes',
        `Main,OpenAI,${openai},project,ada@north.example,North,prod,"a; b",For the site`,
      ].join('\n'),
    )
    expect(notes).toEqual([])
    expect(rows).toMatchObject([
      {
        origin: 'line 2',
        name: 'Main',
        value: openai,
        provider: 'openai',
        kind: 'project',
        account: { email: 'ada@north.example', name: null, organization: 'North' },
        environment: 'production',
        tags: ['a', 'b'],
        description: 'For the site',
        problem: null,
        notes: [],
      },
    ])
  })

  it.each([
    ['semicolons and a byte order mark', `\ufeffkey;name\r\n${openai};"A; B"\r\n`],
    ['tabs', `key\tname\n${openai}\tA; B\n`],
    ['quotes around everything', `"key","name"\n"${openai}","A; B"`],
    ['another order and more columns', `id,name,key,created\n1,A; B,${openai},2026-01-01`],
    ['blank lines', `\n\nkey,name\n\n${openai},A; B\n\n`],
  ])('reads a table with %s', (_what, text) => {
    expect(readCsv(text).rows).toMatchObject([{ name: 'A; B', value: openai, problem: null }])
  })

  it('counts lines through cells that span several', () => {
    const rows = readCsv(`key,description\r\n${openai},"one\r\ntwo\r\nthree"\r\n\r\n${groq},x\r\n`).rows
    expect(rows.map(({ origin }) => origin)).toEqual(['line 2', 'line 6'])
    expect(rows[0]?.description).toBe('one\ntwo\nthree')
  })

  it('keeps an unknown provider in words', () => {
    const [row] = readCsv(`key,provider\n${fill(30)},Acme AI`).rows
    expect(row).toMatchObject({ provider: 'custom', description: 'Provider: Acme AI' })
    expect(row?.notes.join()).toContain('Acme AI')
  })

  it.each(['=1+1', '+cmd', '@SUM(A1)', '-2+3', '\t=1'])('refuses the row with the formula %j', (cell) => {
    const rows = readCsv(`name,key\n"${cell}",${openai}\nfine,${groq}\nalso,"${cell}"`).rows
    expect(rows.map(({ problem }) => problem === null)).toEqual([false, true, false])
    expect(rows[0]?.problem).toContain('"name"')
    expect(rows[2]?.problem).toContain('"key"')
  })

  it.each([
    ['an empty key', `name,key\nfirst,`, 'empty'],
    ['too many cells', `name,key\na,b,c,${openai}`, '4 cells'],
    ['an unclosed quotation mark', `name,key\n"a,${openai}`, 'quotation mark'],
  ])('says of a line with %s what is wrong', (_what, text, words) => {
    expect(readCsv(text).rows[0]?.problem).toContain(words)
  })

  it('refuses wrong columns, naming the expected ones and nothing of the cells', () => {
    const problem = refusal(`${openai},Main\n${groq},Other`)
    expect(problem.details.fields?.[0]?.field).toBe('text')
    expect(problem.message).toContain('"key"')
    expect(JSON.stringify(problem.toData())).not.toContain(openai)
    expect(refusal('name,provider\na,b').message).toContain('found: "name", "provider"')
  })

  it.each([
    ['', 'empty'],
    ['key,name', 'no rows'],
    [`key\n${'x\n'.repeat(MAX_IMPORT_ROWS + 1)}`, '5,000 rows'],
  ])('refuses a table that is empty or too long', (text, words) => {
    expect(refusal(text).message).toContain(words)
  })

  it('survives anything', () => {
    const cell = fc.constantFrom('"', ',', ';', '\n', '\r\n', 'x', '=', ' ', '\u0000', '\u{1f511}')
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 40 }), (parts) => {
        for (const row of readCsv(`key,name\nx,y\n${parts.join('')}`).rows) {
          expect(row.value !== null || row.problem !== null).toBe(true)
        }
      }),
    )
  })
})

function refusal(text: string): Problem {
  try {
    readCsv(text)
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('It was accepted.')
}
