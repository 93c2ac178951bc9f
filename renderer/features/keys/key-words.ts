import type { ProviderKey } from '../../../shared/contract/keys.ts'
import {
  type KeyKind,
  keyKinds,
  linkableKinds,
  type ProviderId,
  providerIds,
  providerInfo,
} from '../../../shared/providers.ts'
import { kindLabel } from '../../ui/kind-label.ts'

export const kindOptions = keyKinds.map((kind) => ({ value: kind, label: kindLabel(kind) }))

export const providerOptions = providerIds.map((provider) => ({
  value: provider,
  label: provider === 'custom' ? 'Custom (any other)' : providerInfo(provider).name,
}))

export type Environment = NonNullable<ProviderKey['environment']>

export const environmentOptions: readonly { value: Environment; label: string }[] = [
  { value: 'production', label: 'Production' },
  { value: 'staging', label: 'Staging' },
  { value: 'development', label: 'Development' },
]

/** Whether a key of this provider and kind may be associated with an admin key. */
export function isLinkable(provider: ProviderId, kind: KeyKind): boolean {
  return providerInfo(provider).hasAdminKeys && linkableKinds.includes(kind)
}

/** A name to begin with: the variable it came from says most, then provider and kind. */
export function suggestName(provider: ProviderId, kind: KeyKind, variableName: string | null): string {
  if (provider === 'custom') return variableName ?? ''
  const plain: readonly KeyKind[] = ['unknown', 'standard']
  const word = plain.includes(kind) ? 'key' : `${kindLabel(kind).toLowerCase()} key`
  return `${providerInfo(provider).name} ${word.replace('secret key', 'secret').replace('token key', 'token').replace('oauth', 'OAuth')}`
}
