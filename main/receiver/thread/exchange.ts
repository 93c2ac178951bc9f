import type { IncomingMessage, ServerResponse } from 'node:http'
import type { VerdictRecord } from '../../../shared/contract/captures.ts'
import { receiverLimits } from '../../../shared/limits.ts'
import { eventOf } from '../../../shared/webhook-signatures.ts'
import type { NewCapture, PlannedAnswer } from '../../captures/capture-record.ts'
import type { AskedRequest } from '../responses.ts'
import type { ActiveEndpoint, ActiveEndpoints } from './active-endpoints.ts'
import type { Batch, Waiting } from './batch.ts'
import type { BodyMemory, IncomingBody } from './body-memory.ts'
import type { Connection } from './connection.ts'
import { calledUrl, type HeadFacts, type Place } from './head-facts.ts'
import type { LedgerKeeper } from './ledger-keeper.ts'
import {
  busyAnswer,
  noAnswer,
  notStoredAnswer,
  rawAnswer,
  sendAndLinger,
  sendPlain,
  tooLargeAnswer,
  unknownSlugAnswer,
} from './plain-answers.ts'
import type { Reports } from './reports.ts'
import type { SlugRequests } from './slug-requests.ts'

const nothing = Buffer.alloc(0)
/** Bytes that are kept of a body that did not come to its end. */
const KEPT_OF_ABORTED = 1024 * 1024

/** What all exchanges share. */
export interface Desk {
  readonly endpoints: ActiveEndpoints
  readonly batch: Batch
  readonly keeper: LedgerKeeper
  readonly reports: Reports
  readonly slugs: SlugRequests
  readonly maxBodyBytes: number
  readonly memory: BodyMemory
  publicUrl: string | null
}

/** One request on its way from the socket to the disk and its answer back. */
export class Exchange implements Waiting, IncomingBody {
  readonly #desk: Desk
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #connection: Connection
  readonly #facts: HeadFacts
  readonly #place: Place
  /** Null: the slug is unknown and main was asked for an endpoint. */
  #endpoint: ActiveEndpoint | null
  readonly #at = Date.now()
  readonly #begun = performance.now()
  #ended = 0
  #chunks: Buffer[] = []
  #bytes = 0
  /** Nothing more is taken from the socket: it is whole, refused or lost. */
  #taken = false
  #capture: NewCapture | null = null

  constructor(
    desk: Desk,
    request: IncomingMessage,
    response: ServerResponse,
    found: {
      readonly connection: Connection
      readonly facts: HeadFacts
      readonly place: Place
      readonly endpoint: ActiveEndpoint | null
    },
  ) {
    this.#desk = desk
    this.#request = request
    this.#response = response
    this.#connection = found.connection
    this.#facts = found.facts
    this.#place = found.place
    this.#endpoint = found.endpoint
  }

