import type { IncomingMessage, ServerResponse } from 'node:http'
import type { LedgerChange } from '../../captures/capture-record.ts'
import { ActiveEndpoints } from './active-endpoints.ts'
import { Batch } from './batch.ts'
import { BodyMemory } from './body-memory.ts'
import type { Connection } from './connection.ts'
import { type Desk, Exchange } from './exchange.ts'
import { headFacts, originForm, placeOf } from './head-facts.ts'
import { LedgerKeeper } from './ledger-keeper.ts'
import { Listener } from './listener.ts'
import type { FromThread, ThreadConfig, ThreadStart, ToThread } from './messages.ts'
import { frontPage, type PlainAnswer, sendPlain, unknownSlugAnswer } from './plain-answers.ts'
import { Reports } from './reports.ts'
import { SlugRequests } from './slug-requests.ts'

const NONCE_PATH = '/.well-known/keyhold/'
/** Bytes of bodies in memory: ten of the largest. Who comes then is asked to come again. */
const LARGEST_IN_MEMORY = 10
/** Part of the time that may pass without a byte of a request, after which a large body counts as slow. */
const SLOW_PART = 6
/** For requests that are under way when the thread ends. */
const FAREWELL_MS = 1_000

/** What the receiver's thread does, whatever it runs in. */
export class Capturing {
  readonly #start: ThreadStart
  readonly #reports: Reports
  readonly #keeper: LedgerKeeper
  readonly #desk: Desk
  readonly #nonces = new Set<string>()
  readonly #post: (message: FromThread) => void
  #listener: Listener | null = null
  #address: string | null = null
  #port = 0
  /** Moves from one address to another are made one after the other. */
  #moves: Promise<void> = Promise.resolve()
  #retired: Listener[] = []

  /** Throws STORE_FAILED where the ledger is of a newer Keyhold. */
  constructor(start: ThreadStart, post: (message: FromThread) => void) {
    const { directory, limits } = start
    this.#start = start
    this.#post = post
    this.#reports = new Reports(post)
    this.#keeper = new LedgerKeeper({ directory, maxPages: limits.maxLedgerPages, reports: this.#reports })
    this.#desk = {
      endpoints: new ActiveEndpoints(),
      batch: new Batch(this.#keeper, this.#reports),
      keeper: this.#keeper,
      reports: this.#reports,
      slugs: new SlugRequests(this.#reports),
      maxBodyBytes: limits.maxBodyBytes,
      memory: new BodyMemory(limits.maxBodyBytes * LARGEST_IN_MEMORY, limits.requestTimeoutMs / SLOW_PART),
      publicUrl: null,
    }
    const doomed = this.#keeper.doomed()
    for (const endpointId of doomed) this.#desk.endpoints.doom(endpointId)
    if (doomed.length > 0) post({ type: 'doomed', endpointIds: doomed })
  }

  hear(message: ToThread): void {
    switch (message.type) {
      case 'config':
        this.#configure(message.config)
        return
      case 'change':
        void this.#change(message.call, message.change)
        return
      case 'nonce':
        if (message.on) this.#nonces.add(message.nonce)
        else this.#nonces.delete(message.nonce)
        return
      case 'endpoint-decided':
        this.#desk.slugs.decide(message.slug)
        return
      case 'close':
        void this.#close()
    }
  }

  #configure({ endpoints, autoCreate, publicUrl, listen }: ThreadConfig): void {
    this.#desk.endpoints.replace(endpoints)
    this.#desk.slugs.enabled = autoCreate
    this.#desk.publicUrl = publicUrl
    this.#moves = this.#moves.then(() => this.#move(listen))
  }

  async #move(listen: ThreadConfig['listen']): Promise<void> {
    const address = listen === null ? null : `${listen.host} ${listen.port}`
    if (address === this.#address) {
      this.#post(address === null ? { type: 'stopped' } : { type: 'listening', port: this.#port })
      return
    }
    if (listen === null) {
      this.#retire()
      this.#post({ type: 'stopped' })
      return
    }
    // The same port for other addresses can only be had after it was given up.
    if (listen.port === this.#port) this.#retire()
    const listener = new Listener({
      limits: this.#start.limits,
      onRequest: (request, response, connection, invite) => this.#take(request, response, connection, invite),
      onMalformed: () => this.#reports.count('malformed'),
    })
    try {
      const port = await listener.listen(listen.port, listen.host)
      this.#retire()
      this.#listener = listener
      this.#address = address
      this.#port = port
      this.#post({ type: 'listening', port })
    } catch (error) {
      this.#retire()
      const code = error instanceof Error && 'code' in error ? String(error.code) : ''
      const message = error instanceof Error ? error.message : String(error)
      this.#post({ type: 'listen-failed', code, message, port: listen.port })
    }
  }

  #retire(): void {
    this.#listener?.retire()
    // Requests under way are answered; for the end of the thread they are remembered.
    if (this.#listener !== null) this.#retired = [this.#listener, ...this.#retired].slice(0, 10)
    this.#listener = null
    this.#address = null
    this.#port = 0
  }

  #take(request: IncomingMessage, response: ServerResponse, connection: Connection, invite: boolean): void {
    if (connection.closing) response.shouldKeepAlive = false
    const facts = headFacts(request.rawHeaders)
    const bodyBytes = facts.contentLength ?? (facts.chunked ? Number.POSITIVE_INFINITY : 0)
    const answer = (plain: PlainAnswer) => {
      connection.waiting()
      sendPlain(plain, request, response, bodyBytes)
      connection.answered(response)
    }
    const place = placeOf(request.url ?? '')
    if (place === null) {
      answer(this.#reserved(request))
      return
    }
    const endpoint = this.#desk.endpoints.find(place.slug)
    if (endpoint === null && !this.#desk.slugs.ask(place.slug)) {
      this.#reports.unknownSlug(place.slug)
      answer(unknownSlugAnswer(place.slug))
      return
    }
    new Exchange(this.#desk, request, response, { connection, facts, place, endpoint }).begin(invite)
  }

  /** A tunnel is proved by the nonce that comes back through it. */
  #reserved(request: IncomingMessage): PlainAnswer {
    const path = originForm(request.url ?? '')
    const nonce = path.startsWith(NONCE_PATH) ? path.slice(NONCE_PATH.length).split('?', 1)[0] : undefined
    if (nonce === undefined || !this.#nonces.has(nonce)) return frontPage
    if (request.method !== 'GET' && request.method !== 'HEAD') return frontPage
    return { status: 200, text: nonce }
  }

  async #change(call: number, change: LedgerChange): Promise<void> {
    // What came before the change is on disk before it.
    await this.#desk.batch.finish()
    const result =
      change.kind === 'delete-endpoint' ? await this.#deleteEndpoint(change.endpointId) : this.#keeper.apply(change)
    // Ids that were stored before are known before the change of them is.
    this.#reports.flush()
    this.#post({ type: 'changed', call, result })
  }

  #deleteEndpoint(endpointId: number) {
    this.#desk.endpoints.doom(endpointId)
    return this.#keeper.deleteEndpoint(endpointId)
  }

  async #close(): Promise<void> {
    await this.#moves
    this.#retire()
    this.#desk.slugs.close()
    await this.#desk.batch.finish()
    await Promise.all(this.#retired.map((listener) => listener.drain(FAREWELL_MS)))
    // Connections that were cut leave what came of their requests.
    await new Promise((resume) => setImmediate(resume))
    await this.#desk.batch.finish()
    this.#keeper.close()
    this.#reports.flush()
    this.#post({ type: 'closed' })
  }
}
