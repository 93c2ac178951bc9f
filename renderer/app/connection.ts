import type { ClientContext, ClientLink } from '@orpc/client'
import { ConnectionLostError } from '../ui/connection-lost.ts'

/** One open line to the workspace, whatever it is made of. */
export interface Channel {
  readonly link: ClientLink<ClientContext>
  /** Resolves when the line is gone. */
  readonly closed: Promise<void>
}

/** Opens a line. Throws {@link NoSessionError} when the host refuses this page; any other error is tried again. */
export type OpenChannel = () => Promise<Channel>

/** The host answered, but this page is not let in. `refused`: it showed a token, and the token is not accepted. */
export class NoSessionError extends Error {
  override readonly name = 'NoSessionError'
  readonly reason: 'missing' | 'refused'

  constructor(reason: 'missing' | 'refused') {
    super('This page has no session with Keyhold.')
    this.reason = reason
  }
}

export type ConnectionState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  /** The line broke (or never came about); the next try is at `retryAt`, in epoch milliseconds. */
  | { readonly kind: 'lost'; readonly attempt: number; readonly retryAt: number }
  | { readonly kind: 'no-session'; readonly reason: 'missing' | 'refused' }

const FIRST_DELAY_MS = 300
const LONGEST_DELAY_MS = 10_000

/** Milliseconds to wait before try number `attempt` (from 1): doubles from 300 ms up to 10 s. */
export function retryDelay(attempt: number): number {
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt - 1, 20))
}

/**
 * Keeps a line to the workspace open and says how it stands. It is a link itself, so that one client outlives
 * any number of lines. Calls made while the line is down fail at once with {@link ConnectionLostError}.
 */
export class Connection implements ClientLink<ClientContext> {
  readonly #open: OpenChannel
  readonly #listeners = new Set<() => void>()
  #state: ConnectionState = { kind: 'connecting' }
  #channel: Channel | null = null
  #attempt = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #connecting = false

  constructor(open: OpenChannel) {
    this.#open = open
  }

  get state(): ConnectionState {
    return this.#state
  }

  /** Calls back after every change of state; returns the function that ends it. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  getState = (): ConnectionState => this.#state

  /** Opens the line now, without waiting for the next try. Does nothing while it is open or being opened. */
  async connect(): Promise<void> {
    if (this.#connecting || this.#channel !== null) return
    this.#connecting = true
    clearTimeout(this.#timer)
    try {
      const channel = await this.#open()
      this.#channel = channel
      this.#attempt = 0
      this.#set({ kind: 'open' })
      void channel.closed.then(() => this.#lost(channel))
    } catch (error) {
      if (error instanceof NoSessionError) this.#set({ kind: 'no-session', reason: error.reason })
      else this.#retryLater()
    } finally {
      this.#connecting = false
    }
  }

  /** Resolves as soon as the line is open; rejects when `signal` aborts. */
  async whenOpen(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#state.kind === 'open') return
    await new Promise<void>((resolve, reject) => {
      const stop = this.subscribe(() => {
        if (this.#state.kind !== 'open') return
        stop()
        signal.removeEventListener('abort', abort)
        resolve()
      })
      const abort = () => {
        stop()
        reject(signal.reason)
      }
      signal.addEventListener('abort', abort, { once: true })
    })
  }

  async call(
    path: readonly string[],
    input: unknown,
    options: Parameters<ClientLink<ClientContext>['call']>[2],
  ): Promise<unknown> {
    const channel = this.#channel
    if (channel === null) throw new ConnectionLostError()
    try {
      return await channel.link.call(path, input, options)
    } catch (error) {
      if (this.#channel !== channel) throw new ConnectionLostError({ cause: error })
      throw error
    }
  }

  #lost(channel: Channel): void {
    if (this.#channel !== channel) return
    this.#channel = null
    this.#retryLater()
  }

  #retryLater(): void {
    this.#attempt += 1
    const delay = retryDelay(this.#attempt)
    this.#timer = setTimeout(() => void this.connect(), delay)
    this.#set({ kind: 'lost', attempt: this.#attempt, retryAt: Date.now() + delay })
  }

  #set(state: ConnectionState): void {
    this.#state = state
    for (const listener of [...this.#listeners]) listener()
  }
}
