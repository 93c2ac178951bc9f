import dotenv from 'dotenv'
import { detectKey, isKeyName } from '../../shared/key-formats.ts'
import { MAX_IMPORT_ROWS } from '../../shared/limits.ts'
import { invalidField } from '../../shared/problems.ts'
import { countOf } from '../../shared/words.ts'
import { emptyRow, type Source, type SourceRow } from './source.ts'

/** One definition with the lines it spans, still in its own notation. */
interface Statement {
  readonly line: number
  readonly name: string
  readonly text: string
  readonly problem: string | null
}

const definition = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]{0,199})[ \t]*(?:=|:[ \t])[ \t]*(.*)$/
/** Where an unclosed quotation mark must have ended; a line of Base64 with its padding is not one of these. */
const nextDefinition = /^[ \t]*(?:export[ \t]+)?[A-Za-z_]\w{0,199}[ \t]*=(?!=*[ \t]*$)/
/** What templates put where a key belongs. */
const placeholder =
  /^(?:<.*>|\[.*\]|\{\{.*\}\}|(?:sk-)?(?:your|my|the)[-_ ].*|x{3,}|\*+|\.+|change[-_]?me.*|replace[-_]?me.*|placeholder|todo|example|none|null|undefined|secret|password)$/i
const SHORTEST_KEY = 8

/**
 * Reads a `.env` file the way dotenv does (quotes, escapes, comments, `export`, values over several lines), and says
 * for every definition where it stands and whether it holds a key. Other than dotenv it takes a new definition inside
 * open quotation marks for the sign that they were never closed, rather than swallow the next keys. Throws INVALID_INPUT (field "text") if there is
 * no definition in it, or more than MAX_IMPORT_ROWS.
 */
export function readEnv(text: string): Source {
  const statements = split(text)
  if (!statements.some((statement) => statement.name !== '')) {
    throw invalidField('text', 'There is no line of the form NAME=value in this text.', [
      'Choose a .env file, or use the CSV import for a table.',
    ])
  }
  if (statements.length > MAX_IMPORT_ROWS) {
    throw invalidField(
      'text',
      `This has ${countOf(statements.length, 'definition')}; ${MAX_IMPORT_ROWS} fit into one import.`,
      ['Split the file.'],
    )
  }
  const lastLine = new Map<string, number>()
  for (const { name, line, problem } of statements) if (problem === null) lastLine.set(name, line)
  const repeated = new Set<string>()
  const rows = statements.map((statement) => {
    const last = lastLine.get(statement.name)
    if (statement.problem === null && last !== undefined && last !== statement.line) {
      repeated.add(statement.name)
      return bad(
        statement,
        `Defined again in line ${last}, and the last one counts. Rename one of them to take in both.`,
      )
    }
    return readStatement(statement)
  })
  const notes =
    repeated.size === 0
      ? []
      : [
          `${countOf(repeated.size, 'name')} ${repeated.size === 1 ? 'is' : 'are'} defined more than once; the last one counts.`,
        ]
  return { rows, notes }
}

function split(text: string): Statement[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/)
  const statements: Statement[] = []
  for (let at = 0; at < lines.length; at += 1) {
    const content = lines[at] ?? ''
    if (/^[ \t]*(?:#|$)/.test(content)) continue
    const line = at + 1
    const match = definition.exec(content)
    if (match === null) {
      const problem = 'This line is not of the form NAME=value. Correct it or leave it out.'
      statements.push({ line, name: '', text: '', problem })
      continue
    }
    const [, name = '', rest = ''] = match
    const end = lastLineOf(lines, at, rest)
    if (end === null) {
      const problem = 'The quotation mark after the equals sign is not closed. Close it at the end of the value.'
      statements.push({ line, name, text: '', problem })
      continue
    }
    statements.push({ line, name, text: lines.slice(at, end + 1).join('\n'), problem: null })
    at = end
  }
  return statements
}

/** The line on which a quoted value ends; null if it never does before the next definition or the end. */
function lastLineOf(lines: readonly string[], first: number, rest: string): number | null {
  const quote = rest.charAt(0)
  if (quote !== '"' && quote !== "'" && quote !== '`') return first
  if (closes(rest.slice(1), quote)) return first
  for (let at = first + 1; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (closes(line, quote)) return at
    if (nextDefinition.test(line)) return null
  }
  return null
}

function closes(text: string, quote: string): boolean {
  for (let at = text.indexOf(quote); at >= 0; at = text.indexOf(quote, at + 1)) {
    if (text.charAt(at - 1) !== '\\') return true
  }
  return false
}

function readStatement(statement: Statement): SourceRow {
  if (statement.problem !== null) return bad(statement, statement.problem)
  const { name } = statement
  const value = dotenv.parse(statement.text)[name]
  if (value === undefined) return bad(statement, 'This line cannot be read. Put the value into double quotes.')
  const reason = whyNotAKey(name, value)
  const row: SourceRow = { ...emptyRow(`line ${statement.line}`, name), value, hint: name, problem: reason }
  if (reason !== null || statement.text.includes('\n')) return row
  const [, , raw = ''] = definition.exec(statement.text) ?? []
  return /^[^"'`][^ \t]*#/.test(raw)
    ? {
        ...row,
        notes: ['What follows the "#" counts as a comment. Put the value into quotes if it belongs to the key.'],
      }
    : row
}

function whyNotAKey(name: string, value: string): string | null {
  if (value === '') return 'The value is empty. Fill it in or leave the line out.'
  if (value.startsWith('encrypted:')) return 'The value is encrypted by dotenvx. Decrypt the file first.'
  const found = detectKey(value)
  const telling = found.confidence === 'strong' || found.confidence === 'medium'
  if (telling || (found.confidence === 'weak' && value.length >= 20)) return null
  if (!isKeyName(name)) {
    return 'Neither the name nor the value looks like a key, so it is left out. If it is one, add it by hand.'
  }
  if (/\$\{?[A-Za-z_]/.test(value)) return 'The value refers to another variable. Put the key itself here.'
  if (placeholder.test(value)) return 'The value is a placeholder. Put the key itself here.'
  return value.length < SHORTEST_KEY ? 'The value is too short for a key. If it is one, add it by hand.' : null
}

function bad(statement: Statement, problem: string): SourceRow {
  return { ...emptyRow(`line ${statement.line}`, statement.name), problem }
}
