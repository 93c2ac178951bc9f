import { EventEmitter } from 'node:events'
import type { Topic } from '../shared/contract/system.ts'

/** Who changed something says so here; every open window hears of it through `system.changes`. */
export class Changes {
  readonly #emitter = new EventEmitter().setMaxListeners(0)

  announce(...topics: Topic[]): void {
    for (const topic of topics) this.#emitter.emit('change', topic)
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: (topic: Topic) => void): () => void {
    this.#emitter.on('change', listener)
    return () => this.#emitter.off('change', listener)
  }
}
