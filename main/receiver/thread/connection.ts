import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Requests of one connection that wait for their answers, from which on it is not read until half of them have one. */
const ENOUGH_WAITING = 500
/** What was read already comes on top of it. Who still gets this far is cut off. */
const MAX_WAITING = 20_000
/** For the caller to take the last answer and close. */
const LINGER_MS = 500

/** What is kept about an open connection. */
export class Connection {
  /** Read once: a closed socket does not know them any more. */
  readonly remoteAddress: string
  readonly remotePort: number
  readonly #socket: Socket
  /** Requests that are complete and not answered. */
  #waiting = 0
  /** Requests whose head came and whose end did not. */
  receiving = 0
  /** Written after the last answer, when what follows on the connection cannot be read. */
  #lastWords: string | null = null
  /** Answers say that the connection ends with them: the receiver moved to another port or stops. */
  closing = false

  /** Answers that wait for their delay or drip. */
  #held = 0

  constructor(socket: Socket) {
    this.#socket = socket
    // Who closes its side after sending still wants the answer. Who closes while it is held back has given up.
    socket.once('end', () => {
      if (this.#held > 0) socket.destroy()
    })
    this.remoteAddress = plainAddress(socket.remoteAddress ?? '')
    this.remotePort = socket.remotePort ?? 0
  }

  get busy(): boolean {
    return this.#waiting > 0
  }

  waiting(): void {
    this.#waiting += 1
    if (this.#waiting < ENOUGH_WAITING) return
    this.#socket.pause()
    if (this.#waiting > MAX_WAITING) this.#socket.destroy()
  }

  hold(): void {
    this.#held += 1
  }

  release(): void {
    this.#held -= 1
  }

  /** The answer was handed over; others may be under way on the same connection, in order. */
  answered(response: ServerResponse): void {
    this.#waiting -= 1
    if (this.#waiting === ENOUGH_WAITING / 2) this.#socket.resume()
    if (this.#waiting > 0 || this.#lastWords === null) return
    const words = this.#lastWords
    if (response.writableFinished || response.destroyed) this.#endWith(words)
    else response.once('finish', () => this.#endWith(words))
  }

  /** Answers what is under way, says this and closes. False: it was broken off before. */
  breakOff(words: string): boolean {
    if (this.#lastWords !== null) return false
    this.#lastWords = words
    if (this.#waiting === 0) this.#endWith(words)
    return true
  }

  cut(): void {
    this.#socket.destroy()
  }

  #endWith(words: string): void {
    const socket = this.#socket
    if (!socket.writable) {
      socket.destroy()
      return
    }
    // Destroyed at once, what the caller still sends would take the answer with it.
    const timer = setTimeout(() => socket.destroy(), LINGER_MS)
    socket.once('close', () => clearTimeout(timer))
    socket.end(words)
  }
}

/** Node writes IPv4 callers of a socket for both as ::ffff:127.0.0.1. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address
}
