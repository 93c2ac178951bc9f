import type { Db } from '../../store/store.ts'
import { Shape, type ShapeChange } from './shape.ts'
import { type Acknowledgement, TypeRows } from './type-rows.ts'

/** Event types of one endpoint that are counted; a sender that makes up new ones all the time stops here. */
const MAX_TYPES = 1_000
/** Types that are held in memory between commits. */
const HELD = 200

interface Held {
  readonly endpointId: number
  readonly eventType: string
  readonly shape: Shape
  count: number
  firstAt: number
  lastAt: number
  drifts: number
  acknowledgedId: number
  changed: boolean
}

/** What is learned of the event types; written with {@link flush}, in the transaction of the requests it was learned from. */
export class TypeBook {
  readonly #rows: TypeRows
  readonly #held = new Map<string, Held>()
  readonly #counts = new Map<number, number>()
  /** Of an index that was thrown away: applied when the new one comes to where they were made. */
  readonly #former: Map<string, number>

  constructor(db: Db, former: readonly Acknowledgement[]) {
    this.#rows = new TypeRows(db)
    this.#former = new Map(former.map((one) => [keyOf(one.endpointId, one.eventType), one.acknowledgedId]))
  }

  /** Learns one request of a type ('' without one). `json`: undefined where there are no fields to learn. */
  learn(
    endpointId: number,
    eventType: string,
    request: { readonly id: number; readonly at: number; readonly json: unknown },
  ): boolean {
    const held = this.#get(endpointId, eventType, request.at)
    if (held === null) return false
    this.#applyFormer(held, request.id)
    held.changed = true
    held.count += 1
    held.firstAt = Math.min(held.firstAt, request.at)
    held.lastAt = Math.max(held.lastAt, request.at)
    if (request.json === undefined) return false
    const changes = held.shape.learn(request.json, request.id)
    if (changes.length === 0) return false
    this.#tell(held, request, changes)
    return true
  }

  /** False: nothing is known of this type. */
  acknowledge(endpointId: number, eventType: string, throughId: number): boolean {
    const held = this.#get(endpointId, eventType, null)
    if (held === null) return false
    this.#accept(held, throughId)
    return true
  }

  /** Applies those of a former index that no request came after. */
  applyFormer(): void {
    for (const key of [...this.#former.keys()]) {
      const [endpointId, eventType] = partsOf(key)
      const held = this.#get(endpointId, eventType, null)
      if (held !== null) this.#accept(held, this.#former.get(key) ?? 0)
      this.#former.delete(key)
    }
  }

  /** Writes what changed. */
  flush(): void {
    for (const [key, held] of this.#held) {
      if (held.changed) {
        this.#rows.write(held.endpointId, held.eventType, { ...held, shape: held.shape.toStored() })
        held.changed = false
      }
      if (this.#held.size > HELD) this.#held.delete(key)
    }
  }

  /** After a transaction that came to nothing. */
  forget(): void {
    this.#held.clear()
    this.#counts.clear()
  }

  #tell(held: Held, { id, at }: { readonly id: number; readonly at: number }, changes: readonly ShapeChange[]): void {
    held.drifts += 1
    this.#rows.addChanges(held.endpointId, held.eventType, at, id, changes)
  }

  #accept(held: Held, throughId: number): void {
    held.shape.acknowledge()
    held.drifts = 0
    held.acknowledgedId = throughId
    held.changed = true
    this.#rows.forgetChanges(held.endpointId, held.eventType)
  }

  #applyFormer(held: Held, id: number): void {
    if (this.#former.size === 0) return
    const key = keyOf(held.endpointId, held.eventType)
    const acknowledgedId = this.#former.get(key)
    if (acknowledgedId === undefined || id <= acknowledgedId) return
    this.#former.delete(key)
    this.#accept(held, acknowledgedId)
  }

  /** `at` null: only one that is there. */
  #get(endpointId: number, eventType: string, at: number | null): Held | null {
    const key = keyOf(endpointId, eventType)
    const held = this.#held.get(key)
    if (held !== undefined) {
      // Moved to the end: the first ones are those that were not used for the longest time.
      this.#held.delete(key)
      this.#held.set(key, held)
      return held
    }
    const row = this.#rows.read(endpointId, eventType)
    if (row === null && (at === null || !this.#mayAdd(endpointId))) return null
    const made: Held = {
      endpointId,
      eventType,
      shape: row === null ? new Shape() : Shape.from(row.shape),
      count: row?.count ?? 0,
      firstAt: row?.firstAt ?? at ?? 0,
      lastAt: row?.lastAt ?? at ?? 0,
      drifts: row?.drifts ?? 0,
      acknowledgedId: row?.acknowledgedId ?? 0,
      changed: row === null,
    }
    this.#held.set(key, made)
    return made
  }

  #mayAdd(endpointId: number): boolean {
    const count = this.#counts.get(endpointId) ?? this.#rows.count(endpointId)
    this.#counts.set(endpointId, count + 1)
    return count < MAX_TYPES
  }
}

function keyOf(endpointId: number, eventType: string): string {
  return `${endpointId} ${eventType}`
}

function partsOf(key: string): [endpointId: number, eventType: string] {
  const end = key.indexOf(' ')
  return [Number(key.slice(0, end)), key.slice(end + 1)]
}
