import { z } from 'zod'

/** Levels of a body that are learned. */
const MAX_DEPTH = 64
/** Different fields of one event type that are learned. */
const MAX_FIELDS = 1_000
/** Characters of one key; a longer one is not learned. */
const MAX_KEY = 200
/** Elements of one list, and values of one body, that are looked at. */
const MAX_ELEMENTS = 1_000
const MAX_VALUES = 20_000
/** The first requests of a type only teach. */
const TEACHING = 3
/** Changes of one request that are named. */
const MAX_CHANGES = 20

export const fieldTypes = ['string', 'number', 'boolean', 'null', 'object', 'array'] as const
type FieldType = (typeof fieldTypes)[number]

export interface ShapeChange {
  readonly path: string
  readonly change: 'new' | 'missing' | 'type'
  readonly detail: string
}

export interface ShapeField {
  readonly path: string
  readonly types: readonly FieldType[]
  readonly seen: number
  readonly firstId: number
  readonly lastId: number
}

interface Node {
  readonly parent: Node | null
  /** Null for the elements of a list. */
  readonly key: string | null
  readonly inList: boolean
  readonly children: Map<string | null, Node>
  /** One bit per type, of all requests and of the last one that had it. */
  types: number
  lastTypes: number
  seen: number
  firstId: number
  lastId: number
  /** It was in every request since the shape was taken for the normal one. */
  always: boolean
}

const storedNode = z.tuple([
  z.number().int(),
  z.string().nullable(),
  z.number().int(),
  z.number().int(),
  z.number().int(),
  z.number().int(),
  z.number().int(),
  z.boolean(),
])

/** What a {@link Shape} is kept as; each field names its parent by its place, -1 for the body itself. */
export const storedShapeSchema = z.object({
  learned: z.number().int().nonnegative(),
  lastId: z.number().int().nonnegative(),
  cut: z.boolean(),
  fields: z.array(storedNode),
})
export type StoredShape = z.infer<typeof storedShapeSchema>

/**
 * The fields of one event type, learned from one body after the other. The first three only teach. After that a field
 * that was never there is new, one that was in every request before is missing, and a type that a field never had is a
 * change; each is told once, from then on it is known. Elements of a list never are missing: lists may be empty.
 */
export class Shape {
  readonly #root: Node = node(null, null, false, 0)
  /** In the order they were first seen: a parent always comes before its children. */
  #fields: Node[] = []
  #learned = 0
  #lastId = 0
  #cut = false

  /** True when a body had more levels, fields or elements than are learned. */
  get cut(): boolean {
    return this.#cut
  }

  static from(stored: StoredShape): Shape {
    const shape = new Shape()
    shape.#learned = stored.learned
    shape.#lastId = stored.lastId
    shape.#cut = stored.cut
    for (const [parentAt, key, types, lastTypes, seen, firstId, lastId, always] of stored.fields) {
      const parent = parentAt === -1 ? shape.#root : shape.#fields[parentAt]
      if (parent === undefined) continue
      const field = node(parent, key, parent.inList || key === null, firstId)
      Object.assign(field, { types, lastTypes, seen, lastId, always })
      parent.children.set(key, field)
      shape.#fields.push(field)
    }
    return shape
  }

