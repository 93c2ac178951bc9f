import type { RetryRun, RunAttempt } from '../../shared/contract/sender.ts'
import { throwDice } from '../../shared/dice.ts'
import type { RetrySchedule } from '../../shared/retry-schedules.ts'
import { type Answered, isAccepted } from './exchange.ts'
import { type NextAttempt, nextAttempt, offAfterFailures, switchesOff } from './retry-rules.ts'
import { runSentence } from './run-sentence.ts'

export type RetryReport = NonNullable<RetryRun['report']>

/** Why an event is sent again, for senders that tell the handler. */
export interface Retry {
  /** 1 for the first retry. */
  readonly number: number
  readonly failed: Answered
}

export interface MachineInput {
  readonly schedule: RetrySchedule
  /** Ids of the events, in the order they happened. */
  readonly eventIds: readonly string[]
  readonly jitterSeed: number
  /** 0 to 1: the part of the accepted events that is delivered once more. */
  readonly duplicateShare: number
  /** Sends one attempt of the event at this place. Rejects only when the run was aborted or cannot go on. */
  readonly deliver: (event: number, retry: Retry | null) => Promise<Answered>
  /** Hears of every attempt. */
  readonly record: (attempt: RunAttempt) => void
  /** Epoch milliseconds, for dates in Retry-After of handlers that send no Date. */
  readonly now: () => number
}

/** Events happen this far apart on the virtual clock. */
const EVENT_GAP_MS = 1_000
/** When a delivery is repeated for which the schedule has no pause. */
const REDELIVERY_MS = 5_000

interface Due {
  readonly event: number
  readonly atMs: number
  readonly attempt: number
  readonly retry: Retry | null
  /** Sent although it was accepted. */
  readonly again: boolean
}

interface EventState {
  /** Place of the first success among all successes. */
  acceptedAs: number | null
  successes: number
  isDead: boolean
}

/**
 * Runs the schedule of a sender on a virtual clock: whatever is due next is sent at once, one after the other, and the
 * clock jumps to it. An answer takes no time on that clock, so a run is the same whenever and wherever it runs; the
 * deadline for an answer is waited for real. The same seed gives the same pauses, whatever the handler answers.
 */
export class RetryMachine {
  readonly #input: MachineInput
  readonly #events: EventState[]
  readonly #started = performance.now()
  #due: Due[]
  #accepted = 0
  #failuresInARow = 0
  /** Of the virtual clock; Infinity: for good. */
  #offUntil = Number.NEGATIVE_INFINITY
  #disabledAtMs: number | null = null
  #lastMs = 0