  get capture(): NewCapture {
    if (this.#capture === null) throw new Error('The request is not complete yet.')
    return this.#capture
  }

  /** `invite`: tells a sender that waits for 100-continue to go on. */
  begin(invite: boolean): void {
    const { contentLength } = this.#facts
    const request = this.#request
    this.#connection.receiving += 1
    if (contentLength !== null && contentLength > this.#desk.maxBodyBytes) {
      this.#refuse(contentLength)
      return
    }
    if (invite) this.#response.writeContinue()
    request.on('data', (chunk: Buffer) => this.#take(chunk))
    request.on('end', () => this.#end())
    request.on('close', () => this.#lost())
  }

  stored(id: number): void {
    const { answer, refused } = this.capture
    this.#release()
    if (refused === 'aborted') return
    if (refused === 'too-large') this.#sendTooLarge(answer)
    else if (answer !== this.#endpoint?.constant?.answer || !this.#sendConstant()) this.#perform(id, answer)
  }

  notStored(): void {
    const { refused, body } = this.capture
    this.#release()
    if (refused === 'aborted') return
    sendPlain(notStoredAnswer, this.#request, this.#response, refused === null ? body.length : Number.POSITIVE_INFINITY)
    this.#connection.answered(this.#response)
  }

  #take(chunk: Buffer): void {
    if (this.#taken) return
    const { memory, maxBodyBytes } = this.#desk
    if (this.#bytes + chunk.length > maxBodyBytes) {
      this.#refuse(this.#bytes + chunk.length)
      return
    }
    if (!memory.take(this, chunk.length)) {
      this.giveWay()
      return
    }
    this.#bytes += chunk.length
    this.#chunks.push(chunk)
  }

  #end(): void {
    if (this.#taken) return
    this.#takeNoMore()
    this.#ended = performance.now()
    this.#connection.waiting()
    const endpoint = this.#endpoint
    if (endpoint !== null) this.#record(endpoint, null)
    else this.#desk.slugs.whenDecided(this.#place.slug, () => this.#decided())
  }

  /** Main made an endpoint for the slug, or did not. */
  #decided(): void {
    this.#endpoint = this.#desk.endpoints.find(this.#place.slug)
    if (this.#endpoint !== null) {
      this.#record(this.#endpoint, null)
      return
    }
    this.#drop()
    this.#desk.reports.count('unknownSlug')
    sendPlain(unknownSlugAnswer(this.#place.slug), this.#request, this.#response, 0)
    this.#connection.answered(this.#response)
  }

  /** The connection closed before all of the request was there. What came is kept. */
  #lost(): void {
    if (this.#taken) return
    this.#takeNoMore()
    this.#ended = performance.now()
    if (this.#endpoint === null) this.#drop()
    else this.#record(this.#endpoint, 'aborted')
  }

  #refuse(sentBytes: number): void {
    this.#takeNoMore()
    this.#ended = performance.now()
    this.#drop()
    this.#connection.waiting()
    this.#request.pause()
    if (this.#endpoint === null) {
      sendPlain(unknownSlugAnswer(this.#place.slug), this.#request, this.#response, sentBytes)
      this.#connection.answered(this.#response)
      return
    }
    this.#bytes = sentBytes
    this.#record(this.#endpoint, 'too-large')
  }

  get bytes(): number {
    return this.#bytes
  }

  /** More is in memory than it can hold. */
  giveWay(): void {
    if (this.#taken) return
    this.#takeNoMore()
    this.#drop()
    this.#desk.reports.count('notStored')
    this.#connection.waiting()
    sendPlain(busyAnswer, this.#request, this.#response, Number.POSITIVE_INFINITY)
    this.#connection.answered(this.#response)
  }

  giveUp(): void {
    // Answers to earlier requests of the connection may be held back, and it is not read meanwhile.
    if (this.#connection.busy) return
    this.#connection.breakOff(rawAnswer('408 Request Timeout', 'The request did not come to its end in time.\n'))
  }

  #takeNoMore(): void {
    this.#taken = true
    this.#connection.receiving -= 1
    this.#desk.memory.ended(this)
  }

  #record(endpoint: ActiveEndpoint, refused: NewCapture['refused']): void {
    const request = this.#request
    const { rawHeaders, method = '', url: target = '' } = request
    const publicUrl = calledUrl(this.#facts, target, this.#desk.publicUrl)
    const body = refused === 'aborted' ? this.#body().subarray(0, KEPT_OF_ABORTED) : this.#body()
    const verdict = endpoint.judge({ method, url: publicUrl, rawHeaders, body }, this.#at, refused === null)
    this.#capture = {
      endpointId: endpoint.id,
      at: this.#at,
      method,
      target,
      httpVersion: request.httpVersion,
      remoteAddress: this.#connection.remoteAddress,
      remotePort: this.#connection.remotePort,
      rawHeaders,
      rawTrailers: request.rawTrailers,
      body,
      sentBytes: this.#bytes,
      refused,
      publicUrl,
      verdict,
      answer: this.#plan(endpoint, refused, body, verdict),
      receivedMs: this.#ended - this.#begun,
      imported: false,
    }
    this.#desk.batch.add(this)
  }

  #plan(
    endpoint: ActiveEndpoint,
    refused: NewCapture['refused'],
    body: Uint8Array,
    verdict: VerdictRecord,
  ): PlannedAnswer {
    if (refused === 'aborted') return noAnswer
    if (refused === 'too-large') return tooLargeAnswer(this.#desk.maxBodyBytes)
    return endpoint.responder.plan(new Asked(this.#request, this.#place.path, body, this.#at, verdict))
  }

  #body(): Buffer {
    const [first, ...more] = this.#chunks
    if (first === undefined) return nothing
    return more.length === 0 ? first : Buffer.concat(this.#chunks, this.#bytes)
  }

  /** An answer that is the same for every request and goes out at once. False: it cannot go out like this. */
  #sendConstant(): boolean {
    if (this.#connection.closing) this.#response.shouldKeepAlive = false
    try {
      this.#endpoint?.constant?.send(this.#response)
    } catch {
      return false
    }
    this.#connection.answered(this.#response)
    return true
  }

  #perform(id: number, answer: PlannedAnswer): void {
    const endpoint = this.#endpoint
    if (endpoint === null) return
    const response = this.#response
    const ended = this.#ended
    const { keeper } = this.#desk
    const connection = this.#connection
    if (connection.closing) response.shouldKeepAlive = false
    const worthNoting = answer.delayMs > 0 || answer.fault !== null
    connection.hold()
    void endpoint.responder.perform(answer, response).then((outcome) => {
      connection.release()
      const gone = 'gone' in outcome
      if (gone && outcome.unsendable !== undefined) sayUnsendable(this.#desk.reports, endpoint, outcome.unsendable)
      if (gone || worthNoting) keeper.settle({ id, answeredMs: gone ? null : performance.now() - ended })
      connection.answered(response)
    })
  }

  #sendTooLarge({ status, headers, body }: PlannedAnswer): void {
    const response = this.#response
    sendAndLinger(status ?? 413, headers, this.#request.method === 'HEAD' ? '' : body, this.#request, response)
    this.#connection.answered(response)
  }

  /** Forgets the body: it is on disk, or not wanted. */
  #drop(): void {
    this.#desk.memory.release(this.#bytes)
    this.#bytes = 0
    this.#chunks = []
  }

  #release(): void {
    if (this.#chunks.length > 0) this.#drop()
    this.#capture = null
  }
}

const saidUnsendable = new WeakSet<ActiveEndpoint>()

/** Once for each endpoint as it is set up: it will be the same for every request. */
function sayUnsendable(reports: Reports, endpoint: ActiveEndpoint, detail: string): void {
  if (saidUnsendable.has(endpoint)) return
  saidUnsendable.add(endpoint)
  const message = `An answer of the endpoint "${endpoint.slug}" cannot be sent. The connection was closed instead.`
  reports.post({ type: 'notice', severity: 'error', message, detail })
}

/** What rules look at. What costs time is worked out when a rule asks. */
class Asked implements AskedRequest {
  readonly method: string
  readonly path: string
  readonly rawHeaders: readonly string[]
  readonly body: Uint8Array
  readonly at: number
  readonly verdict: VerdictRecord
  #json: { readonly value: unknown } | null = null

  constructor(request: IncomingMessage, path: string, body: Uint8Array, at: number, verdict: VerdictRecord) {
    this.method = request.method ?? ''
    this.path = path
    this.rawHeaders = request.rawHeaders
    this.body = body
    this.at = at
    this.verdict = verdict
  }

  get eventId(): string | null {
    return eventOf(this.verdict.scheme, this.rawHeaders, this.bodyJson()).id
  }

  bodyJson(): unknown {
    this.#json ??= { value: parsed(this.body) }
    return this.#json.value
  }
}

/** Undefined for what is no JSON, and for what would hold up everybody else while it is parsed. */
function parsed(body: Uint8Array): unknown {
  if (body.length > receiverLimits.parsedBody) return undefined
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8'))
  } catch {
    return undefined
  }
}
