import type { Endpoint, ReceiverStatus } from '../../shared/contract/receiver.ts'
import { Problem } from '../../shared/problems.ts'
import type { SchemeId } from '../../shared/webhook-schemes.ts'
import { countOf } from '../../shared/words.ts'
import type { Audit, Caller } from '../audit/audit.ts'
import type { LedgerWriter, StoredEvent } from '../captures/ports.ts'
import type { Changes } from '../changes.ts'
import type { Clock } from '../host.ts'
import type { ReceiverSettings } from '../settings/settings.ts'
import type { StoreNotice } from '../store/integrity.ts'
import type { Store } from '../store/store.ts'
import type { Secrets } from '../vault/vault.ts'
import { EndpointSecrets } from './endpoint-secrets.ts'
import { Endpoints, type NewEndpoint } from './endpoints.ts'
import { Listening, portProblem } from './listening.ts'
import { nextFreePort, whoHasPort } from './port-owner.ts'
import type { EndpointBook, EndpointFacts, EndpointSecretValue, EndpointTotals } from './ports.ts'
import { ReceiverThread } from './receiver-thread.ts'
import { EndpointRows, type StoredEndpoint } from './rows.ts'
import type { FromThread, ThreadConfig, ThreadEndpoint, ThreadLimits } from './thread/messages.ts'
import { threadLimits } from './thread-limits.ts'

const LOOPBACK = '127.0.0.1'
/** Endpoints that unknown senders may bring about. */
const MAX_AUTO_CREATED = 200
const NOBODY: Caller = { source: 'system' }

interface ReceiverDependencies {
  readonly store: Store
  readonly vault: Secrets & { isReady(): boolean; onChange(listener: () => void): () => void }
  readonly settings: { receiver(): ReceiverSettings; setReceiver(settings: ReceiverSettings): void }
  readonly audit: Audit
  readonly changes: Changes
  readonly clock: Clock
  /** Hears of what happens by itself that the operator should know. */
  readonly onNotice: (notice: StoreNotice) => void
}

export interface ReceiverStart {
  /** Folder of the captured requests. */
  readonly directory: string
  /** File of the thread. */
  readonly thread: URL
  /** Rules over the port of the settings for this run. */
  readonly port?: number | undefined
  readonly limits?: Partial<ThreadLimits> | undefined
}

/**
 * Endpoints that receive webhooks, and the thread that does. Nothing listens before {@link start}; what is asked of the
 * endpoints works without it.
 */
