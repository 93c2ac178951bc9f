import { Problem, type ProblemData } from '../../shared/problems.ts'
import type { StoredCapture } from '../captures/capture-record.ts'
import type { CaptureReader } from '../captures/ports.ts'
import type { Clock } from '../host.ts'
import type { EndpointBook } from '../receiver/ports.ts'
import { type Alarm, settledOrLate } from './alarm.ts'
import type { AttemptRows } from './attempt-rows.ts'
import { attemptOf, type DeliveryClient, exchange, notSent, type Outcome, retryAfterMs } from './exchange.ts'
import { deletedProblem, incompleteProblem, loopProblem, pathProblem } from './failures.ts'
import { deliveryFault, type Journal } from './journal.ts'
import { leavesTarget, outgoingOf } from './outgoing.ts'
import { leadsBack } from './own-receiver.ts'
import type { QueueRows, Retry } from './queue-rows.ts'
import { retryDelay } from './retry-plan.ts'
import type { StoredTarget } from './target-rows.ts'

export interface ForwarderDependencies {
  readonly captures: CaptureReader
  readonly endpoints: EndpointBook
  readonly http: DeliveryClient
  readonly clock: Clock
  readonly alarm: Alarm
  readonly journal: Journal
  readonly queue: QueueRows
  readonly attempts: AttemptRows
  readonly onAttempt: () => void
  /** Switches the target off and says why. */
  readonly switchOff: (targetId: number, problem: ProblemData) => void
}

/** Connections in a row that were not even made until the target counts as down. */
const DOWN_AFTER = 3
const FIRST_HOLD_MS = 1_000
/** A program that is being restarted should get its webhooks soon. */
const LONGEST_HOLD_MS = 5_000
/** Longest time that a Retry-After holds back everything for this target. */
const LONGEST_THROTTLE_MS = 60_000
/** Answers that wait to be written down: they are written in groups, and a place is free before. */
const MAX_UNWRITTEN = 200
/** After a failure of our own. */
const OWN_FAULT_HOLD_MS = 5_000
/** How often a cursor that moves past requests of other endpoints is written down. */
const CURSOR_GAP_MS = 5_000

/**
 * Forwards the captured requests of one endpoint to one target, in their order as far as several are under way at the
 * same time. A request that failed is tried again by the policy of the target and does not hold up those after it.
 *
 * The cursor says up to where everything is settled: delivered, waiting in `retries`, or given up. It is written in the
 * transaction that writes the attempt. After a crash those above it that have an attempt are not sent again; what was
 * under way at that moment is. So every request is forwarded at least once, and twice only around a crash.
 *
 * While a target is down (nothing listens) its requests wait where they are; one at a time is tried, at most five
 * seconds apart.
 */
export class Forwarder {
  readonly #deps: ForwarderDependencies
  /** Cuts off what is under way. */
  readonly #cutting = new AbortController()
  #isStopped = false
  readonly #tasks = new Set<Promise<void>>()
  /** Under way, or answered and not written down yet. */
  readonly #inFlight = new Set<number>()
  /** Those of them that are on their way. */
  #active = 0
  /** First attempts that are not written down yet, in the order of their ids. */
  readonly #pending = new Set<number>()
  #target: StoredTarget
  /** Settled in an earlier life although above the cursor. */
  #settled: ReadonlySet<number> = new Set()
  #read = 0
  #cursorWritten = 0
  #cursorWrittenAt = 0
  #mustReload = true
  #downs = 0
  #heldUntil = 0
  #isPlanned = false
  #endAlarm: (() => void) | null = null

  constructor(deps: ForwarderDependencies, target: StoredTarget) {
    this.#deps = deps
    this.#target = target
  }

