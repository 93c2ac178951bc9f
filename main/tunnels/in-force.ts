import type { TunnelKind } from '../../shared/contract/tunnels.ts'
import type { Clock } from '../host.ts'
import type { TunnelReceiver } from './ports.ts'
import type { TunnelRows } from './rows.ts'

interface Address {
  readonly kind: TunnelKind
  readonly url: string
}

const TOUCH_MS = 60_000

/** The public address in force: told to the receiver, and written down with its beginning and end. */
export class InForce {
  readonly #rows: TunnelRows
  readonly #receiver: TunnelReceiver
  readonly #clock: Clock
  #address: Address | null = null
  #touchedAt = 0
  #isOpen = false

  constructor(rows: TunnelRows, receiver: TunnelReceiver, clock: Clock) {
    this.#rows = rows
    this.#receiver = receiver
    this.#clock = clock
  }

  open(): void {
    this.#isOpen = true
    this.#rows.endLostTerm()
  }

  /** Null: none. The same address again changes nothing. */
  set(address: Address | null): void {
    if (!this.#isOpen || (address?.url === this.#address?.url && address?.kind === this.#address?.kind)) return
    const now = this.#clock.now()
    this.#rows.endTerm(now)
    if (address !== null) this.#rows.beginTerm(address.kind, address.url, now)
    this.#address = address
    this.#touchedAt = now
    this.#receiver.setPublicUrl(address?.url ?? null)
  }

  /** Now and then writes down that it still is. */
  touch(): void {
    const now = this.#clock.now()
    if (this.#address === null || Math.abs(now - this.#touchedAt) < TOUCH_MS) return
    this.#touchedAt = now
    this.#rows.touchTerm(now)
  }

  close(): void {
    if (!this.#isOpen) return
    this.set(null)
    this.#isOpen = false
  }
}
