import type { ReceiverStatus } from '../../shared/contract/receiver.ts'
import { Problem, type ProblemData } from '../../shared/problems.ts'
import type { Clock } from '../host.ts'

const MAX_UNKNOWN_SLUGS = 20

/** What the receiver's thread reported last, as the status that screens show. */
export class Listening {
  readonly #clock: Clock
  #state: ReceiverStatus['state'] = 'off'
  #port: number | null = null
  #problem: ProblemData | null = null
  #freePort: number | null = null
  #diskFull = false
  #counters: ReceiverStatus['counters'] = { captured: 0, refused: 0, unknownSlug: 0, malformed: 0, notStored: 0 }
  readonly #unknownSlugs = new Map<string, { count: number; lastAt: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get state(): ReceiverStatus['state'] {
    return this.#state
  }

  /** The port it listens on, null while it does not. */
  get port(): number | null {
    return this.#port
  }

  off(): void {
    this.#set('off', null, null)
  }

  starting(): void {
    this.#set('starting', null, null)
  }

  listening(port: number): void {
    this.#set('listening', port, null)
  }

  failed(problem: ProblemData, freePort: number | null): void {
    this.#set('failed', null, problem, freePort)
  }

  disk(full: boolean): void {
    this.#diskFull = full
  }

  count(counters: ReceiverStatus['counters']): void {
    this.#counters = counters
  }

  /** Asked for `times` times since it was last said. */
  unknownSlug(slug: string, times: number): void {
    const count = (this.#unknownSlugs.get(slug)?.count ?? 0) + times
    // Taken out and put in again, so that the map stays in the order of the last time.
    this.#unknownSlugs.delete(slug)
    this.#unknownSlugs.set(slug, { count, lastAt: this.#clock.now() })
    const [oldest] = this.#unknownSlugs.keys()
    if (this.#unknownSlugs.size > MAX_UNKNOWN_SLUGS && oldest !== undefined) this.#unknownSlugs.delete(oldest)
  }

  /** An endpoint with this slug was made. */
  forgetSlug(slug: string): void {
    this.#unknownSlugs.delete(slug)
  }

  status(): Pick<ReceiverStatus, 'state' | 'problem' | 'freePort' | 'diskFull' | 'counters' | 'unknownSlugs'> {
    return {
      state: this.#state,
      problem: this.#problem,
      freePort: this.#freePort,
      diskFull: this.#diskFull,
      counters: this.#counters,
      unknownSlugs: [...this.#unknownSlugs].map(([slug, seen]) => ({ slug, ...seen })).reverse(),
    }
  }

  #set(
    state: ReceiverStatus['state'],
    port: number | null,
    problem: ProblemData | null,
    freePort: number | null = null,
  ) {
    this.#state = state
    this.#port = port
    this.#problem = problem
    this.#freePort = freePort
  }
}

/** Why the port could not be had. `owner`: the program that has it, where that can be told. */
export function portProblem(
  port: number,
  code: string,
  message: string,
  owner: string | null,
  freePort: number | null,
): Problem {
  const offer = freePort === null ? [] : [`Use port ${freePort}, which is free.`]
  if (code === 'EADDRINUSE') {
    return new Problem('PORT_TAKEN', `Port ${port} is taken, so no webhooks can be received.`, {
      cause: owner === null ? 'Another program listens on it, perhaps another Keyhold.' : `${owner} listens on it.`,
      remedies: [...offer, 'Or end the other program and turn the receiver on again.'],
    })
  }
  if (code === 'EACCES') {
    return new Problem('PORT_TAKEN', `Port ${port} may not be used by this program.`, {
      cause: 'Ports below 1024 belong to the administrator on this system.',
      remedies: [...offer, 'Choose a port of 1024 or above.'],
    })
  }
  return new Problem('PORT_TAKEN', `The receiver cannot listen on port ${port}.`, {
    cause: message,
    remedies: [...offer, 'Choose another port.'],
  })
}
