import type { Topic } from '../shared/contract/system.ts'
import type { VaultStatus } from '../shared/contract/vault.ts'
import type { Changes } from './changes.ts'
import type { VaultControl } from './vault/vault.ts'

/** How long changes are gathered before they are sent on, so that an import of a thousand keys is one message. */
const MERGE_MS = 50

/** Topics that changed, each at most once per {@link MERGE_MS}. Ends with `signal`. */
export async function* changeStream(
  changes: Changes,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ topic: Topic }> {
  const pending = new Set<Topic>()
  const bell = new Bell(signal)
  const unsubscribe = changes.subscribe((topic) => {
    pending.add(topic)
    bell.ring()
  })
  try {
    while (await bell.wait()) {
      await new Promise((resolve) => setTimeout(resolve, MERGE_MS))
      const topics = [...pending]
      pending.clear()
      for (const topic of topics) yield { topic }
    }
  } finally {
    unsubscribe()
  }
}

/** The status of the vault now and after every change. Ends with `signal`. */
export async function* statusStream(vault: VaultControl, signal: AbortSignal | undefined): AsyncGenerator<VaultStatus> {
  const bell = new Bell(signal)
  const unsubscribe = vault.onChange(() => bell.ring())
  try {
    yield await vault.status()
    while (await bell.wait()) yield await vault.status()
  } finally {
    unsubscribe()
  }
}

/** Wakes one waiting loop; rings that come while it works are kept as one. */
class Bell {
  readonly #signal: AbortSignal | undefined
  #rung = false
  #wake: (() => void) | null = null

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal
    signal?.addEventListener('abort', () => this.#wake?.(), { once: true })
  }

  ring(): void {
    this.#rung = true
    this.#wake?.()
  }

  /** Resolves with true at the next ring, with false when the signal ends it. */
  async wait(): Promise<boolean> {
    if (!this.#rung && !this.#signal?.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#wake = null
    }
    this.#rung = false
    return !this.#signal?.aborted
  }
}
