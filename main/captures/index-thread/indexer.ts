import { hash } from 'node:crypto'
import { firstHeader } from '../../../shared/raw-headers.ts'
import type { Db } from '../../store/store.ts'
import type { CaptureMarks, StoredCapture } from '../capture-record.ts'
import { contentOf, eventOfCapture, isReadQuickly, pathBelowSlug } from '../capture-text.ts'
import { facetsOf, verdictCode } from '../facets.ts'
import { createIndex, emptyIndex, rowFlags, SHARD_IDS, SHOWN_PATH, shardOf } from '../index-file.ts'
import { isUnreadableRow, type LedgerReader } from '../ledger.ts'
import { indexedText } from '../search-words.ts'
import { IndexRows, type KeptRow } from './index-rows.ts'
import { TypeBook } from './type-book.ts'
import { type Acknowledgement, TypeRows } from './type-rows.ts'

/** Milliseconds of one transaction. */
const SLICE_MS = 10
/** Requests, or notes, of one transaction. */
const SLICE = 400
/** Characters of a content type that are kept. */
const SHOWN_CONTENT_TYPE = 200
/** Pages of a full-text table that are merged in one slice. */
const MERGED_PAGES = 64

/** What was acknowledged in another index of the same ledger. */
export function acknowledgedIn(former: Db, ledger: LedgerReader): Acknowledgement[] {
  const isSameLedger = new IndexRows(former).fact('identity') === ledger.identity
  return isSameLedger ? new TypeRows(former).acknowledgements() : []
}

export interface Progress {
  readonly throughId: number
  readonly notesThrough: number
  /** Rows that were there already are different now, or gone. */
  readonly rowsChanged: boolean
  /** There is more to do. */
  readonly more: boolean
  /** Ids that were passed over: their rows cannot be read. */
  readonly unreadable: readonly number[]
}

/**
 * Follows the ledger: new requests by their id, what happened to older ones by the ledger's notes. Every slice is one
 * transaction that ends with how far it came, so that a crash at any moment costs one slice.
 */
export class Indexer {
  readonly #db: Db
  readonly #ledger: LedgerReader
  readonly #words = new Map<string, number>()
  #rows: IndexRows
  #types: TypeBook
  #throughId: number
  #notesThrough: number
  /** Id up to which the note that is being worked in is done, 0 between notes. */
  #withinNote = 0
  #begun = 0
  readonly #unreadable = new Set<number>()

  /**
   * `db` is empty or an index; one that belongs to another ledger is begun anew. `former`: what was acknowledged in an
   * index that an empty one replaces.
   */
  constructor(db: Db, ledger: LedgerReader, isEmpty: boolean, former: readonly Acknowledgement[] = []) {
    this.#db = db
    this.#ledger = ledger
    if (isEmpty) db.transaction(() => createIndex(db, ledger.identity)).immediate()
    this.#rows = new IndexRows(db)
    this.#types = new TypeBook(db, former)
    this.#throughId = Number(this.#rows.fact('through-id'))
    this.#notesThrough = Number(this.#rows.fact('notes-through'))
    if (this.#rows.fact('identity') !== ledger.identity) this.#beginAnew([])
  }

  /** How often it was begun anew: what others remember of an earlier one is void. */
  get begun(): number {
    return this.#begun
  }

  /** Does some work, about {@link SLICE_MS}. Throws what SQLite says; nothing of the slice counts then. */
  step(): Progress {
    try {
      return this.#db.transaction(() => this.#slice()).immediate()
    } catch (error) {
      this.#forget()
      throw error
    }
  }

  /** False: nothing is known of this type. */
  acknowledge(endpointId: number, eventType: string): boolean {
    return this.#db
      .transaction(() => {
        const known = this.#types.acknowledge(endpointId, eventType, this.#throughId)
        this.#types.flush()
        return known
      })
      .immediate()
  }

  #slice(): Progress {
    this.#unreadable.clear()
    const end = performance.now() + SLICE_MS
    this.#indexNew(end)
    const rowsChanged = this.#followNotes(end)
    const more = this.#ledger.idsAfter(this.#throughId, 1).length > 0
    if (!more) this.#types.applyFormer()
    this.#types.flush()
    const behind = more || this.#notesThrough < this.#ledger.newestNote()
    const merging = !behind && this.#mergeSome()
    return {
      throughId: this.#throughId,
      notesThrough: this.#notesThrough,
      rowsChanged,
      more: behind || merging,
      unreadable: [...this.#unreadable],
    }
  }

  /** Null where the row cannot be read: that is said, and the others go on. */
  #readable<T>(id: number, read: () => T): T | null {
    try {
      return read()
    } catch (error) {
      if (!isUnreadableRow(error)) throw error
      this.#unreadable.add(id)
      return null
    }
  }

