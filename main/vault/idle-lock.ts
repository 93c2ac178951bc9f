import type { Clock } from '../host.ts'

const CHECK_EVERY_MS = 15_000

/**
 * Says when nobody has been there for the time set. It compares the clock instead of trusting one long timer: a
 * timer stands still while a laptop sleeps. It never keeps the process alive.
 */
export class IdleLock {
  readonly #clock: Clock
  readonly #onIdle: () => void
  #minutes: number
  #lastTouch = 0
  #running = false
  #timer: NodeJS.Timeout | undefined

  /** `minutes` 0: never. */
  constructor(clock: Clock, minutes: number, onIdle: () => void) {
    this.#clock = clock
    this.#minutes = minutes
    this.#onIdle = onIdle
  }

  get minutes(): number {
    return this.#minutes
  }

  setMinutes(minutes: number): void {
    this.#minutes = minutes
    if (this.#running) this.start()
  }

  start(): void {
    this.#running = true
    this.#lastTouch = this.#clock.now()
    this.#schedule()
  }

  stop(): void {
    this.#running = false
    clearTimeout(this.#timer)
  }

  /** Somebody is there. */
  touch(): void {
    this.#lastTouch = this.#clock.now()
  }

  /** Whether the time is over. False while it does not run. */
  isOver(): boolean {
    if (!this.#running || this.#minutes === 0) return false
    const now = this.#clock.now()
    // Set back, the clock would otherwise put the lock off for as long.
    if (now < this.#lastTouch) this.#lastTouch = now
    return now - this.#lastTouch >= this.#minutes * 60_000
  }

  #schedule(): void {
    clearTimeout(this.#timer)
    if (this.#minutes === 0) return
    const remaining = this.#lastTouch + this.#minutes * 60_000 - this.#clock.now()
    this.#timer = setTimeout(() => this.#check(), Math.min(CHECK_EVERY_MS, Math.max(1, remaining)))
    this.#timer.unref()
  }

  #check(): void {
    if (this.isOver()) this.#onIdle()
    else this.#schedule()
  }
}
