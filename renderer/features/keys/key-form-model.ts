import type { Detection, ProviderKey } from '../../../shared/contract/keys.ts'
import type { KeyKind, ProviderId } from '../../../shared/providers.ts'
import { type Environment, isLinkable, suggestName } from './key-words.ts'

/** The fields of the form. The secret is none of them: it stays in its input element. */
export interface KeyValues {
  accountId: number | null
  provider: ProviderId
  kind: KeyKind
  name: string
  description: string
  adminKeyId: number | null
  environment: Environment | null
  tags: string[]
}

/** Which fields the operator has set by hand, so that a new finding does not overwrite them. */
export interface Touched {
  readonly provider: boolean
  readonly kind: boolean
  readonly name: boolean
}

/** What the form begins with. */
export function initialValues(key: ProviderKey | null, accountId: number | null): KeyValues {
  return {
    accountId: key?.accountId ?? accountId,
    provider: key?.provider ?? 'custom',
    kind: key?.kind ?? 'unknown',
    name: key?.name ?? '',
    description: key?.description ?? '',
    adminKeyId: key?.adminKeyId ?? null,
    environment: key?.environment ?? null,
    tags: key?.tags ?? [],
  }
}

/** The values after something was found out about the pasted key. */
export function withDetection(values: KeyValues, detection: Detection, touched: Touched): KeyValues {
  const provider = touched.provider ? values.provider : detection.provider
  const kind = touched.kind ? values.kind : detection.kind
  const name = touched.name ? values.name : suggestName(provider, kind, detection.variableName)
  return consistent({ ...values, provider, kind, name }, values)
}

/**
 * The values after the provider has said which kind the key has. A kind that the operator chose stays; a name that was
 * only suggested follows the kind.
 */
export function withReportedKind(values: KeyValues, reported: KeyKind | null, touched: Touched): KeyValues {
  if (reported === null || reported === values.kind || touched.kind) return values
  const wasSuggested = !touched.name && values.name === suggestName(values.provider, values.kind, null)
  const name = wasSuggested ? suggestName(values.provider, reported, null) : values.name
  return consistent({ ...values, kind: reported, name }, values)
}

/** Takes out a link to an admin key that the present provider or kind does not allow. */
export function consistent(values: KeyValues, before: KeyValues): KeyValues {
  const keepsLink = values.provider === before.provider && isLinkable(values.provider, values.kind)
  return keepsLink ? values : { ...values, adminKeyId: null }
}
