import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuditRecord } from '../../main/audit/audit.ts'
import type { NewCapture } from '../../main/captures/capture-record.ts'
import { Captures } from '../../main/captures/captures.ts'
import { type Ledger, openLedger } from '../../main/captures/ledger.ts'
import type { LedgerWriter, StoredEvent } from '../../main/captures/ports.ts'
import { Changes } from '../../main/changes.ts'
import type { EndpointBook, EndpointFacts, EndpointSecretValue } from '../../main/receiver/ports.ts'
import type { StoreNotice } from '../../main/store/integrity.ts'
import { sourceThreads } from '../../main/threads.ts'
import { notFound, Problem } from '../../shared/problems.ts'
import { usualBehaviour } from '../../shared/receiver-defaults.ts'

/** A writer of the ledger in the same thread, where no receiver is needed. */
class DeskWriter implements LedgerWriter {
  ledger: Ledger
  readonly #directory: string
  readonly #listeners = new Set<(event: StoredEvent) => void>()
  readonly #ledgerListeners = new Set<(identity: string) => void>()

  constructor(directory: string) {
    this.#directory = directory
    this.ledger = openLedger(directory, { maxPages: null })
  }

  reopen(ruin: (file: string) => void): void {
    this.ledger.close()
    ruin(join(this.#directory, 'captures.db'))
    this.ledger = openLedger(this.#directory, { maxPages: null })
    for (const listener of this.#ledgerListeners) listener(this.ledger.identity)
  }

  append(captures: readonly NewCapture[]): number {
    const first = this.ledger.append(captures)
    const event = { lastId: first + captures.length - 1, count: captures.length, perSecond: captures.length }
    for (const listener of this.#listeners) listener(event)
    return first
  }

  async apply(change: Parameters<LedgerWriter['apply']>[0]): Promise<readonly number[]> {
    if (change.kind !== 'delete-endpoint') return this.ledger.apply(change)
    this.ledger.doom(change.endpointId)
    const ids: number[] = []
    for (let done = false; !done; ) {
      const piece = this.ledger.deleteSome(change.endpointId)
      ids.push(...piece.ids)
      done = piece.done
    }
    return ids
  }

  onStored(listener: (event: StoredEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  onLedger(listener: (identity: string) => void): () => void {
    this.#ledgerListeners.add(listener)
    return () => this.#ledgerListeners.delete(listener)
  }
}

/** Endpoints 1 "payments", 2 "orders" and 3 "other"; bundles may add more. */
export class DeskEndpoints implements EndpointBook {
  readonly list: EndpointFacts[] = ['payments', 'orders', 'other'].map((slug, at) => endpoint(at + 1, slug))
  readonly secrets = new Map<number, EndpointSecretValue[]>()
  /** Endpoints whose secrets cannot be decrypted. */
  readonly unreadable = new Set<number>()
  isReady = true

  facts(id: number): EndpointFacts {
    const found = this.list.find((one) => one.id === id)
    if (found === undefined) throw notFound('endpoint', id)
    return found
  }

  all(): readonly EndpointFacts[] {
    return this.list
  }

  bySlug(slug: string): EndpointFacts | null {
    return this.list.find((one) => one.slug === slug) ?? null
  }

  secretsOf(endpointId: number): readonly EndpointSecretValue[] {
    if (!this.isReady) throw new Problem('VAULT_LOCKED', 'The vault is locked.')
    if (this.unreadable.has(endpointId)) throw new Problem('SECRET_UNREADABLE', 'It cannot be read.')
    return this.secrets.get(endpointId) ?? []
  }

  readableSecretsOf(endpointId: number): readonly EndpointSecretValue[] {
    return this.unreadable.has(endpointId) ? [] : this.secretsOf(endpointId)
  }

  secret(secretId: number): EndpointSecretValue & { endpointId: number } {
    for (const [endpointId, secrets] of this.secrets) {
      const found = secrets.find(({ id }) => id === secretId)
      if (found !== undefined) return { ...found, endpointId }
    }
    throw notFound('secret', secretId)
  }

  vaultReady(): boolean {
    return this.isReady
  }

  localUrl(): string | null {
    return 'http://127.0.0.1:4590'
  }

  publicUrl(): string | null {
    return null
  }

  ensure(slug: string): { id: number; made: boolean } {
    const present = this.bySlug(slug)
    if (present !== null) return { id: present.id, made: false }
    const made = endpoint(this.list.length + 1, slug)
    this.list.push(made)
    return { id: made.id, made: true }
  }

  /** Replaces some facts of one endpoint. */
  change(id: number, changes: Partial<EndpointFacts>): void {
    const at = this.list.findIndex((one) => one.id === id)
    this.list[at] = { ...this.facts(id), ...changes }
  }
}

function endpoint(id: number, slug: string): EndpointFacts {
  return {
    id,
    slug,
    name: slug,
    scheme: null,
    schemeOptions: null,
    behaviour: usualBehaviour,
    retention: { maxCount: null, maxAgeDays: null, maxBytes: null },
  }
}

export interface CaptureDesk {
  readonly directory: string
  readonly captures: Captures
  readonly ledger: Ledger
  readonly endpoints: DeskEndpoints
  readonly audited: AuditRecord[]
  readonly notices: StoreNotice[]
  readonly clock: { time: number; now(): number }
  /** Stores them. Gives the id of the last one. */
  store(captures: readonly NewCapture[]): number
  /** Stores them and waits until lists know them. Gives their ids. */
  add(captures: readonly NewCapture[]): Promise<number[]>
  /** Waits until lists know everything that is stored. */
  settled(): Promise<void>
  /** Closes the captures and opens them again over the same folder; `between` may change files meanwhile. */
  reopen(between?: (directory: string) => void): Promise<CaptureDesk>
  /** The writer opens the ledger again after `ruin`, while everything else goes on. */
  ruinLedger(ruin: (file: string) => void): void
  close(): Promise<void>
}

/** Captured requests over a real ledger and the real index thread, in a folder of their own. */
export function openDesk(
  folder?: string,
  endpoints = new DeskEndpoints(),
  thread: URL = sourceThreads.captureIndex,
): CaptureDesk {
  const directory = folder ?? mkdtempSync(join(tmpdir(), 'keyhold-captures-'))
  const writer = new DeskWriter(directory)
  const audited: AuditRecord[] = []
  const notices: StoreNotice[] = []
  const clock = {
    time: 1_800_000_000_000,
    now() {
      return this.time
    },
  }
  const captures = new Captures({
    directory,
    writer,
    endpoints,
    audit: { record: (_caller, record) => void audited.push(record) },
    changes: new Changes(),
    clock,
    version: '0.0.0',
    onNotice: (notice) => void notices.push(notice),
  })
  captures.start(thread)
  const settled = async () => {
    for await (const { newestId, behind } of captures.live(undefined)) {
      if (behind === 0 && newestId === writer.ledger.newestId()) return
    }
  }
  const end = async () => {
    await captures.close()
    writer.ledger.close()
  }
  return {
    directory,
    captures,
    get ledger() {
      return writer.ledger
    },
    ruinLedger: (ruin) => writer.reopen(ruin),
    endpoints,
    audited,
    notices,
    clock,
    settled,
    store: (added) => writer.append(added) + added.length - 1,
    add: async (added) => {
      const first = writer.append(added)
      await settled()
      return added.map((_capture, at) => first + at)
    },
    reopen: async (between) => {
      await end()
      between?.(directory)
      const desk = openDesk(directory, endpoints)
      await desk.settled()
      return desk
    },
    close: async () => {
      await end()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
