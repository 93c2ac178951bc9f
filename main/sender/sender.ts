import type { AttemptDetail } from '../../shared/contract/deliveries.ts'
import type { ProbeReport, RetryRun, RetryRunInput, SampleEvent, SendInput } from '../../shared/contract/sender.ts'
import { invalidField, Problem } from '../../shared/problems.ts'
import { headerPairs } from '../../shared/raw-headers.ts'
import { retrySchedules } from '../../shared/retry-schedules.ts'
import { schemes } from '../../shared/webhook-schemes.ts'
import type { Audit, Caller } from '../audit/audit.ts'
import type { Changes } from '../changes.ts'
import type { Clock } from '../host.ts'
import type { RawClient } from '../http/raw-client.ts'
import { requireKeptFromScripts, sendsSecretItself } from '../kept-secrets.ts'
import type { EndpointBook } from '../receiver/ports.ts'
import type { Store } from '../store/store.ts'
import { sampleEvents } from './catalogue/catalogue.ts'
import { compose, type Seal, sealOf } from './compose.ts'
import { exchange } from './exchange.ts'
import { asGiven, asNew } from './identity.ts'
import { probeHandler } from './probe/probe.ts'
import type { Retry } from './retry-machine.ts'
import { RetryRuns } from './retry-runs.ts'
import { ProbeRows } from './rows.ts'
import { shownUrl } from './shown-url.ts'

/** What the sender needs of the deliveries: one request, sent and recorded as an attempt of the kind "send". */
export interface RecordedDeliveries {
  send(request: {
    readonly method: string
    readonly url: string
    /** name, value, name, value. */
    readonly rawHeaders: readonly string[]
    readonly body: Uint8Array
    readonly timeoutMs: number
    readonly ca: string | null
  }): Promise<AttemptDetail>
}

export interface SenderDependencies {
  readonly store: Store
  readonly deliveries: RecordedDeliveries
  readonly http: RawClient
  readonly endpoints: EndpointBook
  readonly audit: Audit
  readonly changes: Changes
  readonly clock: Clock
}

/** Probes under way at the same time. */
const MOST_PROBES = 4
/** In place of a secret that would travel in plain. */
const HIDDEN = '(the secret)'

/** Test events, the retry-time machine and the conformance probe. */
export class Sender {
  readonly #deps: SenderDependencies
  readonly #rows: ProbeRows
  readonly #runs = new RetryRuns()
  readonly #closing = new AbortController()
  readonly #probes = new Set<Promise<unknown>>()

  constructor(deps: SenderDependencies) {
    this.#deps = deps
    this.#rows = new ProbeRows(deps.store.db)
  }

  /** Realistic events of providers and platforms. */
  catalogue(): SampleEvent[] {
    return [...sampleEvents]
  }

  /**
   * What {@link send} would send now. A secret that its scheme sends in plain (GitLab's secret token) is not shown.
   * Throws INVALID_INPUT for a secret of the wrong form or none, NOT_FOUND and VAULT_* for a stored one, and FORBIDDEN for
   * one that would be sent in plain although its endpoint has another scheme.
   */
  preview(input: SendInput): { headers: [string, string][]; bodyBytes: number } {
    const { rawHeaders, body } = this.#composed(input)
    const { signing } = input
    const secretHeaders =
      signing !== null && sendsSecretItself(signing.scheme) ? schemes[signing.scheme].signatureHeaders : []
    const headers = headerPairs(rawHeaders).map(([name, value]): [string, string] => [
      name,
      secretHeaders.includes(name.toLowerCase()) ? HIDDEN : value,
    ])
    return { headers, bodyBytes: body.length }
  }

  /**
   * Sends one event, dated now, with the id it has in its headers or body, and records the attempt. Throws like
   * {@link preview}, and FORBIDDEN for a script that would get a stored secret out this way.
   */
  async send(caller: Caller, input: SendInput): Promise<AttemptDetail> {
    requireKeptFromScripts(caller, input.signing)
    const request = this.#composed(input)
    this.#record(caller, 'event.sent', input)
    return this.#deps.deliveries.send({ ...request, timeoutMs: input.timeoutMs, ca: input.ca })
  }

