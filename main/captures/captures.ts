import type {
  BodyView,
  Capture,
  CaptureRow,
  Diagnosis,
  Diff,
  EventTypeRow,
  ExportFormat,
  LearnedSchema,
  LiveTick,
  Selection,
} from '../../shared/contract/captures.ts'
import { notFound, Problem } from '../../shared/problems.ts'
import { firstHeader, headerValues } from '../../shared/raw-headers.ts'
import { countOf } from '../../shared/words.ts'
import type { Audit, Caller } from '../audit/audit.ts'
import type { Changes } from '../changes.ts'
import type { Clock } from '../host.ts'
import type { EndpointBook, EndpointFacts, EndpointTotals } from '../receiver/ports.ts'
import type { StoreNotice } from '../store/integrity.ts'
import { viewBody } from './body-views/body-view.ts'
import { CaptureIndex } from './capture-index.ts'
import type { CaptureMarks, LedgerChange, StoredCapture } from './capture-record.ts'
import { captureOf, noRelations, relationsOf } from './detail.ts'
import { diffCaptures } from './diff/diff.ts'
import type { BundleItem } from './exports/bundle.ts'
import { bundleKeyOf } from './exports/bundle-item.ts'
import { type Exported, exportCaptures } from './exports/exports.ts'
import { LedgerDoor } from './ledger-door.ts'
import { type CaptureList, emptyList, type ListInput, unindexedRow } from './lists.ts'
import { LiveBoard } from './live-board.ts'
import type { CaptureReader, LedgerWriter, StoredEvent } from './ports.ts'
import { Routine } from './routine.ts'
import { noIndex, Selections } from './selections.ts'
import { importBundle } from './transfer.ts'
import { Unreadable } from './unreadable.ts'
import { diagnoseCapture, Judge } from './verdicts.ts'

export interface CapturesDependencies {
  /** Folder of the ledger and its index. */
  readonly directory: string
  readonly writer: LedgerWriter
  readonly endpoints: EndpointBook
  readonly audit: Pick<Audit, 'record'>
  readonly changes: Changes
  readonly clock: Clock
  /** Of Keyhold, as exports name it. */
  readonly version: string
  /** Hears of what happens by itself that the operator should know. */
  readonly onNotice: (notice: StoreNotice) => void
}

export interface MarkInput {
  readonly selection: Selection
  readonly pinned?: boolean | undefined
  readonly note?: string | undefined
  readonly addTags?: readonly string[] | undefined
  readonly removeTags?: readonly string[] | undefined
}

/** Most event types and tags that are listed. */
const MAX_LISTED = 1_000
/** Requests of one endpoint and millisecond that are compared. */
const SAME_MOMENT = 1_000
/** A request of this machine is looked for this near to the time it was sent. */
const CONNECTION_MS = 5_000
/** Newest ids among which it is looked for. */
const CONNECTION_IDS = 20_000

/**
 * Captured requests: lists and searches through the index, details from the ledger. Before {@link start}, and where
 * nothing was ever captured, everything is empty.
 */
export class Captures implements CaptureReader, EndpointTotals {
  readonly #deps: CapturesDependencies
  readonly #ledger: LedgerDoor
  readonly #index: CaptureIndex
  readonly #selections: Selections
  readonly #live: LiveBoard
  readonly #routine: Routine
  readonly #unreadable: Unreadable
  #endStored: () => void = () => {}
  #endLedger: () => void = () => {}

