import type { Fault } from '../../../shared/contract/receiver.ts'
import { throwDice } from '../../../shared/dice.ts'
import { type Filled, framed, isBodiless, plainAnswer } from './answers.ts'
import type { AskedRequest } from './asked.ts'

/** Event ids that are counted for `fail-first`. The one seen longest ago is forgotten first. */
const MAX_COUNTED = 10_000
/** A body that is cut has to have something to cut. */
const FILLER = 'This answer is broken on purpose.\n'

/**
 * Decides what goes wrong. The dice follow from the seed, the number of the request and the place of the fault in the
 * list: a new chooser with the same seed and the same requests in the same order chooses the same faults. For
 * `fail-first` they are thrown once for each event, so that its share is one of events.
 */
export class FaultChooser {
  readonly #faults: readonly Fault[]
  readonly #seed: number
  readonly #seen: readonly Map<string, number>[]
  #requests = 0

  constructor(faults: readonly Fault[], seed: number) {
    this.#faults = faults
    this.#seed = seed
    this.#seen = faults.map(() => new Map())
  }

  /** The fault of the next request, or null. */
  choose(request: AskedRequest): Fault | null {
    if (this.#faults.length === 0) return null
    const number = this.#requests
    this.#requests += 1
    let chosen: Fault | null = null
    for (const [place, fault] of this.#faults.entries()) {
      // Each one counts the event, also where an earlier fault of the list comes first.
      const happens =
        fault.kind === 'fail-first'
          ? this.#failsFirst(fault, place, request.eventId)
          : throwDice(this.#seed, place, number) < fault.probability
      if (happens) chosen ??= fault
    }
    return chosen
  }

  #failsFirst(fault: Fault & { kind: 'fail-first' }, place: number, eventId: string | null): boolean {
    const event = eventId ?? ''
    const seen = this.#seen[place]
    if (seen === undefined) return false
    const times = (seen.get(event) ?? 0) + 1
    seen.delete(event)
    seen.set(event, times)
    if (seen.size > MAX_COUNTED) {
      const [oldest] = seen.keys()
      if (oldest !== undefined) seen.delete(oldest)
    }
    return times <= fault.count && throwDice(this.#seed, place, 'event', event) < fault.probability
  }
}

/** What is sent in place of `answer`; the faults of the connection itself happen while it is sent. Null: nothing at all. */
export function spoil(fault: Fault, answer: Filled): Filled | null {
  switch (fault.kind) {
    case 'reset':
      return null
    case 'half-response':
    case 'slow-drip':
      return withBody(answer)
    case 'wrong-length':
      return lengthened(withBody(answer))
    case 'rate-limit':
      return plainAnswer(429, 'Too many requests. Try again later.', [['Retry-After', String(fault.retryAfterSeconds)]])
    case 'gone':
      return plainAnswer(410, 'This address is not used any more.')
    case 'webhook-delivery':
      return withControl(fault.value, answer)
    case 'fail-first':
      return plainAnswer(fault.status, 'This attempt fails on purpose. Later ones succeed.')
  }
}

/**
 * Svix and the draft for the standard stop repeating a message only where it would be repeated: after a failure.
 * Source: docs.svix.com/receiving/delivery-control.
 */
function withControl(value: 'disable' | 'abort-message', answer: Filled): Filled {
  const headers: Filled['headers'] = [...withoutLength(answer), ['webhook-delivery', value]]
  const status = value === 'abort-message' && answer.status < 300 ? 500 : answer.status
  return framed(status, headers, answer.body)
}

function withBody(answer: Filled): Filled {
  const status = isBodiless(answer.status) ? 200 : answer.status
  return framed(status, withoutLength(answer), Buffer.byteLength(answer.body) < 2 ? FILLER : answer.body)
}

function lengthened(answer: Filled): Filled {
  const claimed = String(Buffer.byteLength(answer.body) + FILLER.length)
  return { ...answer, headers: [...withoutLength(answer), ['Content-Length', claimed]] }
}

function withoutLength({ headers }: Filled): Filled['headers'] {
  return headers.filter(([name]) => name !== 'Content-Length')
}
