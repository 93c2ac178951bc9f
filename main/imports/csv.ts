import Papa from 'papaparse'
import { holdsKey } from '../../shared/key-formats.ts'
import { MAX_IMPORT_ROWS } from '../../shared/limits.ts'
import { invalidField } from '../../shared/problems.ts'
import { countOf } from '../../shared/words.ts'
import { emptyRow, environmentFrom, kindFrom, providerFrom, type Source, type SourceRow } from './source.ts'

/** The columns that are understood, with the names they have in the exports of other tools. */
const columns = {
  key: ['key', 'apikey', 'fullkey', 'secret', 'secretkey', 'apisecret', 'token', 'apitoken', 'accesstoken', 'value'],
  name: ['name', 'keyname', 'label', 'title', 'variable', 'variablename'],
  provider: ['provider', 'service', 'vendor', 'platform'],
  kind: ['kind', 'type', 'keytype'],
  email: ['email', 'account', 'accountemail', 'mail', 'owner', 'user', 'username'],
  accountName: ['accountname', 'ownername', 'fullname'],
  organization: ['organization', 'organisation', 'organizationname', 'org', 'company', 'team'],
  environment: ['environment', 'env', 'stage', 'mode'],
  tags: ['tags', 'tag', 'labels'],
  description: ['description', 'note', 'notes', 'comment', 'comments'],
} as const
type Column = keyof typeof columns
type Cells = Partial<Record<Column, string>>

interface Line {
  readonly number: number
  readonly cells: readonly string[]
  readonly broken: boolean
}

const example = 'The first line names the columns, for example: name,key,provider,email'

/**
 * Reads a table of keys: RFC 4180 with comma, semicolon, tab or bar, with or without byte order mark. The first
 * line must name a column for the key; cells that a spreadsheet would run as a formula refuse their row.
 * Throws INVALID_INPUT (field "text") for a table without such a column, without rows or with too many of them.
 */
