import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { PlannedAnswer } from '../../captures/capture-record.ts'
import { whenClosed } from './departures.ts'

/** `unsendable`: why the answer could not even be begun. */
export type Outcome = { readonly answeredMs: number } | { readonly gone: true; readonly unsendable?: string }

/** Milliseconds between two pieces of a dripping answer at most. */
const TICK_MS = 20

/**
 * One answer on its way. It waits, sends, and says once how it ended; when the sender leaves, or {@link cancel} is
 * called, its timer is gone with it. Everything goes through Node's response, so that answers to requests that were
 * sent ahead on the same connection keep their order.
 */
export class Sending {
  readonly done: Promise<Outcome>
  readonly #plan: PlannedAnswer
  readonly #response: ServerResponse
  readonly #socket: Socket
  readonly #bytesPerSecond: number
  readonly #begun = performance.now()
  readonly #unwatch: () => void
  #timer: NodeJS.Timeout | null = null
  #settle: (outcome: Outcome) => void = () => {}
  #isOver = false

  /** `bytesPerSecond` is looked at for the fault `slow-drip` alone. */
  constructor(plan: PlannedAnswer, response: ServerResponse, bytesPerSecond: number) {
    this.#plan = plan
    this.#response = response
    this.#socket = response.req.socket
    this.#bytesPerSecond = bytesPerSecond
    this.done = new Promise((resolve) => {
      this.#settle = resolve
    })
    this.#unwatch = whenClosed(this.#socket, () => this.#end({ gone: true }))
    if (this.#socket.destroyed) this.#end({ gone: true })
    else if (plan.delayMs > 0) this.#after(plan.delayMs, () => this.#send())
    else this.#send()
  }

  /** Ends it where it stands, and the connection with it. */
  cancel(): void {
    if (this.#isOver) return
    this.#end({ gone: true })
    this.#socket.destroy()
  }

  #send(): void {
    const { status, headers, body, fault } = this.#plan
    const response = this.#response
    if (status === null || fault === 'reset') {
      this.#onTurn((socket) => {
        this.#handedOver()
        socket.resetAndDestroy()
      })
      return
    }
    try {
      response.writeHead(status, headers.flat())
    } catch (error) {
      this.#end({ gone: true, unsendable: error instanceof Error ? error.message : String(error) })
      this.#socket.destroy()
      return
    }
    switch (fault) {
      case 'half-response': {
        const bytes = Buffer.from(body, 'utf8')
        this.#sendAndHangUp(bytes.subarray(0, Math.floor(bytes.length / 2)))
        return
      }
      case 'wrong-length':
        this.#sendAndHangUp(Buffer.from(body, 'utf8'))
        return
      case 'slow-drip':
        this.#drip(Buffer.from(body, 'utf8'))
        return
      default:
        // As bytes: Node writes the headers in the encoding of a body that is text, and would encode them twice.
        response.end(Buffer.from(body, 'utf8'), () => this.#handedOver())
    }
  }

  /** Less than was promised: whoever waits for the rest sees the connection end. */
  #sendAndHangUp(bytes: Buffer): void {
    const hangUp = () => {
      this.#handedOver()
      this.#socket.destroySoon()
    }
    // Without a body there is nothing to keep back, and only `end` waits for its turn.
    if (this.#response.req.method === 'HEAD') this.#response.end(hangUp)
    else this.#response.write(bytes, hangUp)
  }

  #drip(bytes: Buffer): void {
    const response = this.#response
    const everyMs = Math.max(1_000 / this.#bytesPerSecond, TICK_MS)
    let sent = 0
    let begun = 0
    const next = () => {
      const due = Math.floor(((performance.now() - begun) * this.#bytesPerSecond) / 1_000)
      const until = Math.min(Math.max(due, sent + 1), bytes.length)
      response.write(bytes.subarray(sent, until))
      sent = until
      if (sent < bytes.length) this.#after(everyMs, next)
      else response.end(() => this.#handedOver())
    }
    if (response.req.method === 'HEAD') {
      response.end(() => this.#handedOver())
      return
    }
    this.#onTurn((socket) => {
      socket.setNoDelay(true)
      response.flushHeaders()
      begun = performance.now()
      this.#after(everyMs, next)
    })
  }

  /** Once the answers to earlier requests of the connection are out. */
  #onTurn(work: (socket: Socket) => void): void {
    if (this.#response.socket !== null) {
      work(this.#response.socket)
      return
    }
    this.#response.once('socket', () => {
      if (!this.#isOver) work(this.#socket)
    })
  }

  #after(milliseconds: number, work: () => void): void {
    this.#timer = setTimeout(() => {
      this.#timer = null
      work()
    }, milliseconds)
  }

  #handedOver(): void {
    this.#end({ answeredMs: performance.now() - this.#begun })
  }

  #end(outcome: Outcome): void {
    if (this.#isOver) return
    this.#isOver = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#unwatch()
    this.#settle(outcome)
  }
}
