import { type CaptureVerdict, captureVerdictSchema } from '../../shared/contract/captures.ts'
import { receiverLimits } from '../../shared/limits.ts'
import { facetWord } from './search-words.ts'

/** How the index writes a verdict: its place in the contract. */
export const verdictCodes: readonly CaptureVerdict[] = captureVerdictSchema.options

export function verdictCode(verdict: CaptureVerdict): number {
  return verdictCodes.indexOf(verdict)
}

/** What a request can be filtered by through the full-text index. Numbers of words are those of the index. */
export interface FacetFacts {
  readonly endpointId: number
  readonly methodWord: number
  readonly status: number | null
  /** See {@link verdictCodes}. */
  readonly verdict: number
  readonly typeWord: number | null
  readonly bytes: number
  readonly duplicate: boolean
  readonly drift: boolean
}

/** Words are numbered from 1. */
export const NO_TYPE = 0

/** Facets are words of the document too, so every mix of filters and words is answered by one index. */
export function facetsOf(facts: FacetFacts): string {
  const words = [
    facetWord('e', facts.endpointId),
    facetWord('m', facts.methodWord),
    facetWord('v', facts.verdict),
    facetWord('b', sizeClass(facts.bytes)),
  ]
  if (facts.status !== null) {
    words.push(facetWord('s', Math.floor(facts.status / 100)))
    words.push(facetWord('s', Math.floor(facts.status / 10)))
    words.push(facetWord('s', facts.status))
  }
  words.push(
    facetWord('t', facts.typeWord ?? NO_TYPE),
    facetWord('d', facts.duplicate ? 1 : 0),
    facetWord('c', facts.drift ? 1 : 0),
  )
  return words.join(' ')
}

/** Sizes in classes, 16 to each doubling: each number to 31 by itself, then 32 to 33, 34 to 35 … 64 to 67, 68 to 71 … */
export function sizeClass(bytes: number): number {
  if (bytes < 32) return bytes
  const doublings = Math.floor(Math.log2(bytes))
  return 16 * (doublings - 4) + Math.floor(bytes / 2 ** (doublings - 4))
}

/** Highest class a body can be in. */
export const LAST_SIZE_CLASS = sizeClass(receiverLimits.maxBody)