export class Receiver implements EndpointBook, LedgerWriter {
  readonly #deps: ReceiverDependencies
  readonly #endpoints: Endpoints
  readonly #listening: Listening
  readonly #storedListeners = new Set<(event: StoredEvent) => void>()
  readonly #ledgerListeners = new Set<(identity: string) => void>()
  #thread: ReceiverThread | null = null
  #portForThisRun: number | undefined
  #publicUrl: string | null = null
  #totals: EndpointTotals = {
    of: () => ({ count: 0, bytes: 0, lastAt: null }),
    retentionChanged: () => {},
  }
  #endVaultWatch: () => void = () => {}

  constructor(dependencies: ReceiverDependencies) {
    this.#deps = dependencies
    this.#listening = new Listening(dependencies.clock)
    const rows = new EndpointRows(dependencies.store.db)
    this.#endpoints = new Endpoints({
      ...dependencies,
      rows,
      secrets: new EndpointSecrets(rows, dependencies.vault),
      onChange: () => {
        this.#configure()
        dependencies.changes.announce('receiver')
      },
    })
    this.hasSecrets = () => rows.hasSecrets()
  }

  /** Whether anything is encrypted here: a vault key must not be made anew over it. */
  readonly hasSecrets: () => boolean

  /** Captured requests know how many there are of each endpoint; they are made second and introduced here. */
  attachTotals(totals: EndpointTotals): void {
    this.#totals = totals
  }

  /** Starts the thread; whether it listens is said by {@link status}. */
  start({ directory, thread, port, limits }: ReceiverStart): void {
    this.#portForThisRun = port
    this.#thread = new ReceiverThread({
      file: thread,
      start: { directory, limits: { ...threadLimits, ...limits } },
      onMessage: (message) => this.#hear(message),
      onCrash: (message) => {
        if (this.#listening.state !== 'off') this.#listening.starting()
        this.#deps.changes.announce('receiver')
        this.#deps.onNotice({
          severity: 'error',
          message: 'The webhook receiver had to be started again.',
          detail: `It ended unexpectedly: ${message}`,
        })
      },
    })
    this.#endVaultWatch = this.#deps.vault.onChange(() => this.#configure())
    this.#configure()
  }

  /** Whether webhooks can come in: it listens, and there is an endpoint. */
  isReceiving(): boolean {
    return this.#listening.state === 'listening' && this.#endpoints.list().length > 0
  }

  status(): ReceiverStatus {
    const { lan, autoCreate } = this.#deps.settings.receiver()
    const { port } = this.#listening
    return {
      ...this.#listening.status(),
      port: port ?? this.#wantedPort(),
      lan,
      autoCreate,
      url: this.localUrl(),
      publicUrl: this.#publicUrl,
    }
  }

  /** Stored, and in force at once where the thread runs. */
  configure(caller: Caller, settings: ReceiverSettings): ReceiverStatus {
    this.#deps.settings.setReceiver(settings)
    this.#portForThisRun = undefined
    this.#deps.audit.record(caller, {
      action: 'receiver.configured',
      detail: settings.enabled
        ? `On at port ${settings.port}, ${settings.lan ? 'reachable from the network' : 'this machine only'}.`
        : 'Off.',
    })
    this.#configure()
    this.#deps.changes.announce('receiver')
    return this.status()
  }

  /** Without a path; null for none. Recorded with every request from now on. */
  setPublicUrl(url: string | null): void {
    if (this.#publicUrl === url) return
    this.#publicUrl = url
    this.#configure()
    this.#deps.changes.announce('receiver')
  }

  /** Answers the nonce at its reserved path until the returned function is called. Throws CONFLICT while it does not listen. */
  serveNonce(nonce: string): () => void {
    if (this.#thread === null || this.#listening.state !== 'listening') {
      throw new Problem('CONFLICT', 'The receiver does not listen, so no tunnel can lead to it.', {
        remedies: ['Turn the receiver on first.'],
      })
    }
    return this.#thread.nonce(nonce)
  }

  endpoints(): Endpoint[] {
    return this.#endpoints.list().map((endpoint) => this.#shown(endpoint))
  }

  /** Throws NOT_FOUND. */
  endpoint(id: number): Endpoint {
    return this.#shown(this.#endpoints.get(id))
  }

  createEndpoint(caller: Caller, input: NewEndpoint): Endpoint {
    return this.#shown(this.#create(caller, input))
  }

  updateEndpoint(caller: Caller, input: Parameters<Endpoints['update']>[1]): Endpoint {
    const updated = this.#endpoints.update(caller, input)
    this.#listening.forgetSlug(updated.slug)
    if (input.retention !== undefined) this.#totals.retentionChanged()
    return this.#shown(updated)
  }

  /** Its captured requests go first, so that none is left without an endpoint. */
  async deleteEndpoint(caller: Caller, id: number): Promise<void> {
    const { slug } = this.#endpoints.get(id)
    const deleted = await this.apply({ kind: 'delete-endpoint', endpointId: id })
    this.#endpoints.delete(caller, id, `/h/${slug}, with ${countOf(deleted.length, 'captured request')}.`)
    this.#deps.changes.announce('captures')
  }

  addSecret(caller: Caller, id: number, label: string, secret: string): Endpoint {
    return this.#shown(this.#endpoints.addSecret(caller, id, label, secret))
  }

  removeSecret(caller: Caller, id: number, secretId: number): Endpoint {
    return this.#shown(this.#endpoints.removeSecret(caller, id, secretId))
  }

  generateSecret(caller: Caller, id: number, scheme: SchemeId) {
    return { ...this.#endpoints.generateSecret(caller, id, scheme), endpoint: this.endpoint(id) }
  }

  facts(id: number): EndpointFacts {
    return this.#endpoints.facts(this.#endpoints.get(id))
  }

  all(): readonly EndpointFacts[] {
    return this.#endpoints.list().map((endpoint) => this.#endpoints.facts(endpoint))
  }

  bySlug(slug: string): EndpointFacts | null {
    const endpoint = this.#endpoints.bySlug(slug)
    return endpoint === null ? null : this.#endpoints.facts(endpoint)
  }

  secretsOf(endpointId: number): readonly EndpointSecretValue[] {
    return this.#endpoints.secretsOf(endpointId)
  }

  readableSecretsOf(endpointId: number): readonly EndpointSecretValue[] {
    // Which ones cannot be read was said when the thread was given them.
    return this.#endpoints.readableSecrets(endpointId, () => {}) ?? this.#endpoints.secretsOf(endpointId)
  }

  secret(secretId: number): EndpointSecretValue & { readonly endpointId: number } {
    return this.#endpoints.secretById(secretId)
  }

  vaultReady(): boolean {
    return this.#deps.vault.isReady()
  }

  localUrl(): string | null {
    const { port } = this.#listening
    return port === null ? null : `http://${LOOPBACK}:${port}`
  }

  publicUrl(): string | null {
    return this.#publicUrl
  }

  ensure(slug: string): { id: number; made: boolean } {
    const present = this.#endpoints.bySlug(slug)
    if (present !== null) return { id: present.id, made: false }
    return { id: this.#create(NOBODY, { slug }).id, made: true }
  }

  async apply(change: Parameters<LedgerWriter['apply']>[0]): Promise<readonly number[]> {
    // Without a thread nothing was ever captured in this run, and nothing may be written behind its back.
    if (this.#thread === null) {
      throw new Problem('CONFLICT', 'Captured requests cannot be changed: the receiver was not started.', {
        remedies: ['Start Keyhold again.'],
      })
    }
    return await this.#thread.apply(change)
  }

  onStored(listener: (event: StoredEvent) => void): () => void {
    this.#storedListeners.add(listener)
    return () => this.#storedListeners.delete(listener)
  }

  onLedger(listener: (identity: string) => void): () => void {
    this.#ledgerListeners.add(listener)
    return () => this.#ledgerListeners.delete(listener)
  }

  /** Answers what is under way, writes it down and ends the thread. */
  async close(): Promise<void> {
    this.#endVaultWatch()
    await this.#thread?.close()
    this.#thread = null
    this.#listening.off()
  }

  #create(caller: Caller, input: NewEndpoint): StoredEndpoint {
    const created = this.#endpoints.create(caller, input)
    this.#listening.forgetSlug(created.slug)
    return created
  }

  #wantedPort(): number {
    return this.#portForThisRun ?? this.#deps.settings.receiver().port
  }

  #shown(endpoint: StoredEndpoint): Endpoint {
    const { count, bytes, lastAt } = this.#totals.of(endpoint.id)
    const base = this.localUrl() ?? `http://${LOOPBACK}:${this.#wantedPort()}`
    return {
      ...endpoint,
      secrets: this.#endpoints.secretsShown(endpoint.id),
      localUrl: `${base}/h/${endpoint.slug}`,
      publicUrl: this.#publicUrl === null ? null : `${this.#publicUrl}/h/${endpoint.slug}`,
      captured: count,
      capturedBytes: bytes,
      lastAt,
    }
  }

  #configure(): void {
    if (this.#thread === null) return
    const { enabled, lan, autoCreate } = this.#deps.settings.receiver()
    const wanted = enabled ? { port: this.#wantedPort(), host: lan ? '0.0.0.0' : LOOPBACK } : null
    if (wanted === null) this.#listening.off()
    else if (this.#thread.problem !== null) this.#listening.failed(this.#thread.problem, null)
    else if (this.#listening.state !== 'listening') this.#listening.starting()
    const config: ThreadConfig = {
      listen: wanted,
      autoCreate,
      publicUrl: this.#publicUrl,
      endpoints: this.#endpoints.list().map((endpoint) => this.#forThread(endpoint)),
    }
    this.#thread.configure(config)
  }

  #forThread({ id, slug, scheme, schemeOptions, behaviour }: StoredEndpoint): ThreadEndpoint {
    const secrets = this.#endpoints.readableSecrets(id, (problem) =>
      this.#deps.onNotice({
        severity: 'error',
        message: problem.message,
        detail: problem.details.remedies.join(' '),
      }),
    )
    return {
      id,
      slug,
      scheme,
      schemeOptions,
      secrets: secrets?.map(({ label, secret }) => ({ label, secret })) ?? null,
      behaviour,
    }
  }

  #hear(message: FromThread): void {
    switch (message.type) {
      case 'stored':
        for (const listener of this.#storedListeners) listener(message)
        return
      case 'ledger':
        for (const listener of this.#ledgerListeners) listener(message.identity)
        return
      case 'cannot-start':
        if (this.#listening.state !== 'off') this.#listening.failed(message.problem, null)
        break
      case 'counters':
        this.#listening.count(message.counters)
        break
      case 'listening':
        this.#listening.listening(message.port)
        break
      case 'stopped':
        this.#listening.off()
        break
      case 'listen-failed':
        void this.#explain(message)
        return
      case 'unknown-slug':
        this.#listening.unknownSlug(message.slug, message.count)
        if (message.wanted) this.#makeWanted(message.slug)
        break
      case 'notice':
        this.#deps.onNotice(message)
        return
      case 'doomed':
        void this.#finishDeletions(message.endpointIds)
        return
      case 'disk':
        this.#listening.disk(message.full)
        break
      default:
        return
    }
    this.#deps.changes.announce('receiver')
  }

  async #explain({ port, code, message }: Extract<FromThread, { type: 'listen-failed' }>): Promise<void> {
    const [owner, freePort] = await Promise.all([whoHasPort(port), nextFreePort(port)])
    this.#listening.failed(portProblem(port, code, message, owner, freePort).toData(), freePort)
    this.#deps.changes.announce('receiver')
  }

  /** The ledger forgets a deletion last, so what is cut short or fails here is done at the next start. */
  async #finishDeletions(endpointIds: readonly number[]): Promise<void> {
    try {
      for (const endpointId of endpointIds) {
        this.#endpoints.finishDeletion(endpointId)
        await this.apply({ kind: 'delete-endpoint', endpointId })
      }
      this.#deps.changes.announce('captures')
    } catch (error) {
      this.#deps.onNotice({
        severity: 'warning',
        message: 'The deletion of an endpoint could not be finished. It is tried again at the next start.',
        detail: error instanceof Error ? error.message : String(error),
      })
    }
  }

  /** The sender waits: it is told in every case. */
  #makeWanted(slug: string): void {
    try {
      if (this.#endpoints.list().length < MAX_AUTO_CREATED) this.ensure(slug)
    } catch (error) {
      // Nobody waits for it here: thrown on, it would end the program.
      this.#deps.onNotice({
        severity: 'error',
        message: 'An endpoint could not be made for a request to an unknown address.',
        detail: error instanceof Error ? error.message : String(error),
      })
    } finally {
      this.#thread?.endpointDecided(slug)
    }
  }
}
