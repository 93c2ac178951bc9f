import { keyBody } from '../server.ts'

function key(kind: string, label: string): string {
  return `sk-ant-${kind}-${keyBody(`anthropic-${label}`, 93)}AA`
}

/** One key per situation, each answered in the same way on every call. */
export const anthropicKeys = {
  /** May read the organization, its keys, usage and costs; cannot list models. */
  admin: key('admin01', 'admin'),
  /** Refused with 403 on the usage and cost reports. */
  adminWithoutReports: key('admin01', 'admin-without-reports'),
  revokedAdmin: key('admin01', 'revoked-admin'),
  standard: key('api03', 'standard'),
  oauth: `sk-ant-oat01-${keyBody('anthropic-oauth', 80)}`,
  revoked: key('api03', 'revoked'),
  noCredit: key('api03', 'no-credit'),
  spendLimit: key('api03', 'spend-limit'),
  billing: key('api03', 'billing'),
  noPermission: key('api03', 'no-permission'),
  notFound: key('api03', 'not-found'),
  rateLimited: key('api03', 'rate-limited'),
  /** 429 without `retry-after`: the monthly cap. */
  tierCap: key('api03', 'tier-cap'),
  badRequest: key('api03', 'bad-request'),
  overloaded: key('api03', 'overloaded'),
} as const

export type AnthropicKeys = typeof anthropicKeys
export type AnthropicKeyName = keyof AnthropicKeys