  constructor(input: MachineInput) {
    this.#input = input
    this.#events = input.eventIds.map(() => ({ acceptedAs: null, successes: 0, isDead: false }))
    this.#due = input.eventIds.map((_, event) => ({
      event,
      atMs: event * EVENT_GAP_MS,
      attempt: 1,
      retry: null,
      again: false,
    }))
  }

  /** Events that are delivered or given up. */
  get done(): number {
    return this.#events.filter(({ acceptedAs, isDead }) => acceptedAs !== null || isDead).length
  }

  /** Until nothing is due any more. Rejects with what `deliver` rejects with. */
  async run(): Promise<void> {
    for (let due = this.#take(); due !== null; due = this.#take()) {
      if (due.atMs < this.#offUntil) this.#skip(due)
      else this.#settle(due, await this.#input.deliver(due.event, due.retry))
    }
  }

  /** What came of it so far. `isComplete` is false for a run that was ended early. */
  report(isComplete: boolean): RetryReport {
    const facts = {
      delivered: this.#events.filter(({ acceptedAs }) => acceptedAs !== null).length,
      deadLetters: this.#events.filter(({ isDead }) => isDead).length,
      acceptedTwice: this.#events.filter(({ successes }) => successes > 1).length,
      outOfOrder: this.#outOfOrder(),
      endpointDisabledAtMs: this.#disabledAtMs,
      virtualMs: this.#lastMs,
      wallMs: Math.round(performance.now() - this.#started),
    }
    return { ...facts, sentence: runSentence(facts, { events: this.#events.length, isComplete }) }
  }

  /** The earliest; of several at the same time the one that was planned first. */
  #take(): Due | null {
    let earliest = 0
    for (let at = 1; at < this.#due.length; at += 1) {
      if ((this.#due[at]?.atMs ?? 0) < (this.#due[earliest]?.atMs ?? 0)) earliest = at
    }
    return this.#due.splice(earliest, 1)[0] ?? null
  }

  /** The endpoint is off: the sender does not even try. */
  #skip(due: Due): void {
    const answer: Answered = { status: null, failure: null, rawHeaders: [], body: new Uint8Array(), durationMs: 0 }
    const next = this.#offUntil === Number.POSITIVE_INFINITY || due.again ? null : this.#planRetry(due, answer)
    if (next === null) this.#giveUp(due)
    this.#record(due, answer, 'disabled', next)
  }

  #settle(due: Due, answer: Answered): void {
    this.#lastMs = Math.max(this.#lastMs, due.atMs)
    const isSuccess = isAccepted(answer)
    this.#failuresInARow = isSuccess ? 0 : this.#failuresInARow + 1
    const off = switchesOff(this.#input.schedule, answer)
      ? Number.POSITIVE_INFINITY
      : isSuccess
        ? null
        : offAfterFailures(this.#input.schedule, this.#failuresInARow, answer, due.atMs)
    if (off !== null) this.#switchOff(due.atMs, off)
    if (isSuccess) {
      this.#record(due, answer, 'accepted', this.#accept(due))
      return
    }
    const next = due.again || this.#offUntil === Number.POSITIVE_INFINITY ? null : this.#planRetry(due, answer)
    if (next === null && !due.again) {
      this.#giveUp(due)
      const isExhausted = due.attempt > this.#input.schedule.delaysMs.length
      if (this.#input.schedule.exhaustedDisables && isExhausted) this.#switchOff(due.atMs, Number.POSITIVE_INFINITY)
    }
    this.#record(due, answer, outcomeOf(answer), next)
  }

  #accept(due: Due): { delayMs: number; because: string } | null {
    const state = this.#events[due.event]
    if (state === undefined) return null
    state.successes += 1
    if (due.again || state.acceptedAs !== null) return null
    state.acceptedAs = this.#accepted
    this.#accepted += 1
    const { duplicateShare, jitterSeed, schedule } = this.#input
    if (throwDice(jitterSeed, 'again', due.event) >= duplicateShare) return null
    const delayMs = Math.max(schedule.delaysMs[0] ?? REDELIVERY_MS, EVENT_GAP_MS)
    this.#due.push({ ...due, atMs: due.atMs + delayMs, attempt: due.attempt + 1, retry: null, again: true })
    return { delayMs, because: 'duplicate' }
  }

  #planRetry(due: Due, answer: Answered): NextAttempt | null {
    const { schedule, jitterSeed, now } = this.#input
    const dice = throwDice(jitterSeed, due.event, due.attempt)
    const next = nextAttempt(schedule, due.attempt, answer, dice, now())
    if (next === null) return null
    this.#due.push({
      ...due,
      atMs: due.atMs + next.delayMs,
      attempt: due.attempt + 1,
      retry: { number: due.attempt, failed: answer },
    })
    return next
  }

  #giveUp(due: Due): void {
    const state = this.#events[due.event]
    if (state !== undefined && state.acceptedAs === null) state.isDead = true
  }

  #switchOff(atMs: number, until: number): void {
    this.#disabledAtMs ??= atMs
    this.#offUntil = Math.max(this.#offUntil, until)
  }

  #record(
    due: Due,
    { status, durationMs }: Answered,
    outcome: RunAttempt['outcome'],
    next: { delayMs: number; because: string } | null,
  ): void {
    this.#input.record({
      event: due.event + 1,
      eventId: this.#input.eventIds[due.event] ?? '',
      attempt: due.attempt,
      atMs: due.atMs,
      status,
      durationMs,
      outcome,
      nextBecause: next?.because ?? null,
      nextInMs: next?.delayMs ?? null,
    })
  }

  /** Events of which a later one was accepted before them. */
  #outOfOrder(): number {
    let earliest = Number.POSITIVE_INFINITY
    let count = 0
    for (const { acceptedAs } of this.#events.toReversed()) {
      if (acceptedAs === null) continue
      if (acceptedAs > earliest) count += 1
      earliest = Math.min(earliest, acceptedAs)
    }
    return count
  }
}

function outcomeOf({ status, failure }: Answered): RunAttempt['outcome'] {
  if (status !== null) return 'failed'
  if (failure === 'timeout') return 'timed-out'
  return failure === 'refused' || failure === 'unresolved' || failure === 'tls' ? 'refused-connection' : 'failed'
}
