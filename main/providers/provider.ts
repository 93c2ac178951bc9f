import type { Validation } from '../../shared/contract/keys.ts'
import type { Provenance } from '../../shared/contract/usage.ts'
import type { ProblemData } from '../../shared/problems.ts'
import type { KeyKind, ProviderId } from '../../shared/providers.ts'
import type { Clock } from '../host.ts'
import type { HttpClient } from '../http/http-client.ts'

/**
 * One provider behind one interface. An adapter holds no state and never sees the store: it turns calls into
 * requests, and answers into facts. What a provider cannot do is simply not there (`listKeys`, `planUsage`), in
 * step with the capabilities in `shared/providers.ts`.
 */
export interface ProviderAdapter {
  readonly id: ProviderId
  /** Tests a key. Never throws for what the provider or network does: that is an outcome. Throws only on abort. */
  validate(credential: Credential, context: CallContext): Promise<ValidationResult>
  /** One page of the keys the provider lists for an admin key. Throws {@link ProviderError}. */
  listKeys?(credential: Credential, cursor: string | null, context: CallContext): Promise<RemoteKeyPage>
  /**
   * The reports to fetch for a window, as chains of pages. Chains do not depend on each other; the pages of one
   * chain do. Throws {@link ProviderError} with code INVALID_INPUT if this key cannot be asked for usage.
   */
  planUsage?(credential: Credential, window: UsageWindow, context: CallContext): UsageChain[]
  /**
   * For how many days, today included, this kind of key can be asked for usage; null (and when it is not there): for
   * any day. What was not read within that time can never be read. 0: about no single day, only a running counter.
   */
  usageReach?(kind: KeyKind): number | null
  /** Fetching usage is itself a billed call (Brave): do it only for keys the operator named, never for all at once. */
  readonly usageIsBilled?: boolean
}

export interface Credential {
  readonly secret: string
  readonly kind: KeyKind
}

export interface CallContext {
  readonly http: HttpClient
  /** Without a slash at the end. Overridden addresses are decided by the caller, see `providers.ts`. */
  readonly baseUrl: string
  readonly clock: Clock
  readonly signal?: AbortSignal
  /**
   * Makes the pause before a repeated call; a timer unless given. A sync passes its own to show the wait, tests to
   * skip it. Must reject when `signal` aborts.
   */
  readonly wait?: (ms: number, signal: AbortSignal | undefined) => Promise<void>
}

/** Everything of {@link Validation} but the two fields the caller measures. */
export type ValidationResult = Omit<Validation, 'testedAt' | 'durationMs'>

export interface RemoteKeyPage {
  readonly items: readonly {
    readonly remoteId: string
    readonly name: string | null
    readonly redacted: string | null
    readonly project: string | null
    readonly status: string | null
    readonly createdAt: number | null
    readonly lastUsedAt: number | null
  }[]
  readonly nextCursor: string | null
}

/** Whole UTC days: `from` is the first instant of the first day, `to` the first instant after the last one. */
export interface UsageWindow {
  readonly from: number
  readonly to: number
}

export interface UsageChain {
  /** Stable name of the report within the provider ("usage/completions", "costs"). */
  readonly report: string
  /**
   * Everything the page token is bound to (path, range, grouping, width) as one string. A stored position is
   * used again only if this is the same.
   */
  readonly identity: string
  /**
   * The days this report can say anything about. Often the whole window; less where a provider forgets after a month
   * or only counts today. Days outside stay unknown, they are not days without usage.
   */
  readonly speaksFor: UsageWindow
  /** How many pages there will be, as far as can be known before asking. */
  readonly expectedPages: number | null
  /** A chain that may fail without failing the sync (a report some plans lack). Its problem is kept as a note. */
  readonly optional: boolean
  fetch(pageToken: string | null, context: CallContext): Promise<UsagePage>
}

export interface UsagePage {
  readonly facts: readonly UsageFact[]
  /**
   * Days for which the answer says something, even if "nothing yet". A day counts as read when every report that
   * speaks for it has given its bucket.
   */
  readonly buckets: readonly number[]
  /**
   * Days on which everything the report said before is out of date, with or without facts of this page: a running
   * counter, whose newest reading takes the place of earlier ones.
   */
  readonly replaces?: UsageWindow
  readonly nextToken: string | null
}

/**
 * What one provider says about one day and one combination of dimensions. A dimension the report does not
 * break down by is null; so is a figure it does not give. Null is "not said", never zero.
 */
export interface UsageFact {
  /** First instant of the UTC day. */
  readonly day: number
  /** The provider's id of the key. */
  readonly remoteKeyId: string | null
  readonly project: string | null
  readonly model: string | null
  /** What the money is for, in the provider's words ("gpt-x, input"). */
  readonly lineItem: string | null
  readonly requests: number | null
  readonly inputTokens: number | null
  readonly outputTokens: number | null
  readonly cachedInputTokens: number | null
  /** Nanos of the main unit, see `shared/money.ts`. */
  readonly costNanos: bigint | null
  /** ISO 4217, upper case; null when there is no cost. */
  readonly currency: string | null
  readonly provenance: Provenance
}

/** A call failed in a way the operator should read about. `retryable` failures were already retried. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError'
  readonly problem: ProblemData
  /** The class of failure, in the words of a validation, for the diagnostics cards. */
  readonly outcome: Validation['outcome']

  constructor(outcome: Validation['outcome'], problem: ProblemData, options?: ErrorOptions) {
    super(problem.message, options)
    this.outcome = outcome
    this.problem = problem
  }
}