  /** Something may be there to do. Cheap, and called often. */
  wake(): void {
    if (this.#isPlanned || this.#isStopped) return
    this.#isPlanned = true
    setImmediate(() => {
      this.#isPlanned = false
      this.#pump()
    })
  }

  /** Takes a change of the operator, who may have put right what was wrong: nothing is held back any more. */
  update(target: StoredTarget): void {
    if (target.enabled && !this.#target.enabled) this.#mustReload = true
    this.#target = target
    this.#downs = 0
    this.#heldUntil = 0
    this.wake()
  }

  /** Requests that are under way for the first time, or null while older ones have not been looked at yet. */
  waiting(): number | null {
    return !this.#mustReload && this.#read >= this.#deps.captures.newestId() ? this.#pending.size : null
  }

  /**
   * Begins nothing more. What is under way has half a second to come to its end; then it is cut off, and sent again after
   * the next start. Resolves when nothing is written any more.
   */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#endAlarm?.()
    await settledOrLate(this.#tasks)
    this.#cutting.abort()
    await Promise.all(this.#tasks)
    if (!this.#mustReload && this.#cursor() > this.#cursorWritten) {
      this.#deps.journal.now(() => this.#deps.queue.setCursor(this.#target.id, this.#cursor()))
    }
  }

  #pump(): void {
    if (this.#isStopped || !this.#target.enabled) return
    try {
      if (this.#mustReload && !this.#reload()) return
      const { clock } = this.#deps
      while (this.#hasPlace() && clock.now() >= this.#heldUntil) {
        const retry = this.#nextRetry()
        if (retry !== null) this.#begin(retry.captureId, retry, null)
        else if (!this.#beginNext()) break
      }
      this.#keepCursor()
      this.#setAlarm()
    } catch (error) {
      this.#fail(error)
    }
  }

  #hasPlace(): boolean {
    const places = this.#downs >= DOWN_AFTER ? 1 : this.#target.concurrency
    return this.#active < places && this.#inFlight.size < places + MAX_UNWRITTEN && this.#target.enabled
  }

  /** Begins where the record says. False while something is under way, which would be sent twice. */
  #reload(): boolean {
    if (this.#inFlight.size > 0) return false
    const state = this.#deps.queue.state(this.#target.id)
    if (state === null) return false
    this.#pending.clear()
    this.#read = state.cursor
    this.#cursorWritten = state.cursor
    this.#settled = this.#deps.attempts.forwardedAbove(this.#target.id, state.cursor)
    this.#mustReload = false
    return true
  }

  #nextRetry(): Retry | null {
    const due = this.#deps.queue.due(this.#target.id, this.#deps.clock.now(), this.#inFlight.size + 1)
    return due.find(({ captureId }) => !this.#inFlight.has(captureId)) ?? null
  }

  /** The next captured request. False when there is none, or when looking goes on in the next turn. */
  #beginNext(): boolean {
    const { captures } = this.#deps
    const { captures: found, throughId } = captures.after(this.#target.endpointId, this.#read, 1)
    const [capture] = found
    if (capture === undefined) {
      const moved = throughId > this.#read
      this.#read = Math.max(this.#read, throughId)
      if (moved && this.#read < captures.newestId()) this.wake()
      return false
    }
    this.#read = capture.id
    // Those of a bundle were not sent to this endpoint now, and are not meant to reach anybody.
    if (capture.imported || this.#settled.has(capture.id)) {
      // There may be very many: each is left out in a turn of its own.
      this.wake()
      return false
    }
    this.#begin(capture.id, null, capture)
    return true
  }

  #begin(captureId: number, retry: Retry | null, capture: StoredCapture | null): void {
    this.#inFlight.add(captureId)
    if (retry === null) this.#pending.add(captureId)
    const task = this.#attempt(captureId, retry, capture)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#inFlight.delete(captureId)
        this.#tasks.delete(task)
        this.wake()
      })
    this.#tasks.add(task)
  }

  async #attempt(captureId: number, retry: Retry | null, known: StoredCapture | null): Promise<void> {
    const target = this.#target
    const capture = known ?? this.#readAgain(captureId)
    this.#active += 1
    const outcome = await this.#send(target, captureId, capture).finally(() => {
      this.#active -= 1
    })
    if (outcome.cancelled) return
    const isGone = outcome.answer?.status === 410
    if (isGone) this.#target = { ...this.#target, enabled: false }
    this.#learn(outcome)
    this.wake()
    const isWhole = capture !== null && capture.refused === null
    await this.#deps.journal.write(() => this.#record(target, captureId, retry, outcome, isWhole))
    if (isGone) this.#switchOff(outcome.problem)
    this.#deps.onAttempt()
  }

  #readAgain(captureId: number): StoredCapture | null {
    try {
      return this.#deps.captures.stored(captureId)
    } catch (error) {
      if (error instanceof Problem && error.code === 'NOT_FOUND') return null
      throw error
    }
  }

  async #send(target: StoredTarget, captureId: number, capture: StoredCapture | null): Promise<Outcome> {
    const { http, clock, endpoints } = this.#deps
    const { url, keepPath, timeoutMs, ca } = target
    if (capture === null) return notSent({ method: 'POST', url }, clock.now(), deletedProblem(captureId))
    const bare = { method: capture.method, url }
    if (capture.refused !== null) return notSent(bare, clock.now(), incompleteProblem(capture.refused))
    if (leadsBack(url, endpoints)) return notSent(bare, clock.now(), loopProblem())
    if (keepPath && leavesTarget(capture)) return notSent(bare, clock.now(), pathProblem().toData())
    const outgoing = outgoingOf(capture, url, keepPath)
    return exchange(http, clock, outgoing, { timeoutMs, ca, exact: true, signal: this.#cutting.signal })
  }

  /** All that follows from an attempt, in one transaction. What is not there, or not whole, cannot be sent later either. */
  #record(target: StoredTarget, captureId: number, retry: Retry | null, outcome: Outcome, isWhole: boolean): void {
    const { queue, attempts, clock } = this.#deps
    const { id: targetId, url, retries } = target
    const made = (retry?.attempts ?? 0) + 1
    attempts.insert(attemptOf(outcome, { kind: 'forward', captureId, targetId, jobId: null, attempt: made }))
    const { answer, problem, at } = outcome
    const isLast = retry?.byHand === true || answer?.status === 410 || problem?.code === 'INVALID_INPUT'
    const delay = isLast ? null : retryDelay(retries, made, captureId, retryAfterMs(outcome, clock.now()))
    if (problem === null || !isWhole) queue.deleteRetry(targetId, captureId)
    else if (delay !== null) {
      queue.putRetry(targetId, { captureId, attempts: made, dueAt: clock.now() + delay, byHand: false })
    } else {
      queue.deleteRetry(targetId, captureId)
      const lastStatus = answer?.status ?? null
      queue.putDead({ captureId, targetId, url, attempts: made, at, lastStatus, lastProblem: problem })
    }
    queue.note(targetId, { delivered: problem === null, at, problem })
    this.#pending.delete(captureId)
    this.#cursorWritten = this.#cursor()
    this.#cursorWrittenAt = clock.now()
    queue.setCursor(targetId, this.#cursorWritten)
  }

  /** Everything up to here is settled. */
  #cursor(): number {
    const [oldest] = this.#pending
    return oldest === undefined ? this.#read : oldest - 1
  }

  #keepCursor(): void {
    const now = this.#deps.clock.now()
    if (this.#cursor() <= this.#cursorWritten || now - this.#cursorWrittenAt < CURSOR_GAP_MS) return
    this.#cursorWritten = this.#cursor()
    this.#cursorWrittenAt = now
    this.#deps.journal.now(() => this.#deps.queue.setCursor(this.#target.id, this.#cursorWritten))
  }

  #learn(outcome: Outcome): void {
    const now = this.#deps.clock.now()
    this.#downs = outcome.down ? this.#downs + 1 : 0
    if (this.#downs >= DOWN_AFTER) {
      this.#heldUntil = now + Math.min(FIRST_HOLD_MS * 2 ** Math.min(this.#downs - DOWN_AFTER, 10), LONGEST_HOLD_MS)
    }
    const status = outcome.answer?.status
    const asked = status === 429 || status === 503 ? retryAfterMs(outcome, now) : null
    if (asked !== null) this.#heldUntil = Math.max(this.#heldUntil, now + Math.min(asked, LONGEST_THROTTLE_MS))
  }

  #setAlarm(): void {
    this.#endAlarm?.()
    this.#endAlarm = null
    const now = this.#deps.clock.now()
    const next =
      this.#heldUntil > now ? this.#heldUntil : this.#hasPlace() ? this.#deps.queue.nextDue(this.#target.id, now) : null
    if (next !== null) this.#endAlarm = this.#deps.alarm.after(next - now, () => this.wake())
  }

  #switchOff(problem: ProblemData | null): void {
    if (problem === null) return
    this.#target = { ...this.#target, enabled: false }
    this.#deps.switchOff(this.#target.id, problem)
  }

  /** The disk is full, a file cannot be read: nothing is taken for done, and it is tried again in a while. */
  #fail(error: unknown): void {
    this.#mustReload = true
    this.#heldUntil = this.#deps.clock.now() + OWN_FAULT_HOLD_MS
    this.#endAlarm?.()
    this.#endAlarm = this.#deps.alarm.after(OWN_FAULT_HOLD_MS, () => this.wake())
    try {
      this.#deps.queue.setProblem(this.#target.id, deliveryFault(error).toData())
    } catch {
      // The same fault: it is said with the next attempt that can be written.
    }
    this.#deps.onAttempt()
  }
}
