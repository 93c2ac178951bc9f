import { receiverLimits } from '../../shared/limits.ts'
import type { StoreNotice } from '../store/integrity.ts'
import { pragmaValue } from '../store/pragma.ts'
import type { Db } from '../store/store.ts'
import type { LedgerChange, NewCapture } from './capture-record.ts'
import { HeadWriter } from './ledger-head.ts'
import { type LogDisk, LogSync } from './ledger-log-sync.ts'
import { SqliteLedgerReader } from './ledger-reader.ts'
import type { Ledger, LedgerNote, Outcome } from './ledger-types.ts'
import { WordWriter } from './ledger-words.ts'

/** Ids of one endpoint's deletion that are looked at, and requests that go, in one piece. */
const DELETE_SCAN = 5_000
const DELETE_PIECE = 500
/** Notes that are kept for whoever follows. */
const MAX_NOTES = 200_000
/** Free space in the file that is kept for coming requests: a quarter of it, at least this many pages (16 MB). */
const SPARE_PAGES = 512
const TIDY_PAGES = 32
const PROBE_BYTES = 64 * 1024

type SmallChange = Exclude<LedgerChange, { readonly kind: 'delete-endpoint' }>
type Marking = Extract<LedgerChange, { readonly kind: 'mark' }>

export class SqliteLedger extends SqliteLedgerReader implements Ledger {
  readonly notices: readonly StoreNotice[]
  readonly #words: WordWriter
  readonly #heads: HeadWriter
  /** How far the deletion of each endpoint looked. */
  readonly #deletedThrough = new Map<number, number>()
  #newest: number
  #note: number

  readonly #log: LogSync

  /** `file`: of the database; its log stands beside it. */
  constructor(db: Db, file: string, notices: readonly StoreNotice[], disk?: LogDisk) {
    super(db)
    this.notices = notices
    this.#log = new LogSync(`${file}-wal`, disk)
    this.#words = new WordWriter(this.rows)
    this.#heads = new HeadWriter(this.#words)
    this.#newest = super.newestId()
    this.#note = super.newestNote()
  }

  override newestId(): number {
    return this.#newest
  }