  toStored(): StoredShape {
    const places = new Map(this.#fields.map((field, place) => [field, place]))
    return {
      learned: this.#learned,
      lastId: this.#lastId,
      cut: this.#cut,
      fields: this.#fields.map((field) => [
        field.parent === null ? -1 : (places.get(field.parent) ?? -1),
        field.key,
        field.types,
        field.lastTypes,
        field.seen,
        field.firstId,
        field.lastId,
        field.always,
      ]),
    }
  }

  fields(): ShapeField[] {
    return this.#fields.map((field) => ({
      path: pathOf(field),
      types: namesOf(field.types),
      seen: field.seen,
      firstId: field.firstId,
      lastId: field.lastId,
    }))
  }

  /** Learns one body and says what is different about it. `id` is that of its request; ids grow. */
  learn(json: unknown, id: number): ShapeChange[] {
    const round: Round = { id, tells: this.#learned >= TEACHING, values: 0, changes: [] }
    this.#children(json, this.#root, 1, round)
    for (const field of this.#fields) {
      if (!field.always || field.lastId === id) continue
      field.always = false
      const parentIsThere = field.parent === null || field.parent === this.#root || field.parent.lastId === id
      if (parentIsThere)
        tell(round, field, 'missing', `It was ${list(namesOf(field.lastTypes))} in every request before.`)
    }
    this.#learned += 1
    this.#lastId = id
    return round.changes
  }

  /** Takes the shape of the last request for the normal one: what is not in it is forgotten. */
  acknowledge(): void {
    const kept = this.#fields.filter((field) => field.lastId === this.#lastId)
    const keptNodes = new Set(kept)
    for (const field of this.#fields) {
      if (!keptNodes.has(field)) (field.parent ?? this.#root).children.delete(field.key)
    }
    for (const field of kept) {
      field.types = field.lastTypes
      field.always = !field.inList
    }
    this.#fields = kept
    this.#cut = false
  }

  #children(value: unknown, parent: Node, depth: number, round: Round): void {
    if (typeof value !== 'object' || value === null) return
    if (depth > MAX_DEPTH) {
      this.#cut = true
      return
    }
    if (Array.isArray(value)) {
      if (value.length > MAX_ELEMENTS) this.#cut = true
      for (const element of value.slice(0, MAX_ELEMENTS)) this.#value(element, parent, null, depth, round)
      return
    }
    for (const key in value)
      if (Object.hasOwn(value, key)) this.#value(Reflect.get(value, key), parent, key, depth, round)
  }

  #value(value: unknown, parent: Node, key: string | null, depth: number, round: Round): void {
    round.values += 1
    if (round.values > MAX_VALUES) {
      this.#cut = true
      return
    }
    const type = typeBit(value)
    const known = parent.children.get(key)
    const field = known ?? this.#add(parent, key, round)
    if (field === null) return
    if (field.lastId !== round.id) {
      field.seen += 1
      field.lastId = round.id
      field.lastTypes = 0
    }
    if (known !== undefined && (field.types & type) === 0) {
      tell(round, field, 'type', `It was ${list(namesOf(field.types))}, now it is ${list(namesOf(type))}.`)
    }
    field.types |= type
    field.lastTypes |= type
    if (type >= OBJECT) this.#children(value, field, depth + 1, round)
  }

  #add(parent: Node, key: string | null, round: Round): Node | null {
    if (this.#fields.length >= MAX_FIELDS || (key !== null && key.length > MAX_KEY)) {
      this.#cut = true
      return null
    }
    const field = node(parent === this.#root ? this.#root : parent, key, parent.inList || key === null, round.id)
    field.always = this.#learned === 0 && !field.inList
    parent.children.set(key, field)
    this.#fields.push(field)
    // One line for a new object is enough: that its fields are new as well goes without saying.
    const parentIsNew = parent !== this.#root && parent.firstId === round.id
    if (!parentIsNew) tell(round, field, 'new', 'No request before had it.')
    return field
  }
}

interface Round {
  readonly id: number
  readonly tells: boolean
  values: number
  readonly changes: ShapeChange[]
}

const names: readonly string[] = fieldTypes
const OBJECT = 1 << fieldTypes.indexOf('object')

function node(parent: Node | null, key: string | null, inList: boolean, id: number): Node {
  return {
    parent,
    key,
    inList,
    children: new Map(),
    types: 0,
    lastTypes: 0,
    seen: 0,
    firstId: id,
    lastId: 0,
    always: false,
  }
}

function tell(round: Round, field: Node, change: ShapeChange['change'], detail: string): void {
  if (round.tells && round.changes.length < MAX_CHANGES) round.changes.push({ path: pathOf(field), change, detail })
}

function typeBit(value: unknown): number {
  const type = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  return 1 << names.indexOf(type)
}

function namesOf(bits: number): FieldType[] {
  return fieldTypes.filter((_name, place) => (bits & (1 << place)) !== 0)
}

function list(names: readonly string[]): string {
  return names.join(' or ')
}

/** "data.items[].id"; a key with other characters is quoted: `data["a.b"]`. */
function pathOf(field: Node): string {
  let path = ''
  for (let at: Node | null = field; at?.parent != null; at = at.parent) {
    const isPlain = at.key !== null && /^[^.[\]"\s]+$/.test(at.key)
    const part = at.key === null ? '[]' : isPlain ? `.${at.key}` : `[${JSON.stringify(at.key)}]`
    path = part + path
  }
  return path.startsWith('.') ? path.slice(1) : path
}
