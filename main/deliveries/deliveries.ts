import { z } from 'zod'
import type {
  Attempt,
  AttemptDetail,
  DeadLetter,
  Job,
  ReplayInput,
  Resign,
  Target,
} from '../../shared/contract/deliveries.ts'
import type { Header } from '../../shared/contract/receiver.ts'
import { notFound, Problem } from '../../shared/problems.ts'
import type { SchemeId } from '../../shared/webhook-schemes.ts'
import type { Audit, Caller } from '../audit/audit.ts'
import type { CaptureReader } from '../captures/ports.ts'
import type { Changes } from '../changes.ts'
import type { Clock } from '../host.ts'
import { requireKeptFromScripts } from '../kept-secrets.ts'
import type { EndpointBook } from '../receiver/ports.ts'
import { decodeCursor, encodeCursor } from '../store/cursor.ts'
import type { StoreNotice } from '../store/integrity.ts'
import type { Store } from '../store/store.ts'
import { type Alarm, systemAlarm } from './alarm.ts'
import { type AttemptFilter, AttemptRows, type NewAttempt } from './attempt-rows.ts'
import { attemptDetailView, attemptView } from './attempt-view.ts'
import { Becoming } from './becoming.ts'
import { openDeliveries } from './database.ts'
import { attemptOf, type DeliveryClient, exchange } from './exchange.ts'
import { type ChangedTarget, Forwarding, type NewTarget, requireAuthorities } from './forwarding.ts'
import { JobRows } from './job-rows.ts'
import { Journal } from './journal.ts'
import { bareUrl, type Outgoing } from './outgoing.ts'
import { Pruning, type PruningLimits, pruningLimits } from './pruning.ts'
import { QueueRows } from './queue-rows.ts'
import { type ReplayForm, replayedRequest } from './replayed.ts'
import { Replays } from './replays.ts'
import { schemeToSignWith } from './signing.ts'
import { TargetRows } from './target-rows.ts'

interface DeliveryDependencies {
  /** Folder of `deliveries.db`; made when it is missing. */
  readonly directory: string
  readonly store: Store
  readonly captures: CaptureReader
  readonly endpoints: EndpointBook
  readonly http: DeliveryClient
  readonly audit: Pick<Audit, 'record'>
  readonly changes: Changes
  readonly clock: Clock
  readonly alarm?: Alarm
  readonly limits?: PruningLimits
}

interface Page {
  readonly cursor?: string | undefined
  readonly limit: number
}

interface OneReplay {
  readonly id: number
  readonly url: string
  /** True: with the scheme and first secret of its endpoint. */
  readonly resign: boolean | SchemeId
  readonly timeoutMs: number
}

interface EditedReplay extends ReplayForm {
  readonly id: number
  readonly timeoutMs: number
  readonly ca: string | null
  readonly method?: string | undefined
  readonly headers?: readonly Header[] | undefined
  readonly body?: string | undefined
}

/** One request to send as it is given. */
interface SendRequest {
  readonly method: string
  readonly url: string
  /** name, value, name, value. */
  readonly rawHeaders: readonly string[]
  readonly body: Uint8Array
  readonly timeoutMs: number
  readonly ca: string | null
}

/** Shortest time between two messages that deliveries have changed. */
const ANNOUNCE_MS = 250
const positionSchema = z.tuple([z.number().int()])

/** What was opened: the file is there from the first question on. */
interface Opened {
  readonly attempts: AttemptRows
  readonly queue: QueueRows
  readonly journal: Journal
  readonly becoming: Becoming
  readonly forwarding: Forwarding
  readonly replays: Replays
  readonly pruning: Pruning
  close(): void
}

/**
 * Forwarding captured requests as they come, replaying them, and what became of each attempt. Works without secrets, and
 * while the vault is locked; only signing anew needs it.
 */
export class Deliveries {
  readonly #deps: DeliveryDependencies
  readonly #alarm: Alarm
  #opened: Opened | null = null
  #isClosed = false
  #endSubscription: (() => void) | null = null
  #endAnnouncement: (() => void) | null = null
  /** What was found and done while opening, for the operator. */
  readonly notices: StoreNotice[] = []

  constructor(deps: DeliveryDependencies) {
    this.#deps = deps
    this.#alarm = deps.alarm ?? systemAlarm
  }

