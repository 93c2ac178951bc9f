import { keyBody } from '../server.ts'

const marker = ['T3Blb', 'kFJ'].join('')

function key(prefix: string, label: string): string {
  return `sk-${prefix}-${keyBody(`${label}-head`, 58)}${marker}${keyBody(`${label}-tail`, 58)}`
}

/** One key per situation. Each is answered in the same way on every call, except `flapping`. */
export const openAiKeys = {
  /** May read usage, costs, projects and keys; cannot list models. */
  admin: key('admin', 'admin'),
  /** An admin key without the scope for usage and costs. */
  adminWithoutUsage: key('admin', 'admin-without-usage'),
  project: key('proj', 'project'),
  serviceAccount: key('svcacct', 'service-account'),
  /** Works, but may not list models. */
  restricted: key('proj', 'restricted'),
  revoked: key('proj', 'revoked'),
  /** "Insufficient permissions" without a scope for the first two calls, as the gateway does now and then. */
  flapping: key('proj', 'flapping'),
  /** The same, for ever. */
  withoutPermission: key('proj', 'without-permission'),
  noCredit: key('proj', 'no-credit'),
  /** The older body for the same. */
  insufficientQuota: key('proj', 'insufficient-quota'),
  organizationLimit: key('proj', 'organization-limit'),
  projectLimit: key('proj', 'project-limit'),
  usageLimit: key('proj', 'usage-limit'),
  rateLimited: key('proj', 'rate-limited'),
  notMember: key('proj', 'not-member'),
  wrongIp: key('proj', 'wrong-ip'),
  wrongCountry: key('proj', 'wrong-country'),
  overloaded: key('proj', 'overloaded'),
} as const

export type OpenAiKeys = typeof openAiKeys
export type OpenAiKeyName = keyof OpenAiKeys
