import Database from 'better-sqlite3'

const ROWS = 3_000
/** What stands in the page itself of a long record, for pages of 512 bytes: the smallest that SQLite writes. */
const LOCAL = 39
const POINTER = 4
const MARK = 'shared01'
const PLACE = 'place001'

/**
 * A database of the older dashboard in which the cells of three thousand keys point to one and the same text of
 * about `length` characters. SQLite reads it as three thousand long texts, while the file is hardly longer than one.
 * The layout of cells: https://www.sqlite.org/fileformat.html §1.6
 */
export function databaseWithSharedCells(length: number): Buffer {
  const db = new Database(':memory:')
  try {
    db.pragma('page_size = 512')
    db.exec('CREATE TABLE accounts (id INTEGER PRIMARY KEY, email TEXT)')
    db.exec('CREATE TABLE api_keys (id INTEGER PRIMARY KEY, name TEXT, full_key TEXT)')
    const insert = db.prepare('INSERT INTO api_keys VALUES (?, ?, ?)')
    // Its own length, two types of a byte each, and the type of the text.
    const header = 3 + varint(2 * length).length
    // In all a size of which exactly LOCAL bytes stay in the page.
    const size = Math.floor(length / 508) * 508 + LOCAL
    const sizeBytes = varint(size)
    insert.run(999, MARK, 'k'.repeat(size - header - MARK.length))
    const placeholder = LOCAL + POINTER + sizeBytes.length - 1
    for (let id = 1_000; id < 1_000 + ROWS; id += 1) {
      insert.run(id, PLACE, 'p'.repeat(placeholder - 4 - PLACE.length))
    }
    return forge(db.serialize(), header, sizeBytes)
  } finally {
    db.close()
  }
}

/** Writes the beginning of the long record over every short one, which has exactly as many bytes. */
function forge(file: Buffer, header: number, size: Buffer): Buffer {
  const long = file.indexOf(MARK) - header
  const record = file.subarray(long, long + LOCAL + POINTER)
  for (let at = file.indexOf(PLACE); at >= 0; at = file.indexOf(PLACE, at + 1)) {
    const id = file.subarray(at - 6, at - 4)
    Buffer.concat([size, id, record]).copy(file, at - 7)
  }
  return file
}

/** A number as SQLite writes it: seven bits to the byte, the first of them first. */
function varint(value: number): Buffer {
  const bytes = [value & 0x7f]
  for (let rest = value >> 7; rest > 0; rest >>= 7) bytes.unshift((rest & 0x7f) | 0x80)
  return Buffer.from(bytes)
}
