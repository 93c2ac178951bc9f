import type { ProbeCheck, SendInput } from '../../../shared/contract/sender.ts'
import { type Composed, compose, mapHeaders, type Seal, signatureHeadersOf } from '../compose.ts'
import type { Answered } from '../exchange.ts'
import { asNew, type Identified } from '../identity.ts'

/** One request of the probe that the report names. */
export interface Sent {
  /** For the report: "the same event again". */
  readonly what: string
  readonly request: Composed
  readonly answer: Answered
  readonly event: Identified
}

export interface SendOptions {
  /** Milliseconds the signature is dated away from now; negative is the past. */
  readonly shiftMs?: number
  /** Signed with this instead of the right secret. */
  readonly seal?: Seal
  /** What is done to the finished request: what the signature is not for. */
  readonly alter?: (request: Composed) => Composed
}

export interface SessionInput {
  readonly event: SendInput
  /** Asked anew for every request, so that a secret is not kept longer than one. */
  readonly seal: () => Seal
  readonly send: (request: Composed) => Promise<Answered>
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** What the checks send with. Keeps the requests of the check under way for the report. */
export class ProbeSession {
  readonly #input: SessionInput
  #requests: ProbeCheck['requests'] = []

  constructor(input: SessionInput) {
    this.#input = input
  }

  get event(): SendInput {
    return this.#input.event
  }

  seal(): Seal {
    return this.#input.seal()
  }

  /** The event as if it had happened again. */
  fresh(event: SendInput = this.#input.event): Identified {
    return asNew(event, this.seal().scheme)
  }

  async send(what: string, event: Identified, options: SendOptions = {}): Promise<Sent> {
    return this.sendRaw(what, this.#composed(event, options), event)
  }

  /** Bytes that went out before, or were made by hand. */
  async sendRaw(what: string, request: Composed, event: Identified): Promise<Sent> {
    const answer = await this.#input.send(request)
    this.#requests.push({ what, status: answer.status, durationMs: answer.durationMs })
    return { what, request, answer, event }
  }

  /** The requests since it was last asked. */
  takeRequests(): ProbeCheck['requests'] {
    const taken = this.#requests
    this.#requests = []
    return taken
  }

  #composed({ event, id }: Identified, { shiftMs = 0, seal = this.seal(), alter }: SendOptions): Composed {
    const composed = compose(event, seal, { id, at: this.#input.now() + shiftMs })
    return alter === undefined ? composed : alter(composed)
  }
}

/** The request without what signs it, or with something else in its place. */
export function withSignature(seal: Seal, value: string | null): (request: Composed) => Composed {
  const names = new Set(signatureHeadersOf(seal))
  return (request) => ({
    ...request,
    rawHeaders: mapHeaders(request.rawHeaders, (name, present) => (names.has(name) ? value : present)),
  })
}

/**
 * The request with one character of its body changed, such that JSON stays JSON and a form a form; null where the body
 * has no letter or digit.
 */
export function tampered(request: Composed): Composed | null {
  const body = Buffer.from(request.body)
  for (let at = body.length - 1; at >= 0; at -= 1) {
    const byte = body[at] ?? 0
    const isDigit = byte >= 0x31 && byte <= 0x39
    const isInWord = byte >= 0x61 && byte <= 0x7a && isLetter(body[at - 1]) && isLetter(body[at + 1])
    if (!isDigit && !isInWord) continue
    // Words of JSON itself (true, false, null) are left alone.
    if (isInWord && !insideString(body, at)) continue
    body[at] = isDigit ? (byte === 0x39 ? 0x38 : byte + 1) : byte === 0x7a ? 0x79 : byte + 1
    return { ...request, body }
  }
  return null
}

function isLetter(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a))
}

/** Whether a body of JSON has this place inside quotes. Bodies of other kinds have no words of their own. */
function insideString(body: Buffer, at: number): boolean {
  const first = body.find((byte) => byte > 0x20)
  if (first !== 0x7b && first !== 0x5b) return true
  let isInside = false
  for (let index = 0; index < at; index += 1) {
    if (body[index] === 0x5c && isInside) index += 1
    else if (body[index] === 0x22) isInside = !isInside
  }
  return isInside
}
