import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Audit, type Caller } from '../../main/audit/audit.ts'
import type { StoredCapture } from '../../main/captures/capture-record.ts'
import type { CaptureReader, StoredEvent } from '../../main/captures/ports.ts'
import { Changes } from '../../main/changes.ts'
import type { Alarm } from '../../main/deliveries/alarm.ts'
import { Deliveries } from '../../main/deliveries/deliveries.ts'
import type { PruningLimits } from '../../main/deliveries/pruning.ts'
import type { Clock } from '../../main/host.ts'
import { createRawClient } from '../../main/http/node-raw-client.ts'
import type { EndpointBook, EndpointFacts, EndpointSecretValue } from '../../main/receiver/ports.ts'
import { openStore, type Store } from '../../main/store/store.ts'
import type { Selection } from '../../shared/contract/captures.ts'
import { notFound, Problem } from '../../shared/problems.ts'

export const caller: Caller = { source: 'app' }

/** Time that passes only when a test says so. */
export class ManualTime implements Clock, Alarm {
  #now = 1_790_000_000_000
  #alarms: { readonly at: number; readonly run: () => void }[] = []

  now(): number {
    return this.#now
  }

  after(milliseconds: number, run: () => void): () => void {
    const alarm = { at: this.#now + Math.max(0, milliseconds), run }
    this.#alarms.push(alarm)
    return () => {
      this.#alarms = this.#alarms.filter((other) => other !== alarm)
    }
  }

  /** Goes through every alarm on the way, in its order. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds
    for (;;) {
      const [next] = this.#alarms.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)
      if (next === undefined) break
      this.#alarms = this.#alarms.filter((other) => other !== next)
      this.#now = Math.max(this.#now, next.at)
      next.run()
    }
    this.#now = end
  }
}

/** Captured requests in a list. Ids are not given out twice. */
export class ListedCaptures implements CaptureReader {
  #captures: StoredCapture[] = []
  #newest = 0
  readonly #listeners = new Set<(event: StoredEvent) => void>()

  add(...captures: Partial<StoredCapture>[]): number[] {
    const ids = captures.map((capture) => {
      this.#newest += 1
      this.#captures.push({ ...sampleCapture(this.#newest), ...capture, id: this.#newest })
      return this.#newest
    })
    for (const listener of this.#listeners) listener({ lastId: this.#newest, count: ids.length, perSecond: 0 })
    return ids
  }

  delete(id: number): void {
    this.#captures = this.#captures.filter((capture) => capture.id !== id)
  }

  stored(id: number): StoredCapture {
    const found = this.#captures.find((capture) => capture.id === id)
    if (found === undefined) throw notFound('captured request', id)
    return found
  }

  after(endpointId: number, afterId: number, limit: number) {
    // Looks at few at a time, as the ledger does.
    const looked = this.#captures.filter(({ id }) => id > afterId).slice(0, 7)
    const captures = looked.filter((capture) => capture.endpointId === endpointId).slice(0, limit)
    const throughId = captures.length === limit ? captures.at(-1)?.id : looked.at(-1)?.id
    return { captures, throughId: throughId ?? Math.max(afterId, this.#newest) }
  }

  async reached(): Promise<void> {}

  selected(selection: Selection, afterId: number, limit: number): number[] {
    return this.#matching(selection)
      .filter((id) => id > afterId)
      .slice(0, limit)
  }

  countSelected(selection: Selection): number {
    return this.#matching(selection).length
  }

  byConnection(remotePort: number, at: number): number | null {
    const [nearest] = this.#captures
      .filter((capture) => capture.remotePort === remotePort)
      .sort((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at))
    return nearest?.id ?? null
  }

  newestId(): number {
    return this.#newest
  }

  onStored(listener: (event: StoredEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Ids that are named are not looked for, as in the real one. */
  #matching(selection: Selection): number[] {
    if ('ids' in selection) return [...new Set(selection.ids)].sort((a, b) => a - b)
    const { filter, throughId } = selection
    return this.#captures
      .filter(({ id, endpointId }) => id <= throughId && (filter.endpointId ?? endpointId) === endpointId)
      .map(({ id }) => id)
  }
}

export function sampleCapture(id: number): StoredCapture {
  return {
    id,
    endpointId: 1,
    at: 1_780_000_000_000 + id * 1_000,
    method: 'POST',
    target: '/h/shop/orders?b=2&a=1',
    httpVersion: '1.1',
    remoteAddress: '127.0.0.1',
    remotePort: 50_000,
    rawHeaders: ['Host', 'hooks.example', 'content-type', 'application/json', 'X-Id', String(id)],
    rawTrailers: [],
    body: Buffer.from(JSON.stringify({ id })),
    sentBytes: 10,
    refused: null,
    publicUrl: null,
    verdict: {
      verdict: 'unsigned',
      scheme: null,
      strictOk: null,
      reason: 'header-missing',
      message: '',
      matchedSecret: null,
      timestamp: null,
    },
    answer: { status: 200, headers: [], body: '', rule: null, fault: null, delayMs: 0, deadline: null, late: false },
    receivedMs: 1,
    imported: false,
    answeredMs: null,
  }
}

/** Endpoints 1 ("shop") and 2 ("other"). */
export class ListedEndpoints implements EndpointBook {
  secrets: readonly EndpointSecretValue[] = []
  local: string | null = null
  tunnel: string | null = null
  locked = false
  readonly #facts: EndpointFacts[] = ['shop', 'other'].map((slug, index) => ({
    id: index + 1,
    slug,
    name: slug,
    scheme: null,
    schemeOptions: null,
    behaviour: {
      answer: { status: 200, headers: [], body: '', delayMs: 0 },
      rules: [],
      faults: [],
      faultSeed: 0,
      deadline: null,
      answerHandshakes: true,
      refuseInvalid: false,
    },
    retention: { maxCount: null, maxAgeDays: null, maxBytes: null },
  }))

  set(changes: Partial<EndpointFacts>): void {
    this.#facts[0] = { ...this.facts(1), ...changes }
  }

  facts(id: number): EndpointFacts {
    const found = this.#facts[id - 1]
    if (found === undefined) throw notFound('endpoint', id)
    return found
  }

  all(): readonly EndpointFacts[] {
    return this.#facts
  }

  bySlug(slug: string): EndpointFacts | null {
    return this.#facts.find((endpoint) => endpoint.slug === slug) ?? null
  }

  secretsOf(endpointId: number): readonly EndpointSecretValue[] {
    if (this.locked) throw new Problem('VAULT_LOCKED', 'The vault is locked.')
    return endpointId === 1 ? this.secrets : []
  }

  readableSecretsOf(endpointId: number): readonly EndpointSecretValue[] {
    return this.secretsOf(endpointId)
  }

  secret(secretId: number): EndpointSecretValue & { readonly endpointId: number } {
    const found = this.secretsOf(1).find(({ id }) => id === secretId)
    if (found === undefined) throw notFound('secret', secretId)
    return { ...found, endpointId: 1 }
  }

  vaultReady(): boolean {
    return !this.locked
  }

  localUrl(): string | null {
    return this.local
  }

  publicUrl(): string | null {
    return this.tunnel
  }

  ensure(slug: string) {
    return { id: this.bySlug(slug)?.id ?? 1, made: false }
  }
}

export interface DeliveryBench {
  readonly dataDir: string
  readonly store: Store
  readonly deliveries: Deliveries
  readonly captures: CaptureReader
  readonly endpoints: ListedEndpoints
  readonly audit: Audit
  /** Closes everything; the folder stays. */
  close(): Promise<void>
  /** Copies the folder as it is on disk at this moment: what a crash would leave. */
  crashImage(): string
}

const folders: string[] = []

export interface BenchOptions<C extends CaptureReader> {
  readonly captures: C
  readonly dataDir?: string
  readonly endpoints?: ListedEndpoints
  readonly time?: ManualTime
  readonly limits?: PruningLimits
}

export function openDeliveryBench<C extends CaptureReader>(
  options: BenchOptions<C>,
): DeliveryBench & { readonly captures: C } {
  const dataDir = options.dataDir ?? newFolder()
  const { captures, time, limits } = options
  const endpoints = options.endpoints ?? new ListedEndpoints()
  const store = openStore(dataDir)
  for (const { id, slug } of endpoints.all()) {
    store.db
      .prepare(
        `INSERT OR IGNORE INTO endpoints (id, slug, name, note, behaviour, retention, created_at, updated_at)
         VALUES (?, ?, ?, '', '{}', '{}', 0, 0)`,
      )
      .run(id, slug, slug)
  }
  const clock = time ?? { now: () => Date.now() }
  const changes = new Changes()
  const audit = new Audit(store, clock, changes)
  const http = createRawClient({ userAgent: 'Keyhold/test' })
  const deliveries = new Deliveries({
    directory: join(dataDir, 'receiver'),
    store,
    captures,
    endpoints,
    http,
    audit,
    changes,
    clock,
    ...(time === undefined ? {} : { alarm: time }),
    ...(limits === undefined ? {} : { limits }),
  })
  deliveries.start()
  return {
    dataDir,
    store,
    deliveries,
    captures,
    endpoints,
    audit,
    close: async () => {
      await deliveries.close()
      http.close()
      store.close()
    },
    crashImage: () => {
      const copy = newFolder()
      cpSync(dataDir, copy, { recursive: true, filter: (source) => !source.endsWith('-shm') })
      return copy
    },
  }
}

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyhold-deliveries-'))
  mkdirSync(folder, { recursive: true })
  folders.push(folder)
  return folder
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}

export const targetDefaults = {
  endpointId: 1,
  enabled: true,
  keepPath: false,
  timeoutMs: 5_000,
  concurrency: 4,
  retries: 'quick',
  ca: null,
} as const