  /** Begins to forward. */
  start(): void {
    const { forwarding, pruning } = this.#open()
    if (this.#endSubscription !== null) return
    forwarding.start()
    pruning.start()
    this.#endSubscription = this.#deps.changes.subscribe((topic) => {
      if (topic !== 'receiver') return
      try {
        forwarding.reconcile()
      } catch {
        // A file that cannot be used: whoever announced this is not to blame. It is tried again with the next change.
      }
    })
  }

  /** What is under way may come to its end for half a second; the rest is cut off, and sent again after the next start. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#endSubscription?.()
    this.#endAnnouncement?.()
    const opened = this.#opened
    if (opened === null) return
    opened.pruning.stop()
    opened.becoming.close()
    await Promise.all([opened.forwarding.stop(), opened.replays.stop()])
    opened.journal.flush()
    this.#opened = null
    opened.close()
  }

  /** At most ten per endpoint. */
  targets(endpointId?: number): Target[] {
    return this.#open().forwarding.list(endpointId)
  }

  /** See {@link Forwarding.create}. */
  createTarget(caller: Caller, input: NewTarget): Target {
    return this.#open().forwarding.create(caller, input)
  }

  /** See {@link Forwarding.update}. */
  updateTarget(caller: Caller, input: ChangedTarget): Target {
    return this.#open().forwarding.update(caller, input)
  }

  /** See {@link Forwarding.delete}. */
  deleteTarget(caller: Caller, id: number): Promise<void> {
    return this.#open().forwarding.delete(caller, id)
  }

  /** Newest first. */
  attempts(input: Page & AttemptFilter): { items: Attempt[]; nextCursor: string | null; total: number } {
    const { items, total } = this.#open().attempts.page(input, before(input), input.limit + 1)
    return { ...pageOf(items.map(attemptView), input.limit), total }
  }

  /** Throws NOT_FOUND. */
  attempt(id: number): AttemptDetail {
    const found = this.#open().attempts.get(id)
    if (found === null) throw notFound('attempt', id)
    return attemptDetailView(found.row, found.detail)
  }

  /**
   * Sends one captured request and answers when it is done; a target that fails is part of the answer. Throws NOT_FOUND,
   * INVALID_INPUT when there is nothing to sign with, FORBIDDEN where a stored secret would be sent in plain and must not
   * be, and like `Secrets.requireReady` when it has to be signed.
   */
  async replayOne(caller: Caller, input: OneReplay, signal?: AbortSignal): Promise<AttemptDetail> {
    const resign = this.#resignOf(input)
    const timestamp = resign === null ? 'original' : 'fresh'
    return this.replayEdited(caller, { ...input, keepPath: false, timestamp, resign, ca: null }, signal)
  }

  /** The same with changes. What is left out stays as it was captured. */
  async replayEdited(caller: Caller, input: EditedReplay, signal?: AbortSignal): Promise<AttemptDetail> {
    const { captures, endpoints, clock, audit } = this.#deps
    requireKeptFromScripts(caller, input.resign)
    if (input.ca !== null) requireAuthorities(input.ca)
    const request = replayedRequest(endpoints, captures.stored(input.id), input, clock.now(), input)
    const subject = { kind: 'capture', id: input.id, name: null }
    audit.record(caller, { action: 'replay.started', subject, detail: `1 request to ${bareUrl(input.url)}` })
    return this.#sendOne(request, { ...input, exact: true, signal }, 'replay', input.id)
  }

  /** Sends one request that was not captured. A target that fails is part of the answer. */
  send(input: SendRequest, signal?: AbortSignal): Promise<AttemptDetail> {
    const { method, url, rawHeaders, body } = input
    return this.#sendOne({ method, url, rawHeaders, body }, { ...input, exact: false, signal }, 'send', null)
  }

  /** See {@link Replays.start}. */
  async replay(caller: Caller, input: ReplayInput): Promise<Job> {
    const { replays } = this.#open()
    await this.#deps.captures.reached(input.selection)
    return replays.start(caller, input)
  }

  /** Newest first. */
  jobs(input: Page): { items: Job[]; nextCursor: string | null; total: number } {
    const { items, total } = this.#open().replays.list(before(input), input.limit + 1)
    return { ...pageOf(items, input.limit), total }
  }

  /** Throws NOT_FOUND. */
  job(id: number): Job {
    return this.#open().replays.get(id)
  }

  /** Throws NOT_FOUND, and CONFLICT unless it is running. */
  pauseJob(id: number): Job {
    return this.#open().replays.pause(id)
  }

  /** See {@link Replays.resume}. */
  resumeJob(caller: Caller, id: number): Job {
    return this.#open().replays.resume(caller, id)
  }

  /** See {@link Replays.cancel}. */
  cancelJob(id: number): Job {
    return this.#open().replays.cancel(id)
  }

  /** The jobs under way, then each change, at most four a second each. Ends with `signal` or when this is closed. */
  progress(signal?: AbortSignal): AsyncGenerator<Job> {
    return this.#open().replays.follow(signal)
  }

  /** Newest first. */
  deadLetters(input: Page & { readonly targetId?: number | undefined }): {
    items: DeadLetter[]
    nextCursor: string | null
    total: number
  } {
    const { targetId } = input
    const { items, total } = this.#open().queue.deadPage({ targetId, before: before(input), limit: input.limit + 1 })
    return { ...pageOf(items, input.limit), total }
  }

  /** Each has one try, at once. Throws CONFLICT when a target is switched off; nothing is queued then. */
  retryDeadLetters(ids: readonly number[]): { queued: number } {
    const { queue, journal, forwarding } = this.#open()
    const letters = queue.dead(ids)
    const targetIds = [...new Set(letters.map(({ targetId }) => targetId))]
    const off = targetIds.filter((id) => !forwarding.isEnabled(id))
    if (off.length > 0) {
      throw new Problem('CONFLICT', 'The target is switched off, so nothing can be sent to it.', {
        cause: off.length === 1 ? 'A target is switched off.' : `${off.length} targets are switched off.`,
        remedies: ['Switch the target on and try again.'],
        relatedIds: off.slice(0, 50),
      })
    }
    const dueAt = this.#deps.clock.now()
    journal.now(() => {
      for (const { targetId, captureId, attempts } of letters) {
        queue.putRetry(targetId, { captureId, attempts, dueAt, byHand: true })
      }
      queue.deleteDead(letters.map(({ id }) => id))
    })
    for (const id of targetIds) forwarding.wake(id)
    this.#announce()
    return { queued: letters.length }
  }

  /** They are not tried again; their attempts stay part of the history. */
  discardDeadLetters(ids: readonly number[]): { discarded: number } {
    const { queue, journal } = this.#open()
    const discarded = journal.now(() => queue.deleteDead(ids))
    this.#announce()
    return { discarded }
  }

  /** Removes what is beyond the bounds now, without waiting for the next minute. */
  prune(): Promise<void> {
    return this.#open().pruning.run()
  }

  #resignOf({ id, resign }: OneReplay): Resign | null {
    if (resign === false) return null
    if (resign !== true) return { scheme: resign }
    return { scheme: schemeToSignWith(this.#deps.endpoints, this.#deps.captures.stored(id)) }
  }

  async #sendOne(
    request: Outgoing,
    options: Parameters<typeof exchange>[3],
    kind: NewAttempt['kind'],
    captureId: number | null,
  ): Promise<AttemptDetail> {
    const { attempts, journal, becoming } = this.#open()
    const expected = becoming.expect(request)
    const outcome = await exchange(this.#deps.http, this.#deps.clock, request, options)
    const becameCaptureId = await becoming.found(expected, outcome)
    const attempt = attemptOf(outcome, { kind, captureId, targetId: null, jobId: null, attempt: 1 })
    const id = await journal.write(() => attempts.insert({ ...attempt, becameCaptureId }))
    this.#announce()
    return this.attempt(id)
  }

  #open(): Opened {
    if (this.#opened !== null) return this.#opened
    if (this.#isClosed) throw closedProblem()
    const { directory, store, captures, endpoints, http, audit, clock, limits } = this.#deps
    const { db, notices } = openDeliveries(directory)
    this.notices.push(...notices)
    const attempts = new AttemptRows(db)
    const queue = new QueueRows(db)
    const jobs = new JobRows(db)
    const journal = new Journal(db)
    const alarm = this.#alarm
    // Jobs that were running when the program ended without saying so.
    journal.now(() => jobs.interruptRunning(clock.now()))
    const becoming = new Becoming({ captures, endpoints, clock, alarm, journal, attempts })
    const common = { captures, endpoints, http, clock, alarm, journal, attempts, audit }
    const onChange = () => this.#announce()
    const forwarding = new Forwarding({ ...common, store, targets: new TargetRows(store.db), queue, onChange })
    const replays = new Replays({ ...common, jobs, becoming, onChange })
    const pruning = new Pruning({ captures, alarm, journal, attempts, queue, jobs, limits: limits ?? pruningLimits })
    const close = () => db.close()
    this.#opened = { attempts, queue, journal, becoming, forwarding, replays, pruning, close }
    return this.#opened
  }

  /** Thousands of attempts a second are one message. */
  #announce(): void {
    if (this.#isClosed) return
    this.#endAnnouncement ??= this.#alarm.after(ANNOUNCE_MS, () => {
      this.#endAnnouncement = null
      this.#deps.changes.announce('deliveries')
    })
  }
}

function before({ cursor }: Page): number | null {
  return cursor === undefined ? null : decodeCursor(cursor, positionSchema)[0]
}

/** `found` has one more than a page where there are more. */
function pageOf<T extends { readonly id: number }>(
  found: T[],
  limit: number,
): { items: T[]; nextCursor: string | null } {
  const items = found.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: found.length > limit && last ? encodeCursor([last.id]) : null }
}

function closedProblem(): Problem {
  return new Problem('CONFLICT', 'Keyhold is closing; nothing is delivered any more.', {
    cause: 'The workspace is being closed.',
    remedies: ['Start Keyhold again.'],
  })
}
