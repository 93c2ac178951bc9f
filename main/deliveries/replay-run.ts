import type { Job } from '../../shared/contract/deliveries.ts'
import { Problem, type ProblemData } from '../../shared/problems.ts'
import type { StoredCapture } from '../captures/capture-record.ts'
import type { CaptureReader } from '../captures/ports.ts'
import type { Clock } from '../host.ts'
import type { EndpointBook } from '../receiver/ports.ts'
import { type Alarm, pause } from './alarm.ts'
import type { AttemptRows } from './attempt-rows.ts'
import type { Becoming, Expected } from './becoming.ts'
import { attemptOf, type DeliveryClient, exchange, notSent, type Outcome } from './exchange.ts'
import { deletedProblem } from './failures.ts'
import type { JobRow, JobRows, JobState, ShownJobRow } from './job-rows.ts'
import { deliveryFault, type Journal } from './journal.ts'
import { Pacer } from './pacer.ts'
import { replayedRequest } from './replayed.ts'

export interface RunDependencies {
  readonly captures: CaptureReader
  readonly endpoints: EndpointBook
  readonly http: DeliveryClient
  readonly clock: Clock
  readonly alarm: Alarm
  readonly journal: Journal
  readonly jobs: JobRows
  readonly attempts: AttemptRows
  readonly becoming: Becoming
  readonly onProgress: (job: Job) => void
}

/** Ids that are read at once: a selection of any size is never in memory as a whole. */
const PAGE = 500
/** Answers that wait to be written down: they are written in groups, and a place is free before. */
const MAX_UNWRITTEN = 200
/** Span over which the speed is measured. */
const SPEED_MS = 2_000

/** A job as the contract shows it. */
export function jobView(row: ShownJobRow, perSecond: number | null): Job {
  const { id, state, url, createdAt, endedAt, total, succeeded, failed, problem } = row
  return { id, state, url, createdAt, endedAt, total, done: succeeded + failed, succeeded, failed, perSecond, problem }
}

/**
 * One replay job under way. Requests leave in the order of their ids, several at a time. What is done is counted in the
 * transaction that stores its attempt; `position` is the id up to which all are done, so that a job that ended with the
 * program goes on where it was.
 */
export class ReplayRun {
  readonly #deps: RunDependencies
  readonly #pacer: Pacer
  /** Nothing more leaves. */
  readonly #ending = new AbortController()
  /** Cuts off what is under way. */
  readonly #cutting = new AbortController()
  /** On their way, or answered and not written down yet. */
  readonly #pending = new Set<number>()
  /** Those of them that are on their way. */
  #active = 0
  readonly #tasks = new Set<Promise<void>>()
  /** Came with the call, and is kept for as long as this run lasts. */
  readonly #secret: string | undefined
  readonly #speed: { at: number; done: number }[] = []
  #row: JobRow
  #read: number
  /** Done before, although above the position. */
  #doneBefore: ReadonlySet<number>
  /** How often it went on after a pause. */
  #resumed = 0
  #wakeLoop: (() => void) | null = null
  #isClosing = false

  /** `row` is that of a job that is to run. */
  constructor(deps: RunDependencies, row: JobRow, secret: string | undefined) {
    this.#deps = deps
    this.#row = row
    this.#secret = secret
    this.#read = row.position
    this.#doneBefore = deps.attempts.replayedAbove(row.id, row.position)
    this.#pacer = new Pacer(row.input.pace)
  }

  get state(): JobState {
    return this.#row.state
  }

