import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databaseWithSharedCells } from '../support/shared-cells.ts'
import { databaseOf } from '../unit/imports/older-dashboard.ts'

const reader = join(import.meta.dirname, 'imports/reader-child.ts')
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyhold-hostile-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Reads the file in a process that has little memory, and says how that ended. */
function readWithLittleMemory(file: Buffer): { status: number | null; said: string } {
  const path = join(folder, 'dashboard.db')
  writeFileSync(path, file)
  const { status, stdout } = spawnSync(process.execPath, ['--max-old-space-size=160', '--no-warnings', reader, path], {
    encoding: 'utf8',
    timeout: 30_000,
  })
  return { status, said: stdout }
}

describe('a database that is far longer than its file', () => {
  it('is refused when its texts are longer than any key', () => {
    const file = databaseWithSharedCells(4_000_000)
    expect(file.length).toBeLessThan(5_000_000)
    expect(readWithLittleMemory(file)).toEqual({
      status: 0,
      said: expect.stringMatching(/^INVALID_INPUT A cell of the column "full_key" .* is too long/),
    })
  })

  it('is refused when its texts are short enough, but too many', () => {
    expect(readWithLittleMemory(databaseWithSharedCells(60_000))).toEqual({
      status: 0,
      said: expect.stringMatching(/^INVALID_INPUT The table "api_keys" holds more text than/),
    })
  })

  it('is not confused with one that really holds much text', () => {
    const file = databaseOf(
      'CREATE TABLE accounts (id INTEGER PRIMARY KEY, email TEXT)',
      'CREATE TABLE api_keys (id INTEGER PRIMARY KEY, name TEXT, full_key TEXT)',
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250)
        INSERT INTO api_keys SELECT i, 'k', printf('%.*c', 60000, 'k') FROM n`,
    )
    expect(readWithLittleMemory(Buffer.from(file, 'base64'))).toEqual({ status: 0, said: 'read 250' })
  })
})
