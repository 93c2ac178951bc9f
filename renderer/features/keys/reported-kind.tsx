import { Text } from '@mantine/core'
import { providerInfo } from '../../../shared/providers.ts'
import { kindLabel } from '../../ui/kind-label.ts'
import type { KeyValues } from './key-form-model.ts'
import type { CandidateTest } from './use-candidate-test.ts'

export interface ReportedKindProps {
  readonly tested: CandidateTest | null
  readonly values: Pick<KeyValues, 'provider' | 'kind'>
}

/** Says what the provider said about the kind: that it was taken over, or that it is not the one chosen by hand. */
export function ReportedKind({ tested, values }: ReportedKindProps) {
  const reported = tested?.result.reportedKind ?? null
  if (tested === null || (tested.kindSet === null && (reported === null || reported === values.kind))) return null
  const { name } = providerInfo(values.provider)
  return (
    <Text size="sm" data-reported-kind={tested.kindSet ?? reported}>
      {tested.kindSet !== null
        ? `${name} says that this is another kind of key, so the kind was set to “${kindLabel(tested.kindSet)}”.`
        : `${name} says that the kind of this key is “${kindLabel(reported ?? 'unknown')}”. You chose “${kindLabel(values.kind)}”.`}
    </Text>
  )
}