export function readCsv(text: string): Source {
  const lines = parse(text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n'))
  const [header, ...body] = lines
  if (header === undefined) throw invalidField('text', 'The table is empty.', [example])
  const positions = positionsOf(header)
  if (body.length === 0) {
    throw invalidField('text', 'The table has column names but no rows.', ['Add a line for every key.'])
  }
  if (body.length > MAX_IMPORT_ROWS) {
    const fit = MAX_IMPORT_ROWS.toLocaleString('en-GB')
    throw invalidField('text', `The table has more than ${fit} rows, which is what fits into one import.`, [
      'Split the table.',
    ])
  }
  const unused = header.cells.filter((cell) => cell.trim() !== '').length - positions.size
  return {
    rows: body.map((line) => readLine(line, positions, header.cells.length)),
    notes:
      unused > 0 ? [`${countOf(unused, 'column')} with other names ${unused === 1 ? 'was' : 'were'} left out.`] : [],
  }
}

function parse(text: string): Line[] {
  const lines: Line[] = []
  let number = 1
  let position = 0
  Papa.parse(text, {
    delimiter: delimiterOf(text),
    step: (result, parser) => {
      if (result.data.some((cell) => cell.trim() !== '')) {
        lines.push({ number, cells: result.data, broken: result.errors.length > 0 })
      }
      for (; position < result.meta.cursor; position += 1) if (text.charCodeAt(position) === 10) number += 1
      if (lines.length > MAX_IMPORT_ROWS + 1) parser.abort()
    },
  })
  return lines
}

/** The one that occurs most in the first line that has something in it. */
function delimiterOf(text: string): string {
  const first = /[^\n]*\S[^\n]*/.exec(text)?.[0] ?? ''
  const counted = [',', ';', '\t', '|'].map((mark) => ({ mark, times: first.split(mark).length }))
  counted.sort((a, b) => b.times - a.times)
  return counted[0]?.mark ?? ','
}

function positionsOf(header: Line): Map<Column, number> {
  const names = header.cells.map((cell) => cell.toLowerCase().replace(/[^a-z]/g, ''))
  const positions = new Map<Column, number>()
  for (const column of Object.keys(columns) as Column[]) {
    for (const alias of columns[column]) {
      const at = names.indexOf(alias)
      if (at < 0) continue
      positions.set(column, at)
      break
    }
  }
  if (header.broken || !positions.has('key')) {
    // The cells themselves are not repeated: without a header the first line may well hold a key.
    const known = [...positions.keys()].map((column) => `"${column}"`)
    throw invalidField(
      'text',
      `The first line names no column for the key${known.length === 0 ? '' : ` (found: ${known.join(', ')})`}. Name it "key"; also understood: api_key, full_key, secret, token, value.`,
      [example],
    )
  }
  return positions
}

function readLine(line: Line, positions: ReadonlyMap<Column, number>, width: number): SourceRow {
  const cells: Cells = {}
  let formula: Column | null = null
  for (const [column, at] of positions) {
    const raw = line.cells[at] ?? ''
    const text = raw.trim()
    if (/^[=+@]|^-./.test(text) || /^[\t\r]/.test(raw)) formula ??= column
    if (text !== '' && text !== '-') cells[column] = text
  }
  const misplaced = takeOutKeys(cells)
  const row = {
    ...emptyRow(`line ${line.number}`, formula === 'name' ? '' : (cells.name ?? '')),
    notes: misplaced.map((column) => `The cell "${column}" holds a key; it is not shown, and was left out.`),
  }
  if (line.broken)
    return {
      ...row,
      problem: 'A quotation mark in this line is not closed, or stands inside a value. Double it or close it.',
    }
  if (line.cells.length > width) {
    return {
      ...row,
      problem: `This line has ${line.cells.length} cells, but there are ${width} columns. Put values with the delimiter in them into quotes.`,
    }
  }
  if (formula !== null) {
    return {
      ...row,
      problem: `The cell "${formula}" begins like a formula (=, +, - or @). Remove that character; if it belongs to a key, add the key by hand.`,
    }
  }
  if (cells.key === undefined)
    return { ...row, problem: 'The cell with the key is empty. Fill it in or leave the line out.' }
  return fromCells(row, cells, cells.key)
}

/** Other cells are shown and stored in plain text: those with a key in them are emptied, and named. */
function takeOutKeys(cells: Cells): Column[] {
  const others = (Object.keys(columns) as Column[]).filter((column) => column !== 'key')
  const misplaced = others.filter((column) => holdsKey(cells[column] ?? '', cells.key ?? null))
  for (const column of misplaced) delete cells[column]
  return misplaced
}

function fromCells(row: SourceRow, cells: Cells, value: string): SourceRow {
  const notes = [...row.notes]
  const descriptions = cells.description === undefined ? [] : [cells.description]
  const provider = cells.provider === undefined ? null : providerFrom(cells.provider)
  if (cells.provider !== undefined && provider === null) {
    notes.push(`"${cells.provider}" is not among the known providers; it is kept in the description.`)
    descriptions.push(`Provider: ${cells.provider}`)
  }
  const kind = cells.kind === undefined ? null : kindFrom(cells.kind)
  if (cells.kind !== undefined && kind === null) notes.push(`The kind "${cells.kind}" is unknown and was left out.`)
  const environment = cells.environment === undefined ? null : environmentFrom(cells.environment)
  if (cells.environment !== undefined && environment === null) {
    notes.push(
      `The environment "${cells.environment}" is none of production, staging and development; it was left out.`,
    )
  }
  const email = cells.email
  if (email === undefined && (cells.accountName !== undefined || cells.organization !== undefined)) {
    notes.push('An account needs an e-mail address; its other fields were left out.')
  }
  return {
    ...row,
    value,
    hint: cells.name ?? null,
    provider: cells.provider !== undefined && provider === null ? 'custom' : provider,
    kind,
    account:
      email === undefined ? null : { email, name: cells.accountName ?? null, organization: cells.organization ?? null },
    description: descriptions.length === 0 ? null : descriptions.join('\n'),
    environment,
    tags: (cells.tags ?? '')
      .split(/[,;|]/)
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
    notes,
  }
}
