import type { KeyKind } from '../../shared/providers.ts'

const kindLabels: Record<KeyKind, string> = {
  project: 'Project',
  admin: 'Admin',
  legacy: 'Legacy',
  'service-account': 'Service account',
  standard: 'Standard',
  restricted: 'Restricted',
  publishable: 'Publishable',
  'signing-secret': 'Signing secret',
  'oauth-token': 'OAuth token',
  unknown: 'Unknown',
}

/** A kind of key in one or two words. */
export function kindLabel(kind: KeyKind): string {
  return kindLabels[kind]
}