  append(captures: readonly NewCapture[]): number {
    const first = this.#newest + 1
    this.#transaction(() => {
      let id = first
      for (const capture of captures) {
        this.#insert(id, capture)
        id += 1
      }
    })
    this.#newest += captures.length
    return first
  }

  sync(done: (error: Error | null) => void): void {
    this.#log.sync(done)
  }

  apply(change: SmallChange): number[] {
    switch (change.kind) {
      case 'mark':
        return this.#write(() => {
          const marked = change.ids.filter((id) => this.rows.exists(id))
          for (const id of marked) this.#mark(id, change)
          this.#noteAll('mark', marked)
          return marked
        })
      case 'delete':
        return this.#write(() => this.#delete(change.ids, change.sparePinned))
      case 'verdicts':
        return this.#write(() => {
          const judged = change.verdicts.filter(({ id }) => this.rows.exists(id))
          for (const { id, verdict } of judged) this.rows.setLateVerdict(id, JSON.stringify(verdict))
          const ids = judged.map(({ id }) => id)
          this.#noteAll('verdict', ids)
          return ids
        })
      case 'import':
        return this.#import(change.captures)
    }
  }

  doom(endpointId: number): void {
    this.#write(() => this.rows.doom(endpointId))
    this.#deletedThrough.delete(endpointId)
  }

  doomed(): number[] {
    return this.rows.doomed()
  }

  deleteSome(endpointId: number): { ids: number[]; done: boolean } {
    const from = this.#deletedThrough.get(endpointId) ?? 0
    // Deleted stretches are skipped, so that an old endpoint is not looked for where nothing is.
    const [next] = this.rows.idsAfter(from, 1)
    const through = next === undefined ? this.#newest : Math.min(this.#newest, next + DELETE_SCAN)
    const found = next === undefined ? [] : this.rows.idsOfEndpoint(endpointId, from, through)
    const ids = found.slice(0, DELETE_PIECE)
    const lookedAt = ids.length < found.length ? (ids.at(-1) ?? through) : through
    const done = lookedAt >= this.#newest
    this.#write(() => {
      this.#delete(ids, false)
      if (done) this.rows.pardon(endpointId)
    })
    if (done) this.#deletedThrough.delete(endpointId)
    else this.#deletedThrough.set(endpointId, lookedAt)
    return { ids, done }
  }

  settle(outcomes: readonly Outcome[]): void {
    this.#write(() => {
      const there = outcomes.filter(({ id }) => this.rows.exists(id))
      for (const { id, answeredMs } of there) this.rows.setOutcome(id, answeredMs)
      this.#noteAll(
        'outcome',
        there.map(({ id }) => id),
      )
    })
  }

  probe(): void {
    // More than a page, so that the file and the log would have to grow for it.
    this.#write(() => this.rows.writeAndTakeBack(Buffer.alloc(PROBE_BYTES)))
  }

  tidy(): boolean {
    const pages = Number(pragmaValue(this.db, 'page_count'))
    const free = Number(pragmaValue(this.db, 'freelist_count'))
    const spare = Math.max(SPARE_PAGES, Math.floor(pages / 4))
    if (free <= spare) return false
    this.db.pragma(`incremental_vacuum(${Math.min(TIDY_PAGES, free - spare)})`)
    return true
  }

  override close(): void {
    if (!this.db.open) return
    this.#log.close()
    this.db.pragma('wal_checkpoint(TRUNCATE)')
    super.close()
  }

  #insert(id: number, capture: NewCapture): void {
    this.rows.insert(id, capture.endpointId, capture.at, this.#heads.write(capture), capture.body)
  }

  #import(captures: Extract<LedgerChange, { readonly kind: 'import' }>['captures']): number[] {
    const known = this.knownBundleKeys(captures.map(({ bundleKey }) => bundleKey))
    const ids = this.#write(() => {
      const given: number[] = []
      for (const { bundleKey, marks, ...capture } of captures) {
        if (known.has(bundleKey)) continue
        known.add(bundleKey)
        const id = this.#newest + given.length + 1
        this.#insert(id, capture)
        this.rows.insertBundleKey(id, bundleKey)
        this.rows.setMarks({ id, pinned: marks.pinned, note: marks.note, tags: [...marks.tags] })
        given.push(id)
      }
      return given
    })
    this.#newest += ids.length
    return ids
  }

  #mark(id: number, { pinned, note, addTags = [], removeTags = [] }: Marking): void {
    const before = this.rows.marks(id) ?? { id, pinned: false, note: '', tags: [] }
    const kept = before.tags.filter((tag) => !removeTags.includes(tag))
    const tags = [...new Set([...kept, ...addTags])].slice(0, receiverLimits.tags)
    this.rows.setMarks({ id, pinned: pinned ?? before.pinned, note: note ?? before.note, tags })
  }

  #delete(ids: readonly number[], sparePinned: boolean): number[] {
    const going = ids.filter((id) => this.rows.exists(id) && !(sparePinned && this.rows.marks(id)?.pinned === true))
    if (going.length === 0) return []
    for (const id of going) this.rows.delete(id)
    // So that the ids of the newest ones are not given again.
    this.rows.setFact('newest-id', String(this.#newest))
    this.#noteAll('delete', going)
    return going
  }

  /** One note for each stretch of ids. */
  #noteAll(kind: LedgerNote['kind'], ids: readonly number[]): void {
    let seq = this.#note
    for (const { fromId, toId } of stretches(ids)) {
      seq += 1
      this.rows.insertNote({ seq, kind, fromId, toId })
    }
    if (seq > MAX_NOTES) this.rows.dropNotes(seq - MAX_NOTES)
    this.#pendingNote = seq
  }

  #pendingNote: number | null = null

  #write<T>(work: () => T): T {
    const result = this.#transaction(work)
    this.#log.syncNow()
    return result
  }

  #transaction<T>(work: () => T): T {
    this.#pendingNote = null
    try {
      const result = this.rows.transaction(work)
      this.#words.committed()
      this.#note = this.#pendingNote ?? this.#note
      return result
    } catch (error) {
      this.#words.rolledBack()
      this.#heads.forget()
      throw error
    }
  }
}

/** Runs of ids that follow each other. */
function stretches(ids: readonly number[]): { fromId: number; toId: number }[] {
  const found: { fromId: number; toId: number }[] = []
  for (const id of [...ids].sort((a, b) => a - b)) {
    const last = found.at(-1)
    if (last !== undefined && id <= last.toId + 1) last.toId = Math.max(last.toId, id)
    else found.push({ fromId: id, toId: id })
  }
  return found
}