  /**
   * Starts a run of a provider's retry schedule and answers at once. Signatures carry the time of the wall clock, not
   * that of the virtual one: the handler checks them with its own clock. Throws like {@link send}, and CONFLICT when too
   * many runs are under way.
   */
  startRetries(caller: Caller, input: RetryRunInput): RetryRun {
    const { event } = input
    requireKeptFromScripts(caller, event.signing)
    this.#composed(event)
    const schedule = retrySchedules[input.schedule]
    const events = Array.from({ length: input.events }, () => asNew(event, event.signing?.scheme ?? null))
    const timeoutMs = Math.min(schedule.timeoutMs, event.timeoutMs)
    const run = this.#runs.start(
      { schedule: input.schedule, url: shownUrl(event.url), startedAt: this.#deps.clock.now() },
      {
        schedule,
        eventIds: events.map(({ id }) => id),
        jitterSeed: input.jitterSeed,
        duplicateShare: input.duplicateShare,
        now: () => this.#deps.clock.now(),
        deliver: async (place, retry, signal) => {
          const present = events[place] ?? asGiven(event, event.signing?.scheme ?? null)
          const sent = schedule.slackHeaders ? withSlackHeaders(present.event, retry) : present.event
          const request = compose(sent, this.#seal(event), { id: present.id, at: this.#deps.clock.now() })
          return exchange(this.#deps.http, request, { timeoutMs, ca: event.ca, signal })
        },
      },
    )
    this.#record(caller, 'retries.started', event)
    return run
  }

  /** Throws NOT_FOUND, also for runs of before the program started. */
  retryRun(id: number): RetryRun {
    return this.#runs.get(id)
  }

  /** Ends a run at once. One that has ended stays as it is. Throws NOT_FOUND. */
  cancelRetries(id: number): RetryRun {
    return this.#runs.cancel(id)
  }

  /** The run as it is, then after every change, at most four times a second, until it has ended. Throws NOT_FOUND. */
  retryProgress(id: number, signal?: AbortSignal): AsyncGenerator<RetryRun> {
    return this.#runs.follow(id, signal)
  }

  /**
   * Sends valid and hostile events to a handler and judges its answers; done when everything was sent. The newest 200
   * reports are kept. Throws like {@link send}, CONFLICT when too many are under way, CANCELLED when `signal` ends it.
   */
  async probe(caller: Caller, { event }: { event: SendInput }, signal?: AbortSignal): Promise<ProbeReport> {
    const { signing } = event
    if (signing === null) {
      throw invalidField('event.signing', 'Choose how the event is signed: the probe is about signatures.')
    }
    const { name, canSign } = schemes[signing.scheme]
    if (!canSign) throw invalidField('event.signing.scheme', `${name} cannot be signed here.`)
    requireKeptFromScripts(caller, event.signing)
    this.#composed(event)
    if (this.#probes.size >= MOST_PROBES) throw tooManyProbes()
    this.#record(caller, 'probe.started', event)
    const probing = this.#probe(event, signal)
    this.#probes.add(probing)
    try {
      return await probing
    } finally {
      this.#probes.delete(probing)
    }
  }

  /** Newest first. */
  probes(input: { cursor?: string | undefined; limit: number }): {
    items: ProbeReport[]
    nextCursor: string | null
    total: number
  } {
    return this.#rows.page(input)
  }

  /** Ends everything under way and waits for it. */
  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.allSettled([this.#runs.close(), ...this.#probes])
  }

  async #probe(event: SendInput, signal: AbortSignal | undefined): Promise<ProbeReport> {
    const { http, clock, store, changes } = this.#deps
    const ended = signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal])
    const at = clock.now()
    const started = performance.now()
    try {
      const result = await probeHandler({
        event,
        seal: () => this.#requiredSeal(event),
        send: (request) => exchange(http, request, { timeoutMs: event.timeoutMs, ca: event.ca, signal: ended }),
        now: () => clock.now(),
      })
      const report = {
        url: shownUrl(event.url),
        scheme: this.#requiredSeal(event).scheme,
        at,
        durationMs: Math.round(performance.now() - started),
        ...result,
      }
      const id = store.transaction(() => this.#rows.insert(report))
      changes.announce('probes')
      return { id, ...report }
    } catch (error) {
      if (!ended.aborted) throw error
      throw new Problem('CANCELLED', 'The probe was cancelled.', {
        cause: 'It was ended before everything was sent. No report was stored.',
        remedies: ['Start it again.'],
      })
    }
  }

  #composed(input: SendInput) {
    const { id } = asGiven(input, input.signing?.scheme ?? null)
    return compose(input, this.#seal(input), { id, at: this.#deps.clock.now() })
  }

  /** Asked for anew whenever something is signed, so that nothing is signed any more once the vault is locked. */
  #seal(input: SendInput): Seal | null {
    return sealOf(input.signing, this.#deps.endpoints)
  }

  #requiredSeal(input: SendInput): Seal {
    const seal = this.#seal(input)
    if (seal === null) throw invalidField('event.signing', 'Choose how the event is signed.')
    return seal
  }

  #record(caller: Caller, action: 'event.sent' | 'retries.started' | 'probe.started', event: SendInput): void {
    const { endpoints, audit } = this.#deps
    const { signing } = event
    const detail = `To ${shownUrl(event.url)}${signing === null ? ', not signed' : `, signed for ${schemes[signing.scheme].name}`}.`
    if (signing === null || signing.secretId === undefined || signing.secret !== undefined) {
      audit.record(caller, { action, detail })
      return
    }
    const { endpointId } = endpoints.secret(signing.secretId)
    audit.record(caller, {
      action,
      subject: { kind: 'endpoint', id: endpointId, name: endpoints.facts(endpointId).name },
      detail,
    })
  }
}

/** Source: Slack's Events API, "Retries": number and reason of a retry. */
function withSlackHeaders(event: SendInput, retry: Retry | null): SendInput {
  if (retry === null) return event
  const { failure, status } = retry.failed
  const reason =
    failure === 'timeout'
      ? 'http_timeout'
      : status !== null
        ? 'http_error'
        : failure === 'tls'
          ? 'ssl_error'
          : 'connection_failed'
  return {
    ...event,
    headers: [
      ...event.headers,
      { name: 'X-Slack-Retry-Num', value: String(retry.number) },
      { name: 'X-Slack-Retry-Reason', value: reason },
    ],
  }
}

function tooManyProbes(): Problem {
  return new Problem('CONFLICT', `${MOST_PROBES} probes are under way already.`, {
    cause: 'More at the same time would disturb what each of them measures.',
    remedies: ['Wait until one is finished.'],
  })
}
