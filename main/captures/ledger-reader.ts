import { existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { Problem } from '../../shared/problems.ts'
import { pragmaValue } from '../store/pragma.ts'
import type { Db } from '../store/store.ts'
import type { CaptureMarks, StoredCapture } from './capture-record.ts'
import { HeadReader } from './ledger-head.ts'
import { LEDGER_SCHEMA, LedgerRows, type RequestRow } from './ledger-rows.ts'
import type { LedgerNote, LedgerReader } from './ledger-types.ts'
import { WordReader } from './ledger-words.ts'

export const LEDGER_FILE = 'captures.db'
/** Ids that are looked at for one endpoint's requests before the caller gets a turn. */
const SCAN = 20_000

/**
 * Opens the ledger in `directory` for reading. Throws NOT_FOUND when none was made yet, STORE_FAILED when it cannot be
 * opened or is of another version.
 */
export function openLedgerReader(directory: string): LedgerReader {
  const file = join(directory, LEDGER_FILE)
  if (!existsSync(file)) throw nothingYet(file)
  let db: Db | undefined
  try {
    db = new Database(file, { readonly: true, fileMustExist: true })
    db.pragma('busy_timeout = 5000')
    db.pragma('trusted_schema = OFF')
    const version = Number(pragmaValue(db, 'user_version'))
    // The file of the first start is there a moment before its tables are.
    if (version === 0) throw nothingYet(file)
    if (version !== LEDGER_SCHEMA) throw otherVersion(version)
    return new SqliteLedgerReader(db)
  } catch (error) {
    db?.close()
    throw error instanceof Problem ? error : unreadable(error)
  }
}

function nothingYet(file: string): Problem {
  return new Problem('NOT_FOUND', 'Nothing was captured yet.', {
    cause: `There are no captured requests in ${file}.`,
    remedies: ['Turn the webhook receiver on.'],
  })
}

export function otherVersion(version: number): Problem {
  return new Problem('STORE_FAILED', 'The captured requests were written by another version of Keyhold.', {
    cause: `Their file has the schema ${version}; this version knows ${LEDGER_SCHEMA}.`,
    remedies: ['Update Keyhold and start it again. Nothing was changed.'],
  })
}

function unreadable(error: unknown): Problem {
  return new Problem(
    'STORE_FAILED',
    'The captured requests cannot be read.',
    {
      cause: error instanceof Error ? error.message : String(error),
      remedies: ['Start Keyhold again: a damaged file is then set aside and a new one begun.'],
    },
    { cause: error },
  )
}

/** SQLite could not read now, for a reason that lies with the disk or with other connections. */
const PASSING = /^SQLITE_(?:BUSY|LOCKED|IOERR|CANTOPEN|NOMEM|PROTOCOL)/

/** Whether what was thrown while one request was read lies with its row: reading it again will say the same. */
export function isUnreadableRow(error: unknown): error is Problem {
  if (!(error instanceof Problem) || error.code !== 'STORE_FAILED') return false
  const { cause } = error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return !PASSING.test(code)
}

export class SqliteLedgerReader implements LedgerReader {
  readonly identity: string
  protected readonly db: Db
  protected readonly rows: LedgerRows
  readonly #heads: HeadReader

  constructor(db: Db) {
    this.db = db
    this.rows = new LedgerRows(db)
    this.#heads = new HeadReader(new WordReader((id) => this.rows.word(id)))
    this.identity = this.rows.fact('identity')
  }

  read(id: number): StoredCapture | null {
    return reading(() => {
      const row = this.rows.request(id)
      return row === null ? null : this.#capture(row)
    })
  }

  readAfter(afterId: number, limit: number): StoredCapture[] {
    return reading(() => this.rows.requestsAfter(afterId, limit).map((row) => this.#capture(row)))
  }

  readAfterOfEndpoint(
    endpointId: number,
    afterId: number,
    limit: number,
  ): { captures: StoredCapture[]; throughId: number } {
    return reading(() => {
      const lastLookedAt = Math.min(this.newestId(), afterId + SCAN)
      const found = this.rows.requestsOfEndpoint(endpointId, afterId, lastLookedAt, limit)
      const captures = found.map((row) => this.#capture(row))
      const last = captures.at(-1)
      return {
        captures,
        throughId: captures.length === limit && last !== undefined ? last.id : Math.max(lastLookedAt, afterId),
      }
    })
  }

  idsAfter(afterId: number, limit: number): number[] {
    return reading(() => this.rows.idsAfter(afterId, limit))
  }

  newestId(): number {
    return reading(() => Math.max(Number(this.rows.fact('newest-id')), this.rows.newestStoredId() ?? 0))
  }

  oldestId(): number | null {
    return reading(() => this.rows.oldestId())
  }

  marks(ids: readonly number[]): Map<number, CaptureMarks> {
    return reading(() => {
      const found = new Map<number, CaptureMarks>()
      for (const id of ids) {
        const marks = this.rows.marks(id)
        if (marks !== null) found.set(id, { pinned: marks.pinned, note: marks.note, tags: marks.tags })
      }
      return found
    })
  }

  newestNote(): number {
    return reading(() => this.rows.notesSpan().newest)
  }

  notesAfter(afterSeq: number, limit: number): LedgerNote[] | null {
    return reading(() => {
      if (this.rows.notesSpan().oldest > afterSeq + 1) return null
      return this.rows.notesAfter(afterSeq, limit)
    })
  }

  knownBundleKeys(keys: readonly string[]): Set<string> {
    return reading(() => new Set(this.rows.bundleKeys(keys)))
  }

  close(): void {
    if (this.db.open) this.db.close()
  }

  #capture(row: RequestRow): StoredCapture {
    const head = this.#heads.read(row.head, row.body.length)
    const gone = row.settled !== null && row.answeredMs === null
    return {
      ...head,
      id: row.id,
      endpointId: row.endpointId,
      at: row.at,
      body: row.body,
      verdict: row.lateVerdict ?? head.verdict,
      // Planned, but nobody was there to take it.
      answer: gone ? { ...head.answer, status: null } : head.answer,
      answeredMs: row.answeredMs,
    }
  }
}

function reading<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof Problem ? error : unreadable(error)
  }
}
