import { createHmac, randomBytes } from 'node:crypto'
import type { KeyKind, ProviderId } from '../../shared/providers.ts'
import type { Clock } from '../host.ts'
import type { KeyValidation } from './rows.ts'

const KEPT_MS = 10 * 60_000
const MOST = 100

/** What was tested. `secret` is the key itself, not the paste. */
export interface TestedCandidate {
  readonly secret: string
  readonly provider: ProviderId
  readonly kind: KeyKind
}

/**
 * Results of tests made before saving, for ten minutes and in memory only, so that nobody has to tell Keyhold how a
 * test of its own ended. Holds no secret: a key is known by a digest that means nothing outside this process.
 */
export class RecentTests {
  readonly #clock: Clock
  readonly #salt = randomBytes(32)
  readonly #results = new Map<string, KeyValidation>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  remember(tested: TestedCandidate, result: KeyValidation): void {
    const name = this.#nameOf(tested)
    this.#results.delete(name)
    this.#results.set(name, result)
    for (const [oldest, { testedAt }] of this.#results) {
      if (this.#results.size > MOST || this.#isOld(testedAt)) this.#results.delete(oldest)
    }
  }

  recall(tested: TestedCandidate): KeyValidation | null {
    const result = this.#results.get(this.#nameOf(tested))
    return result === undefined || this.#isOld(result.testedAt) ? null : result
  }

  #isOld(testedAt: number): boolean {
    return this.#clock.now() - testedAt > KEPT_MS
  }

  #nameOf({ secret, provider, kind }: TestedCandidate): string {
    return createHmac('sha256', this.#salt)
      .update(JSON.stringify([provider, kind, secret]))
      .digest('base64')
  }
}
