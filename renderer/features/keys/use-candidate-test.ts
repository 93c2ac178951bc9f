import { type RefObject, useCallback, useRef, useState } from 'react'
import type { Validation } from '../../../shared/contract/keys.ts'
import type { KeyKind } from '../../../shared/providers.ts'
import { client } from '../../app/api.ts'
import { type CancellableAction, useCancellable } from '../../ui/use-cancellable.ts'
import { type KeyValues, type Touched, withReportedKind } from './key-form-model.ts'

export interface CandidateTest {
  readonly result: Validation
  /** The kind that the provider's answer put in place of the one that was guessed, or null. */
  readonly kindSet: KeyKind | null
}

/**
 * Tests what is in the field before it is saved. The provider's word about the kind counts more than a guess, so
 * `onKind` is told of it unless the operator has chosen the kind. A result belongs to what was tested: `forget` it
 * when key, provider or kind are changed, also while the test is under way.
 */
export function useCandidateTest(
  field: RefObject<HTMLTextAreaElement | null>,
  onKind: (reported: KeyKind) => void,
): { tested: CandidateTest | null; test: CancellableAction<[KeyValues, Touched], unknown>; forget: () => void } {
  const [tested, setTested] = useState<CandidateTest | null>(null)
  const edition = useRef(0)
  const test = useCancellable(async (signal, values: KeyValues, touched: Touched) => {
    const mine = edition.current
    const secret = field.current?.value ?? ''
    const ask = (kind: KeyKind) => client.keys.testCandidate({ secret, provider: values.provider, kind }, { signal })
    const first = await ask(values.kind)
    const { kind } = withReportedKind(values, first.reportedKind, touched)
    const isOther = kind !== values.kind
    // "This is an admin key" is no fault of the key once it is listed as one.
    const result = isOther && first.outcome === 'wrong_kind' ? await ask(kind) : first
    if (edition.current !== mine) return
    setTested({ result, kindSet: isOther ? kind : null })
    if (isOther) onKind(kind)
  })
  const { clearError, cancel } = test
  const forget = useCallback(() => {
    edition.current += 1
    cancel()
    setTested(null)
    clearError()
  }, [clearError, cancel])
  return { tested, test, forget }
}
