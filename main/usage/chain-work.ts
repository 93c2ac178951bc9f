import type { Credential, UsageChain } from '../providers/provider.ts'
import type { Day } from './days.ts'
import type { Position } from './rows.ts'

/** One chain of a run, and what the chains of the run share. */
export interface ChainWork {
  readonly chain: UsageChain
  readonly position: Position | undefined
  readonly credential: Credential
  /** What the pages so far have told about, by chain. */
  readonly days: Map<UsageChain, SeenDays>
  /** When the first page of the run, or of the one it resumes, was read. */
  readonly readAt: number
  /** Fresh chains for the same window: chains remember the tokens they have seen. */
  readonly plan: () => UsageChain[]
}

interface SeenDays {
  /** Days whose earlier figures were replaced. */
  readonly replaced: Set<Day>
  /** Days whose bucket was there, with figures or without. */
  readonly answered: Set<Day>
}

/** What the pages up to a stored position have told about. */
export function seenDays(position: Position | undefined): SeenDays {
  return { replaced: new Set(position?.buckets), answered: new Set(position?.answered) }
}

/** Whether a stored position belongs to this chain. */
export function isOf(position: { readonly report: string; readonly identity: string }, chain: UsageChain): boolean {
  return position.report === chain.report && position.identity === chain.identity
}
