import { MAX_IMPORT_FILE, MAX_PASTE_LENGTH } from '../../../shared/limits.ts'

/** What kind of source an import is. */
export type ImportFormat = 'env' | 'csv' | 'sqlite'

const SQLITE_MAGIC = 'SQLite format 3\0'
const sqliteNames = /\.(db|db3|sqlite|sqlite3)$/i
const csvNames = /\.(csv|tsv)$/i
const csvHeader = /^[^=\n]*(?:,|;|\t)[^=\n]*$/

/** The format of a file, by its first bytes, then by its name, then by its first line. */
export function formatOfFile(name: string, head: Uint8Array): ImportFormat {
  const start = String.fromCharCode(...head.subarray(0, SQLITE_MAGIC.length))
  if (start === SQLITE_MAGIC || sqliteNames.test(name)) return 'sqlite'
  if (csvNames.test(name)) return 'csv'
  if (/(^|[./])env(\.|$)/i.test(name)) return 'env'
  return formatOfText(new TextDecoder().decode(head))
}

/** The format of pasted text: a first line with separators and without "=" is the header of a CSV. */
export function formatOfText(text: string): 'env' | 'csv' {
  const first = text.split(/\r?\n/).find((line) => line.trim() !== '' && !line.trimStart().startsWith('#')) ?? ''
  return csvHeader.test(first) ? 'csv' : 'env'
}

/** Why a source of this size is not taken, or null. */
export function sizeProblem(format: ImportFormat, size: number): string | null {
  if (size === 0) return 'It is empty. Choose a file or paste some text with keys.'
  if (format === 'sqlite') {
    return size > MAX_IMPORT_FILE ? 'The database is larger than 20 MB. Is it the one of the older dashboard?' : null
  }
  return size > MAX_PASTE_LENGTH
    ? 'The text is longer than 2,000,000 characters. Take in a part of it at a time.'
    : null
}

/** Bytes as base64, in steps that fit the arguments of a call. */
export function toBase64(bytes: Uint8Array): string {
  const step = 0x8000
  let binary = ''
  for (let at = 0; at < bytes.length; at += step) binary += String.fromCharCode(...bytes.subarray(at, at + step))
  return btoa(binary)
}