  constructor(dependencies: CapturesDependencies) {
    this.#deps = dependencies
    this.#ledger = new LedgerDoor(dependencies.directory)
    this.#unreadable = new Unreadable(dependencies.onNotice)
    this.#live = new LiveBoard(() => {
      const { throughId: newestId, failure } = this.#index
      const problem = failure === null ? null : noIndex(failure).toData()
      return { newestId, behind: Math.max(0, this.newestId() - newestId), problem }
    })
    this.#index = new CaptureIndex({
      directory: dependencies.directory,
      endpoints: dependencies.endpoints,
      stored: (id) => this.#unreadable.pass(id, () => this.#ledger.read(id)),
      onProgress: ({ rowsChanged }) => this.#live.ring(rowsChanged),
      onFailure: () => this.#live.ring(false),
      onUnreadable: (ids) => this.#unreadable.add(ids),
    })
    this.#selections = new Selections(this.#ledger, this.#index)
    this.#routine = new Routine({
      ...dependencies,
      index: this.#index,
      stored: (id) => this.#unreadable.pass(id, () => this.#ledger.read(id)),
      apply: (change) => this.#apply(change),
    })
  }

  /** `thread`: file of the thread that keeps the index. */
  start(thread: URL): void {
    this.#ledger.open()
    this.#endStored = this.#deps.writer.onStored(({ perSecond }) => {
      this.#index.wake(perSecond)
      this.#live.stored(perSecond)
    })
    this.#endLedger = this.#deps.writer.onLedger((identity) => {
      const wasAnother = this.#ledger.follow(identity)
      this.#index.follow(identity)
      if (wasAnother) this.#deps.changes.announce('captures')
    })
    this.#index.start(thread)
    this.#routine.start()
  }

  /** Before the receiver: its thread writes the ledger to the end. */
  async close(): Promise<void> {
    this.#endStored()
    this.#endLedger()
    this.#live.close()
    await this.#routine.close()
    await this.#index.close()
    this.#unreadable.flush()
    this.#ledger.close()
  }

  /** Newest first. Throws NOT_FOUND for an unknown endpoint, STORE_FAILED where the ledger or the index cannot be read. */
  list(input: ListInput): CaptureList {
    this.#ledger.check()
    const list = this.#index.read(({ lists }) => lists.list(input))
    const { failure } = this.#index
    if (list === null && failure !== null) throw noIndex(failure)
    return list ?? emptyList
  }

  /** Throws NOT_FOUND. */
  get(id: number): Capture {
    const stored = this.stored(id)
    const row = this.#rowOf(stored)
    const relations = this.#index.read((view) => relationsOf(view, row)) ?? noRelations
    return captureOf(stored, row, this.#marksOf(id), relations, this.#judgedNow(stored))
  }

  /** Throws NOT_FOUND. */
  body({ id, as, offset }: { id: number; as: 'pretty' | 'text' | 'hex'; offset: number }): BodyView {
    const { rawHeaders, body, refused } = this.stored(id)
    const contentEncoding = headerValues(rawHeaders, 'content-encoding').join(', ')
    const contentType = firstHeader(rawHeaders, 'content-type')
    const input = { contentType, contentEncoding: contentEncoding === '' ? null : contentEncoding, body, refused }
    return viewBody(input, as, offset)
  }

  /** Best guess first; empty where the signature fits. Throws NOT_FOUND, and like `Secrets.requireReady`. */
  diagnose(id: number): Diagnosis[] {
    const stored = this.stored(id)
    const { endpoints } = this.#deps
    // With the clock of its arrival: that it is old by now is no mistake of the sender.
    return diagnoseCapture(stored, endpoints.facts(stored.endpointId), endpoints, stored.at)
  }

  async mark({ selection, ...marks }: MarkInput): Promise<{ changed: number }> {
    const wanted = Object.fromEntries(Object.entries(marks).filter(([, value]) => value !== undefined))
    let changed = 0
    for await (const ids of this.#selections.pages(selection)) {
      changed += (await this.#apply({ kind: 'mark', ids, ...wanted })).length
    }
    await this.#settled()
    return { changed }
  }

  /** Pinned ones only when they are named by id. */
  async delete(caller: Caller, selection: Selection): Promise<{ deleted: number }> {
    const sparePinned = 'filter' in selection
    let deleted = 0
    for await (const ids of this.#selections.pages(selection)) {
      deleted += (await this.#apply({ kind: 'delete', ids, sparePinned })).length
    }
    if (deleted > 0) {
      this.#deps.audit.record(caller, {
        action: 'captures.deleted',
        detail: `${countOf(deleted, 'captured request')}, ${sparePinned ? 'by a filter' : 'chosen one by one'}.`,
      })
    }
    await this.#settled()
    return { deleted }
  }

  /** Throws STORE_FAILED while the index is being made. */
  tags(): string[] {
    return this.#selections.indexed(({ rows }) => rows.tags(MAX_LISTED), [])
  }

  /** Throws NOT_FOUND. */
  diff(left: number, right: number): Diff {
    const side = (id: number) => {
      const stored = this.stored(id)
      return { row: this.#rowOf(stored), stored }
    }
    return diffCaptures(side(left), side(right))
  }

  /** Of endpoints that exist, the most frequent ones first. Throws STORE_FAILED while the index is being made. */
  eventTypes(endpointId?: number): EventTypeRow[] {
    const slugs = new Map(this.#deps.endpoints.all().map(({ id, slug }) => [id, slug]))
    const found = this.#selections.indexed(({ types }) => types.list(endpointId ?? null, MAX_LISTED), [])
    return found.flatMap((type) => {
      const slug = slugs.get(type.endpointId)
      return slug === undefined ? [] : [{ ...type, slug }]
    })
  }

  /** Throws NOT_FOUND, and STORE_FAILED while the index is being made. */
  learnedSchema({ endpointId, eventType }: { endpointId: number; eventType: string }): LearnedSchema {
    const { slug } = this.#deps.endpoints.facts(endpointId)
    const schema = this.#selections.indexed(({ types }) => types.schema(endpointId, eventType), null)
    if (schema === null) throw notFound('event type', eventType)
    const fields = schema.fields.map(({ types, ...field }) => ({ ...field, types: [...types] }))
    return { ...schema, slug, fields }
  }

  /** Takes the present shape for the normal one again. Throws NOT_FOUND, and STORE_FAILED while the index is being made. */
  async acknowledgeDrift({ endpointId, eventType }: { endpointId: number; eventType: string }): Promise<void> {
    const known = await this.#index.acknowledge(endpointId, eventType)
    if (known === null && this.newestId() > 0) throw noIndex(this.#index.failure)
    if (known !== true) throw notFound('event type', eventType)
    this.#deps.changes.announce('captures')
  }

  /** Throws like {@link reached}, and STORE_FAILED where one of them cannot be read. */
  async export(
    caller: Caller,
    { selection, format }: { selection: Selection; format: ExportFormat },
  ): Promise<Exported> {
    const { version, clock } = this.#deps
    await this.reached(selection)
    const sources = mapped(this.#selections.stored(selection), (stored) => ({
      row: this.#rowOf(stored),
      stored,
      marks: this.#marksOf(stored.id) ?? { pinned: false, note: '', tags: [] },
    }))
    const total = this.countSelected(selection)
    const exported = exportCaptures(sources, format, { version, now: clock.now(), total })
    this.#deps.audit.record(caller, {
      action: 'captures.exported',
      detail: `${countOf(exported.count, 'captured request')} as ${format}.`,
    })
    return exported
  }

  /**
   * Takes in what is not here yet. Throws INVALID_INPUT for a bundle that is not sound, and like {@link reached}; nothing
   * is taken in then.
   */
  async import(
    caller: Caller,
    bundle: string,
  ): Promise<{ imported: number; present: number; endpointsMade: string[] }> {
    const { endpoints, audit, clock } = this.#deps
    await this.reached({ filter: {}, throughId: Number.MAX_SAFE_INTEGER })
    const result = await importBundle(bundle, endpoints, {
      isCaptured: (item, endpointId) => this.#isCaptured(item, endpointId),
      apply: (change) => this.#apply(change),
      now: clock.now(),
    })
    audit.record(caller, { action: 'captures.imported', detail: `${countOf(result.imported, 'captured request')}.` })
    await this.#settled()
    return result
  }

  /** One tick at once, then at most four a second while something happens. */
  live(signal: AbortSignal | undefined): AsyncGenerator<LiveTick> {
    return this.#live.follow(signal)
  }

  stored(id: number): StoredCapture {
    const stored = this.#ledger.read(id)
    if (stored === null) throw notFound('captured request', id)
    return stored
  }

  after(endpointId: number, afterId: number, limit: number) {
    return this.#ledger.after(endpointId, afterId, limit)
  }

  reached(selection: Selection): Promise<void> {
    return this.#selections.reached(selection)
  }

  selected(selection: Selection, afterId: number, limit: number): readonly number[] {
    return this.#selections.ids(selection, afterId, limit)
  }

  countSelected(selection: Selection): number {
    return this.#selections.count(selection)
  }

  byConnection(remotePort: number, at: number): number | null {
    const low = this.#index.throughId - CONNECTION_IDS
    return this.#index.read(({ rows }) => rows.fromPort(remotePort, at, CONNECTION_MS, low))
  }

  newestId(): number {
    return this.#ledger.newestId()
  }

  onStored(listener: (event: StoredEvent) => void): () => void {
    return this.#deps.writer.onStored(listener)
  }

  of(endpointId: number): { count: number; bytes: number; lastAt: number | null } {
    const totals = this.#index.read(({ rows }) => rows.totalsOf(endpointId))
    return { count: totals?.count ?? 0, bytes: totals?.bytes ?? 0, lastAt: totals?.lastAt ?? null }
  }

  /** Judges what came while the vault was locked, as of its arrival. Does nothing while it still is. */
  async resolvePending(): Promise<void> {
    await this.#routine.resolvePending()
    await this.#settled()
  }

  retentionChanged(): void {
    // What fails now is tried again within a minute.
    this.#routine.applyRetention().catch(() => {})
  }

  /** Deletes what the endpoints do not want to keep. Done every minute by itself. */
  async applyRetention(): Promise<void> {
    await this.#routine.applyRetention()
  }

  async #apply(change: LedgerChange): Promise<readonly number[]> {
    const ids = await this.#deps.writer.apply(change)
    if (ids.length > 0) {
      this.#index.wake(0)
      this.#deps.changes.announce('captures')
    }
    return ids
  }

  /** So that whoever asks next sees what was changed. */
  async #settled(): Promise<void> {
    await this.#index.settled(this.newestId(), this.#ledger.newestNote())
    this.#deps.changes.announce('captures')
  }

  /** By what identifies it across bundles; its moment says where to look. */
  #isCaptured(item: BundleItem, endpointId: number): boolean {
    const { at, slug, marks, bundleKey } = item
    const selection = { filter: { endpointId, from: at, to: at }, throughId: this.newestId() }
    return this.selected(selection, 0, SAME_MOMENT).some((id) => {
      const stored = this.#unreadable.pass(id, () => this.#ledger.read(id))
      return stored !== null && bundleKeyOf({ ...stored, slug, marks }) === bundleKey
    })
  }

  #rowOf(stored: StoredCapture): CaptureRow {
    const row = this.#index.read(({ lists }) => lists.rowOf(stored))
    return row ?? unindexedRow(stored, this.#endpoint(stored.endpointId)?.slug ?? '')
  }

  #marksOf(id: number): CaptureMarks | null {
    return this.#ledger.marks([id]).get(id) ?? null
  }

  /** Null while the vault is locked, and where the secrets cannot be read. */
  #judgedNow(stored: StoredCapture) {
    const { endpoints, clock } = this.#deps
    const endpoint = this.#endpoint(stored.endpointId)
    if (endpoint === undefined || !endpoints.vaultReady()) return null
    try {
      return new Judge(endpoints).judge(stored, endpoint, clock.now())
    } catch (error) {
      // A secret that cannot be decrypted is shown with its endpoint; the request can be seen all the same.
      if (error instanceof Problem) return null
      throw error
    }
  }

  #endpoint(id: number): EndpointFacts | undefined {
    return this.#deps.endpoints.all().find((endpoint) => endpoint.id === id)
  }
}

function* mapped<From, To>(items: Iterable<From>, map: (item: From) => To): Generator<To> {
  for (const item of items) yield map(item)
}