  #indexNew(end: number): void {
    // Asked first: what is above it may come in between.
    const newestId = this.#ledger.newestId()
    const ids = this.#ledger.idsAfter(this.#throughId, SLICE)
    if (ids.length === 0) {
      // The newest ones were deleted before anybody saw them.
      if (newestId > this.#throughId) this.#reached(newestId)
      return
    }
    const totals = new Totals()
    let through = this.#throughId
    for (const id of ids) {
      // Read one by one: each may have a body of 25 MB.
      const capture = this.#readable(id, () => this.#ledger.read(id))
      if (capture !== null) this.#index(capture, this.#marksOf(id), totals)
      through = id
      if (performance.now() >= end) break
    }
    totals.write(this.#rows)
    this.#reached(through)
  }

  #marksOf(id: number): CaptureMarks | undefined {
    return this.#readable(id, () => this.#ledger.marks([id]).get(id)) ?? undefined
  }

  #reached(throughId: number): void {
    this.#throughId = throughId
    this.#rows.setFact('through-id', throughId)
  }

  #index(capture: StoredCapture, marks: CaptureMarks | undefined, totals: Totals): void {
    const content = contentOf(capture)
    const { text, json } = content
    const { id, endpointId, at, verdict, answer } = capture
    const event = eventOfCapture(capture, content)
    // What the ledger gives quickly is not written twice: lists read it there for the rows they show.
    const isSlow = !isReadQuickly(capture)
    const duplicateOf = event.id === null ? null : this.#duplicateOf(id, endpointId, event.id)
    const learns = { id, at, json: capture.refused === null ? json : undefined }
    const drift = this.#types.learn(endpointId, event.type ?? '', learns)
    const contentType = firstHeader(capture.rawHeaders, 'content-type')
    const facets = {
      endpointId,
      methodWord: this.#word(capture.method),
      status: answer.status,
      verdict: verdictCode(verdict.verdict),
      typeWord: event.type === null ? null : this.#word(event.type),
      bytes: capture.body.byteLength,
      duplicate: duplicateOf !== null,
      drift,
    }
    const pinned = marks?.pinned ?? false
    this.#rows.insert({
      id,
      endpointId,
      at,
      keptSince: capture.imported ? Date.now() : at,
      method: facets.methodWord,
      path: isSlow ? pathBelowSlug(capture.target).slice(0, SHOWN_PATH) : null,
      status: facets.status,
      verdict: facets.verdict,
      scheme: verdict.scheme === null ? null : this.#word(verdict.scheme),
      type: facets.typeWord,
      eventId: isSlow ? event.id : null,
      contentType: contentType === null ? null : this.#word(contentType.slice(0, SHOWN_CONTENT_TYPE)),
      bytes: facets.bytes,
      duplicateOf,
      fault: answer.fault === null ? null : this.#word(answer.fault),
      refused: capture.refused === null ? null : this.#word(capture.refused),
      flags:
        (answer.late ? rowFlags.late : 0) |
        (drift ? rowFlags.drift : 0) |
        (capture.imported ? rowFlags.imported : 0) |
        (marks !== undefined && marks.note !== '' ? rowFlags.note : 0),
      pinned,
      port: isLoopback(capture.remoteAddress) ? capture.remotePort : 0,
    })
    this.#rows.addDocument(id, documentOf(facetsOf(facets), text))
    if (marks !== undefined && marks.tags.length > 0) this.#rows.setTags(id, marks.tags)
    this.#rows.addSpan(id, at)
    totals.add(endpointId, 1, facets.bytes, at)
    if (pinned) totals.pin(endpointId, facets.bytes)
    totals.shard(id, 1)
  }

  /** The first request with this event id at this endpoint; remembers this one where there is none. */
  #duplicateOf(id: number, endpointId: number, eventId: string): number | null {
    const key = eventHash(endpointId, eventId)
    const firstId = this.#rows.firstWithEvent(key)
    // Only looked for, not read: whoever sends one event id many times would have one body read as often.
    if (firstId !== null && this.#ledger.idsAfter(firstId - 1, 1)[0] === firstId) return firstId
    this.#rows.setFirstWithEvent(key, id)
    return null
  }

  #followNotes(end: number): boolean {
    let rowsChanged = false
    while (performance.now() < end) {
      const notes = this.#ledger.notesAfter(this.#notesThrough, 50)
      if (notes === null) {
        this.#beginAnew(new TypeRows(this.#db).acknowledgements())
        return true
      }
      if (notes.length === 0) break
      for (const note of notes) {
        const from = Math.max(note.fromId, this.#withinNote + 1)
        const ids = this.#rows.idsBetween(from, note.toId, SLICE)
        let done = 0
        for (const id of ids) {
          this.#work(note.kind, id)
          done += 1
          this.#withinNote = id
          if (performance.now() >= end) break
        }
        rowsChanged ||= done > 0
        // The place within a note is only in memory: after a crash the note is worked in again, which does no harm.
        if (done < ids.length || ids.length === SLICE) return rowsChanged
        this.#withinNote = 0
        this.#notesThrough = note.seq
        this.#rows.setFact('notes-through', note.seq)
        if (performance.now() >= end) return rowsChanged
      }
    }
    return rowsChanged
  }

  #work(kind: 'mark' | 'verdict' | 'outcome' | 'delete', id: number): void {
    const row = this.#rows.kept(id)
    if (row === null) return
    if (kind === 'delete') this.#remove(row)
    else if (kind === 'mark') {
      const marks = this.#marksOf(id)
      this.#rows.setMarks(row, marks?.pinned ?? false, (marks?.note ?? '') !== '', marks?.tags ?? [])
    } else {
      const capture = this.#readable(id, () => this.#ledger.read(id))
      if (capture !== null) this.#judgeAgain(row, capture)
    }
  }

  #judgeAgain(row: KeptRow, { verdict, answer, ...capture }: StoredCapture): void {
    const code = verdictCode(verdict.verdict)
    const scheme = verdict.scheme === null ? null : this.#word(verdict.scheme)
    if (code === row.verdict && scheme === row.scheme && answer.status === row.status) return
    this.#rows.setVerdict(row.id, code, scheme, answer.status)
    const facets = facetsOf({
      endpointId: row.endpointId,
      methodWord: row.method,
      status: answer.status,
      verdict: code,
      typeWord: row.type,
      bytes: row.bytes,
      duplicate: row.duplicateOf !== null,
      drift: (row.flags & rowFlags.drift) !== 0,
    })
    this.#rows.removeDocument(row.id)
    this.#rows.addDocument(row.id, documentOf(facets, contentOf({ verdict, answer, ...capture }).text))
  }

  #remove(row: KeptRow): void {
    this.#rows.remove(row.id)
    if (row.pinned === 1) this.#rows.addPinned(row.endpointId, -1, -row.bytes)
    this.#rows.addTotals(row.endpointId, -1, -row.bytes, 0)
    this.#rows.countInShard(shardOf(row.id), -1)
  }

  /** Full-text tables that are complete are merged into one piece, and dropped when nothing in them is left. */
  #mergeSome(): boolean {
    const newest = shardOf(this.#throughId)
    for (const { shard, count, merged } of this.#rows.shards()) {
      if (shard >= newest) continue
      if (count === 0) {
        this.#rows.dropShard(shard)
        this.#rows.forgetEvents((shard + 1) * SHARD_IDS)
        return true
      }
      if (merged === 1) continue
      if (!this.#rows.mergeShard(shard, MERGED_PAGES)) this.#rows.setMerged(shard)
      return true
    }
    return false
  }

  #word(text: string): number {
    const known = this.#words.get(text)
    if (known !== undefined) return known
    const id = this.#rows.word(text)
    if (this.#words.size >= 10_000) this.#words.clear()
    this.#words.set(text, id)
    return id
  }

  /** Notes that were needed are gone, or the ledger is another one. What was learned is learned again. */
  #beginAnew(former: readonly Acknowledgement[]): void {
    const make = () => {
      emptyIndex(this.#db)
      createIndex(this.#db, this.#ledger.identity)
      // Read here, so that nothing that is noted from now on is missed.
      new IndexRows(this.#db).setFact('notes-through', this.#ledger.newestNote())
    }
    if (this.#db.inTransaction) make()
    else this.#db.transaction(make).immediate()
    this.#forget()
    this.#types = new TypeBook(this.#db, former)
    this.#begun += 1
  }

  /** What memory holds may be of a transaction that came to nothing. */
  #forget(): void {
    this.#words.clear()
    this.#types.forget()
    this.#rows = new IndexRows(this.#db)
    this.#throughId = Number(this.#rows.fact('through-id'))
    this.#notesThrough = Number(this.#rows.fact('notes-through'))
    this.#withinNote = 0
  }
}

/** Sums of one slice, so that each total is written once. */
class Totals {
  readonly #endpoints = new Map<
    number,
    { count: number; bytes: number; lastAt: number; pins: number; pinnedBytes: number }
  >()
  readonly #shards = new Map<number, number>()

  add(endpointId: number, count: number, bytes: number, at: number): void {
    const sum = this.#of(endpointId)
    sum.count += count
    sum.bytes += bytes
    sum.lastAt = Math.max(sum.lastAt, at)
  }

  pin(endpointId: number, bytes: number): void {
    const sum = this.#of(endpointId)
    sum.pins += 1
    sum.pinnedBytes += bytes
  }

  shard(id: number, count: number): void {
    this.#shards.set(shardOf(id), (this.#shards.get(shardOf(id)) ?? 0) + count)
  }

  write(rows: IndexRows): void {
    for (const [endpointId, sum] of this.#endpoints) {
      rows.addTotals(endpointId, sum.count, sum.bytes, sum.lastAt)
      if (sum.pins > 0) rows.addPinned(endpointId, sum.pins, sum.pinnedBytes)
    }
    for (const [shard, count] of this.#shards) rows.countInShard(shard, count)
  }

  #of(endpointId: number) {
    const known = this.#endpoints.get(endpointId)
    if (known !== undefined) return known
    const made = { count: 0, bytes: 0, lastAt: 0, pins: 0, pinnedBytes: 0 }
    this.#endpoints.set(endpointId, made)
    return made
  }
}

function documentOf(facets: string, text: string): string {
  // The character that facets begin with is beyond ASCII, so text that has it is folded, which takes it out.
  return `${facets} ${indexedText(text)}`
}

/** 128 bits: two ids never have the same one. */
function eventHash(endpointId: number, eventId: string): Uint8Array {
  return hash('sha256', `${endpointId} ${eventId}`, 'buffer').subarray(0, 16)
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.')
}
