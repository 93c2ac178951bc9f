import { createHmac, randomBytes } from 'node:crypto'
import type { HostClipboard } from '../host.ts'

/**
 * A secret on the clipboard for a limited time. It is taken off only if it is still there: what somebody copied
 * since stays. To tell, a keyed hash is kept, never the secret.
 */
export class ClipboardLease {
  readonly #clipboard: HostClipboard
  readonly #hashKey = randomBytes(32)
  #digest: string | null = null
  #timer: NodeJS.Timeout | null = null

  constructor(clipboard: HostClipboard) {
    this.#clipboard = clipboard
  }

  /** `ms` null: it stays until something else is copied. */
  async place(secret: string, ms: number | null): Promise<void> {
    await this.#clipboard.writeText(secret)
    this.#stopTimer()
    this.#digest = ms === null ? null : this.#digestOf(secret)
    if (ms === null) return
    this.#timer = setTimeout(() => {
      // Nobody waits for this. The lease stays, so closing tries once more.
      this.release().catch(() => undefined)
    }, ms)
    this.#timer.unref()
  }

  /** Takes the secret off the clipboard if it is still there. */
  async release(): Promise<void> {
    this.#stopTimer()
    const digest = this.#digest
    if (digest === null) return
    const present = this.#digestOf(await this.#clipboard.readText())
    if (present === digest) await this.#clipboard.clear()
    if (this.#digest === digest) this.#digest = null
  }

  #digestOf(text: string): string {
    return createHmac('sha256', this.#hashKey).update(text, 'utf8').digest('hex')
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }
}
