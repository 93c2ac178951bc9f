import { createHash } from 'node:crypto'
import type { CaptureReader } from '../captures/ports.ts'
import type { Clock } from '../host.ts'
import type { EndpointBook } from '../receiver/ports.ts'
import { type Alarm, pause } from './alarm.ts'
import type { AttemptRows } from './attempt-rows.ts'
import type { Outcome } from './exchange.ts'
import type { Journal } from './journal.ts'
import type { Outgoing } from './outgoing.ts'
import { isOwnReceiver } from './own-receiver.ts'

/** By what a captured request is known again: a digest of the body. */
export type Expected = string

/** Where and when an attempt left, and when its answer was there. */
interface Trace {
  readonly expected: Expected
  readonly localPort: number
  readonly at: number
  readonly until: number
}

interface Waiting extends Trace {
  readonly attemptId: number
  readonly since: number
}

/** How long a captured request is looked for: it is on disk when it is answered, but listed a little later. */
const PATIENCE_MS = 1_000
const STEPS_MS = [20, 40, 80, 160, 300, 400] as const
const SWEEP_MS = 250
/** Attempts that wait for their captured request at the same time; of more, the oldest stay without one. */
const MAX_WAITING = 2_000
/** Looked for in one go. */
const SLICE = 200

interface BecomingDependencies {
  readonly captures: CaptureReader
  readonly endpoints: EndpointBook
  readonly clock: Clock
  readonly alarm: Alarm
  readonly journal: Journal
  readonly attempts: AttemptRows
}

/** Captured requests that were found, so that none is found twice. */
const MAX_FOUND = 4_000
/** Both sides round their times to milliseconds. */
const ROUNDING_MS = 1

/**
 * Finds the captured request that an attempt became, where it went to the receiver of this Keyhold: it came by the same
 * connection while the attempt was under way, with the same body. A connection carries one request at a time, so only two
 * with the same body within one millisecond could be taken for each other.
 */
export class Becoming {
  readonly #deps: BecomingDependencies
  readonly #closing = new AbortController()
  readonly #found = new Set<number>()
  #waiting: Waiting[] = []
  #endSweep: (() => void) | null = null

  constructor(deps: BecomingDependencies) {
    this.#deps = deps
  }

  /** Asked before it is sent. Null: it does not go there, and nothing has to be looked for. */
  expect(request: Outgoing): Expected | null {
    return isOwnReceiver(request.url, this.#deps.endpoints) ? digestOf(request.body) : null
  }

  /** Waits for it up to a second. Null where it did not go there, or was not captured. */
  async found(expected: Expected | null, outcome: Outcome): Promise<number | null> {
    const trace = traceOf(expected, outcome)
    if (trace === null) return null
    for (const step of [0, ...STEPS_MS]) {
      if (step > 0) await pause(this.#deps.alarm, step, this.#closing.signal)
      if (this.#closing.signal.aborted) return null
      const found = this.#look(trace)
      if (found !== null) return found
    }
    return null
  }

  /** Writes it down when it is there; nobody waits for it. */
  later(attemptId: number, expected: Expected | null, outcome: Outcome): void {
    const trace = traceOf(expected, outcome)
    if (trace === null || this.#closing.signal.aborted) return
    if (this.#waiting.length >= MAX_WAITING) this.#waiting.shift()
    this.#waiting.push({ ...trace, attemptId, since: this.#deps.clock.now() })
    this.#endSweep ??= this.#deps.alarm.after(SWEEP_MS, () => this.#sweep())
  }

  close(): void {
    this.#closing.abort()
    this.#endSweep?.()
  }

  #sweep(): void {
    this.#endSweep = null
    const { clock, alarm, journal, attempts } = this.#deps
    const now = clock.now()
    const slice = this.#waiting.splice(0, SLICE)
    for (const waiting of slice) {
      const found = this.#look(waiting)
      if (found !== null) {
        // A link that cannot be written is not worth more than trying: the attempt itself is on disk.
        journal.write(() => attempts.setBecame(waiting.attemptId, found)).catch(() => {})
      } else if (now - waiting.since < PATIENCE_MS) this.#waiting.push(waiting)
    }
    if (this.#waiting.length > 0) this.#endSweep = alarm.after(SWEEP_MS / 5, () => this.#sweep())
  }

  /** Captured requests that cannot be read are said where they are asked for; an attempt does not fail by that. */
  #look({ localPort, at, until, expected }: Trace): number | null {
    const { captures } = this.#deps
    try {
      // It usually arrives right after it left; on a busy machine somewhat later.
      for (const part of [0, 0.25, 0.5, 1]) {
        const id = captures.byConnection(localPort, at + (until - at) * part)
        if (id === null || this.#found.has(id)) continue
        const capture = captures.stored(id)
        const isInTime = capture.at >= at - ROUNDING_MS && capture.at <= until + ROUNDING_MS
        if (!isInTime || digestOf(capture.body) !== expected) continue
        this.#remember(id)
        return id
      }
    } catch {
      return null
    }
    return null
  }

  #remember(id: number): void {
    this.#found.add(id)
    const [oldest] = this.#found
    if (this.#found.size > MAX_FOUND && oldest !== undefined) this.#found.delete(oldest)
  }
}

function traceOf(expected: Expected | null, { answer, at, durationMs }: Outcome): Trace | null {
  if (expected === null || answer === null || answer.localPort === null) return null
  return { expected, localPort: answer.localPort, at, until: at + durationMs }
}

function digestOf(body: Uint8Array): Expected {
  return createHash('sha1').update(body).digest('base64')
}
