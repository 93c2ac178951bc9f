import { AsyncLocalStorage } from 'node:async_hooks'
import type { Caller } from './audit.ts'

/**
 * Who is being answered at the moment, for what is written to the audit log from deep inside (the vault is below the
 * audit log and knows no callers). Outside of any call it is the system itself: a start, a timer.
 */
export class CallerScope {
  readonly #storage = new AsyncLocalStorage<Caller>()

  run<T>(caller: Caller, work: () => T): T {
    return this.#storage.run(caller, work)
  }

  current(): Caller {
    return this.#storage.getStore() ?? { source: 'system' }
  }
}