  view(): Job {
    return jobView(this.#row, this.#row.state === 'running' ? this.#perSecond() : null)
  }

  /** Resolves when the run has ended and nothing is written any more. Never rejects. */
  async run(): Promise<void> {
    this.#publish()
    try {
      await this.#sendAll()
      await Promise.all(this.#tasks)
      if (!this.#ending.signal.aborted) {
        this.#deps.journal.now(() => this.#deps.jobs.setTotal(this.#row.id, this.#row.succeeded + this.#row.failed))
        this.#row = { ...this.#row, total: this.#row.succeeded + this.#row.failed }
        this.#setState('finished', null)
      }
    } catch (error) {
      this.#breakOff(deliveryFault(error).toData())
      await Promise.allSettled(this.#tasks)
    }
    this.#publish()
  }

  /** Requests under way come to their end. */
  pause(): void {
    this.#setState('paused', null)
    this.#publish()
  }

  resume(): void {
    this.#resumed += 1
    this.#pacer.restart()
    this.#speed.length = 0
    this.#setState('running', null)
    this.#wakeLoop?.()
    this.#publish()
  }

  /** Takes effect at once. Requests under way are cut off and written down as cancelled. */
  cancel(): void {
    this.#end()
    this.#cutting.abort()
    this.#setState('cancelled', null)
    this.#publish()
  }

  /** The program ends. Requests under way may still come to their end, until {@link cutOff}. */
  interrupt(): void {
    this.#isClosing = true
    // A pause outlives the program.
    if (this.#row.state === 'running') this.#setState('interrupted', null)
    this.#end()
  }

  /** What is still under way is sent again when the job is resumed. */
  cutOff(): void {
    this.#cutting.abort()
  }

  #end(): void {
    this.#ending.abort()
    this.#wakeLoop?.()
  }

  async #sendAll(): Promise<void> {
    const { captures } = this.#deps
    const { selection } = this.#row.input
    for (;;) {
      // An index that is begun anew knows few of them for a while: the rest would be taken for gone.
      await captures.reached(selection)
      const ids = captures.selected(selection, this.#read, PAGE)
      if (ids.length === 0) return
      for (const id of ids) {
        if (this.#doneBefore.has(id)) {
          this.#read = id
          continue
        }
        if (!(await this.#placeFor(id))) return
      }
    }
  }

  /** Sends one as soon as there is a place and its time has come. False when the run has ended. */
  async #placeFor(id: number): Promise<boolean> {
    const { signal } = this.#ending
    for (;;) {
      while (this.#mustWait()) {
        if (signal.aborted) return false
        await new Promise<void>((resolve) => {
          this.#wakeLoop = resolve
        })
        this.#wakeLoop = null
      }
      if (signal.aborted) return false
      const capture = this.#stored(id)
      const resumed = this.#resumed
      const wait = this.#pacer.wait(this.#deps.clock.now(), capture?.at ?? 0)
      if (wait > 0) await pause(this.#deps.alarm, wait, signal)
      if (signal.aborted) return false
      // Paused while it waited for its time, which was reckoned without the pause.
      if (this.state === 'paused' || this.#resumed !== resumed) continue
      if (this.#begin(id, capture)) return true
    }
  }

  #mustWait(): boolean {
    const { concurrency } = this.#row.input
    const isFull = this.#active >= concurrency || this.#pending.size >= concurrency + MAX_UNWRITTEN
    return isFull || this.#row.state === 'paused'
  }

  /** False when it has to be tried again after a pause: signing needs the vault, which is locked. */
  #begin(id: number, capture: StoredCapture | null): boolean {
    const { endpoints, clock } = this.#deps
    const { input } = this.#row
    const resign =
      input.resign === null
        ? null
        : { ...input.resign, ...(this.#secret === undefined ? {} : { secret: this.#secret }) }
    let made: Outcome | (() => Promise<Outcome>)
    let expected: Expected | null = null
    try {
      if (capture === null) made = notSent({ method: 'POST', url: input.url }, clock.now(), deletedProblem(id))
      else {
        const request = replayedRequest(endpoints, capture, { ...input, resign }, clock.now())
        const { timeoutMs, ca } = input
        expected = this.#deps.becoming.expect(request)
        const options = { timeoutMs, ca, exact: true, signal: this.#cutting.signal }
        made = () => exchange(this.#deps.http, clock, request, options)
      }
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (error.code.startsWith('VAULT_')) {
        this.#setState('paused', error.toData())
        this.#publish()
        return false
      }
      made = notSent({ method: capture?.method ?? 'POST', url: input.url }, clock.now(), error.toData())
    }
    this.#read = id
    this.#pending.add(id)
    this.#active += 1
    const outcome = typeof made === 'function' ? made() : Promise.resolve(made)
    const task = outcome
      .finally(() => {
        this.#active -= 1
        this.#wakeLoop?.()
      })
      .then((ended) => this.#record(id, expected, ended))
      .catch((error: unknown) => this.#breakOff(deliveryFault(error).toData()))
      .finally(() => {
        this.#tasks.delete(task)
        this.#wakeLoop?.()
      })
    this.#tasks.add(task)
    return true
  }

  async #record(captureId: number, expected: Expected | null, outcome: Outcome): Promise<void> {
    // What the end of the program cut off is sent again, so it has not happened.
    if (outcome.cancelled && this.#isClosing) return
    const { journal, jobs, attempts, becoming } = this.#deps
    const { id: jobId } = this.#row
    const succeeded = outcome.problem === null
    const attemptId = await journal.write(() => {
      const made = attempts.insert(attemptOf(outcome, { kind: 'replay', captureId, targetId: null, jobId, attempt: 1 }))
      this.#pending.delete(captureId)
      jobs.count(jobId, { succeeded, position: this.#position() })
      return made
    })
    this.#row = {
      ...this.#row,
      succeeded: this.#row.succeeded + (succeeded ? 1 : 0),
      failed: this.#row.failed + (succeeded ? 0 : 1),
      position: this.#position(),
    }
    becoming.later(attemptId, expected, outcome)
    this.#publish()
  }

  #stored(id: number): StoredCapture | null {
    try {
      return this.#deps.captures.stored(id)
    } catch (error) {
      if (error instanceof Problem && error.code === 'NOT_FOUND') return null
      throw error
    }
  }

  /** All up to this id are done. */
  #position(): number {
    const [oldest] = this.#pending
    return oldest === undefined ? this.#read : oldest - 1
  }

  #setState(state: JobState, problem: ProblemData | null): void {
    const isEnd = state !== 'running' && state !== 'paused'
    const endedAt = isEnd ? this.#deps.clock.now() : null
    this.#deps.journal.now(() => this.#deps.jobs.setState(this.#row.id, state, endedAt, problem))
    this.#row = { ...this.#row, state, endedAt, problem }
  }

  /** Something of our own failed: the job stops and can be resumed. */
  #breakOff(problem: ProblemData): void {
    if (this.#ending.signal.aborted) return
    this.#isClosing = true
    this.#row = { ...this.#row, state: 'interrupted', endedAt: this.#deps.clock.now(), problem }
    try {
      this.#setState('interrupted', problem)
    } catch {
      // The same fault; the next start finds a job that ended with the program.
    }
    this.#end()
    this.#cutting.abort()
    this.#publish()
  }

  #publish(): void {
    this.#deps.onProgress(this.view())
  }

  #perSecond(): number | null {
    const now = this.#deps.clock.now()
    const done = this.#row.succeeded + this.#row.failed
    const last = this.#speed.at(-1)
    if (last === undefined || now - last.at >= SPEED_MS / 8) this.#speed.push({ at: now, done })
    while (this.#speed.length > 2 && now - (this.#speed[0]?.at ?? now) > SPEED_MS) this.#speed.shift()
    const first = this.#speed[0]
    if (first === undefined || now - first.at < SPEED_MS / 8) return null
    return Math.round(((done - first.done) * 10_000) / (now - first.at)) / 10
  }
}
