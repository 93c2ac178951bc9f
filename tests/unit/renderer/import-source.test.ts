import { describe, expect, it } from 'vitest'
import { formatOfFile, formatOfText, sizeProblem, toBase64 } from '../../../renderer/features/imports/import-source.ts'
import { needsAccount, preselected, toggled } from '../../../renderer/features/imports/selection.ts'
import type { ImportRow } from '../../../shared/contract/imports.ts'
import { MAX_IMPORT_FILE, MAX_PASTE_LENGTH } from '../../../shared/limits.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

describe('source of an import', () => {
  it.each([
    ['SQLite by its first bytes, whatever its name', 'keys.txt', 'SQLite format 3\0rest', 'sqlite'],
    ['a damaged database by its name, so that the error speaks of a database', 'dashboard.db', 'garbage', 'sqlite'],
    ['CSV by its name', 'keys.csv', 'name=1', 'csv'],
    ['.env by its name', '.env', 'a,b,c', 'env'],
    ['.env of an environment', 'app.env.production', 'a,b', 'env'],
    ['CSV by its header', 'export.txt', 'name,full_key,email\nx,y,z', 'csv'],
    ['.env by its content', 'export.txt', 'OPENAI_API_KEY=abc', 'env'],
  ] as const)('takes %s', (_what, name, head, format) => expect(formatOfFile(name, bytes(head))).toBe(format))

  it.each([
    ['# comment, with commas\nA=1', 'env'],
    ['\r\n\r\nname;key\r\n', 'csv'],
    ['export TOKEN=a,b,c', 'env'],
    ['', 'env'],
  ] as const)('tells pasted text apart: %j is %s', (text, format) => expect(formatOfText(text)).toBe(format))

  it('refuses by size, in the numbers that the limits really are', () => {
    expect(sizeProblem('env', MAX_PASTE_LENGTH)).toBeNull()
    expect(sizeProblem('env', MAX_PASTE_LENGTH + 1)).toContain('2,000,000')
    expect(sizeProblem('sqlite', MAX_IMPORT_FILE + 1)).toContain('20 MB')
    expect(sizeProblem('csv', 0)).toContain('empty')
  })

  it('encodes files of any size', () => {
    const file = Uint8Array.from({ length: 100_001 }, (_, at) => (at * 31) % 256)
    expect(Uint8Array.from(atob(toBase64(file)), (character) => character.charCodeAt(0))).toEqual(file)
    expect(toBase64(new Uint8Array())).toBe('')
  })
})

describe('choice of rows', () => {
  const row = (index: number, change: Partial<ImportRow>): ImportRow => ({
    index,
    origin: `line ${index + 1}`,
    name: `KEY_${index}`,
    provider: 'openai',
    kind: 'project',
    masked: 'sk-…',
    accountEmail: 'a@example.com',
    status: 'ready',
    reason: null,
    duplicateOfKeyId: null,
    ...change,
  })
  const rows = [row(0, {}), row(1, { status: 'duplicate' }), row(2, { status: 'bad' }), row(3, { accountEmail: null })]

  it('begins with all that are ready', () => expect([...preselected(rows)]).toEqual([0, 3]))

  it('lets a duplicate in on request, and a bad row never', () => {
    let chosen = preselected(rows)
    for (const one of rows) chosen = toggled(chosen, one)
    expect([...chosen]).toEqual([1])
  })

  it('asks for an account only if a chosen row names none', () => {
    expect(needsAccount(rows, new Set([0, 1]))).toBe(false)
    expect(needsAccount(rows, new Set([3]))).toBe(true)
  })
})
