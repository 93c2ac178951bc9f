import type { ServerResponse } from 'node:http'
import type { Behaviour, Fault, Rule } from '../../shared/contract/receiver.ts'
import { deadlines } from '../../shared/webhook-deadlines.ts'
import type { SchemeId } from '../../shared/webhook-schemes.ts'
import type { PlannedAnswer } from '../captures/capture-record.ts'
import { type Filled, plainAnswer, prepareAnswer, type ReadyAnswer } from './responses/answers.ts'
import type { AskedRequest } from './responses/asked.ts'
import { FaultChooser, spoil } from './responses/faults.ts'
import { answerHandshake } from './responses/handshakes.ts'
import { fits } from './responses/rules.ts'
import { type Outcome, Sending } from './responses/sending.ts'

export type { AskedRequest } from './responses/asked.ts'

/** Answers that are held back or dripping at one endpoint at the same time. More are refused: each takes memory. */
const MAX_WAITING = 10_000
/** Characters of their bodies that were made for one request alone. Bodies that are the same for all are there once. */
const MAX_HELD = 32 * 1_024 * 1_024

const refusal = plainAnswer(401, 'The signature of this request is missing or wrong.')
const crowded = plainAnswer(503, 'Too many requests wait for their delayed answers here.', [['Retry-After', '5']])
const noFrills = { rule: null, fault: null, delayMs: 0 } as const

/**
 * How one endpoint answers. Decided in this order: too many answers waiting (503), a handshake, a refused signature
 * (401), then the first rule that fits or the endpoint's own answer, and on top of that one the faults. A refused
 * signature is one that is wrong or missing; what could not be judged (no secret, vault locked) is not refused.
 *
 * Requests are counted and dice are thrown from the making of a responder on: after a change of the endpoint, or a
 * restart, the faults begin anew.
 */
export class Responder {
  /**
   * The endpoint's own answer where it is the same for every request, goes out at once and no rule or fault can come
   * before it, else null. {@link plan} gives this very object then, except for handshakes and refused signatures.
   */
  readonly constant: PlannedAnswer | null
  readonly #behaviour: Behaviour
  readonly #scheme: SchemeId | null
  readonly #secrets: readonly { readonly label: string; readonly secret: string }[] | null
  readonly #own: ReadyAnswer
  readonly #rules: readonly { readonly rule: Rule; readonly answer: ReadyAnswer }[]
  readonly #faults: FaultChooser
  readonly #refused: PlannedAnswer
  readonly #crowded: PlannedAnswer
  /** Bytes per second of the plans that drip. */
  readonly #pace = new WeakMap<PlannedAnswer, number>()
  /** Characters of the plans whose body was made for one request. */
  readonly #weights = new WeakMap<PlannedAnswer, number>()
  readonly #waiting = new Set<Sending>()
  #held = 0

  /** `secrets` answer handshakes; null while the vault is locked. `scheme` is null where it is recognised by the headers. */
  constructor(
    behaviour: Behaviour,
    options: {
      readonly slug: string
      readonly secrets: readonly { readonly label: string; readonly secret: string }[] | null
      readonly scheme: SchemeId | null
    },
  ) {
    this.#behaviour = behaviour
    this.#scheme = options.scheme
    this.#secrets = options.secrets
    this.#own = prepareAnswer(behaviour.answer)
    this.#rules = behaviour.rules.map((rule) => ({ rule, answer: prepareAnswer(rule.answer) }))
    this.#faults = new FaultChooser(behaviour.faults, behaviour.faultSeed)
    this.#refused = this.#planned(refusal, { ...noFrills, rule: 'signature' })
    this.#crowded = this.#planned(crowded, { ...noFrills, rule: 'limit' })
    const isPlain = behaviour.rules.length === 0 && behaviour.faults.length === 0 && behaviour.answer.delayMs === 0
    this.constant = isPlain && this.#own.constant !== null ? this.#planned(this.#own.constant, noFrills) : null
  }

  /** Never throws, whatever is asked. Handshakes and refused signatures do not count for the faults. */
  plan(request: AskedRequest): PlannedAnswer {
    if (this.#waiting.size >= MAX_WAITING || this.#held >= MAX_HELD) return this.#crowded
    const handshake = this.#behaviour.answerHandshakes ? answerHandshake(request, this.#scheme, this.#secrets) : null
    if (handshake !== null) return this.#planned(handshake, { ...noFrills, rule: 'handshake' })
    if (this.#isRefused(request)) return this.#refused
    if (this.constant !== null) return this.constant
    const chosen = this.#rules.find(({ rule }) => fits(rule.when, request))
    const answer = chosen?.answer ?? this.#own
    const filled = answer.fill(request)
    const fault = this.#faults.choose(request)
    const plan = this.#withFault(fault, filled, chosen?.rule.name ?? null, answer.delayMs)
    if (answer.constant === null) this.#weights.set(plan, plan.body.length)
    return plan
  }

  /**
   * Sends it. Resolves when the last byte is handed to the system, or when the sender is gone; never rejects.
   * `answeredMs` counts from this call.
   */
  perform(plan: PlannedAnswer, response: ServerResponse): Promise<Outcome> {
    const sending = new Sending(plan, response, this.#pace.get(plan) ?? 1)
    const weight = this.#weights.get(plan) ?? 0
    this.#waiting.add(sending)
    this.#held += weight
    return sending.done.finally(() => {
      this.#waiting.delete(sending)
      this.#held -= weight
    })
  }

  /** Ends every answer that is held back or dripping, and its connection. */
  close(): void {
    for (const sending of this.#waiting) sending.cancel()
  }

  /** Discord takes an address off that does not refuse wrong signatures. */
  #isRefused({ verdict: { verdict, scheme } }: AskedRequest): boolean {
    if (verdict === 'invalid') return this.#behaviour.refuseInvalid || scheme === 'discord'
    return verdict === 'unsigned' && this.#behaviour.refuseInvalid
  }

  #withFault(fault: Fault | null, answer: Filled, rule: string | null, delayMs: number): PlannedAnswer {
    if (fault === null) return this.#planned(answer, { rule, fault: null, delayMs })
    const spoiled = spoil(fault, answer)
    const drips = fault.kind === 'slow-drip' && spoiled !== null ? fault.bytesPerSecond : null
    const dripMs = drips === null || spoiled === null ? 0 : (Buffer.byteLength(spoiled.body) * 1_000) / drips
    const plan = this.#planned(spoiled, { rule, fault: fault.kind, delayMs }, dripMs)
    if (drips !== null) this.#pace.set(plan, drips)
    return plan
  }

  #planned(answer: Filled | null, more: Pick<PlannedAnswer, 'rule' | 'fault' | 'delayMs'>, dripMs = 0): PlannedAnswer {
    const { deadline } = this.#behaviour
    const { status, headers, body } = answer ?? { status: null, headers: [], body: '' }
    const late = deadline !== null && more.delayMs + dripMs > deadlines[deadline].ms
    return Object.freeze({ status, headers, body, ...more, deadline, late })
  }
}
