import type { KeyKind, ProviderId } from '../../shared/providers.ts'

/** Built from parts, so that no secret scanner takes them for real ones. */
export const fill = (length: number, alphabet = 'aB3dE5gH7j') =>
  alphabet.repeat(Math.ceil(length / alphabet.length)).slice(0, length)
export const hex = (length: number) => fill(length, '0123456789abcdef')
export const lower = (length: number) => fill(length, 'a1b2c3d4')
const marker = 'T3Blbk' + 'FJ'

export interface Sample {
  readonly rule: string
  readonly value: string
  readonly provider: ProviderId
  readonly kind: KeyKind
  readonly head: string
  readonly name?: string
}

export const samples: readonly Sample[] = [
  {
    rule: '1',
    value: `sk-ant-${'admin01'}-${fill(93)}AA`,
    provider: 'anthropic',
    kind: 'admin',
    head: 'sk-ant-admin01-',
  },
  {
    rule: '2',
    value: `sk-ant-${'api03'}-${fill(93)}AA`,
    provider: 'anthropic',
    kind: 'standard',
    head: 'sk-ant-api03-',
  },
  {
    rule: '3',
    value: `sk-ant-${'oat01'}-${fill(60)}`,
    provider: 'anthropic',
    kind: 'oauth-token',
    head: 'sk-ant-oat01-',
  },
  {
    rule: '3b',
    value: `sk-ant-${'ort01'}-${fill(60)}`,
    provider: 'anthropic',
    kind: 'oauth-token',
    head: 'sk-ant-ort01-',
  },
  {
    rule: '3b',
    value: `sk-ant-${'sid01'}-${fill(60)}`,
    provider: 'anthropic',
    kind: 'oauth-token',
    head: 'sk-ant-sid01-',
  },
  { rule: '4', value: `sk-${'or'}-v1-${hex(64)}`, provider: 'openrouter', kind: 'standard', head: 'sk-or-v1-' },
  {
    rule: '5',
    value: `sk-${'admin'}-${fill(58)}${marker}${fill(58)}`,
    provider: 'openai',
    kind: 'admin',
    head: 'sk-admin-',
  },
  {
    rule: '6',
    value: `sk-${'proj'}-${fill(74)}${marker}${fill(74)}`,
    provider: 'openai',
    kind: 'project',
    head: 'sk-proj-',
  },
  {
    rule: '7',
    value: `sk-${'svcacct'}-${fill(74)}${marker}${fill(74)}`,
    provider: 'openai',
    kind: 'service-account',
    head: 'sk-svcacct-',
  },
  {
    rule: '7',
    value: `sk-${'service'}-${fill(58)}${marker}${fill(58)}`,
    provider: 'openai',
    kind: 'service-account',
    head: 'sk-service-',
  },
  {
    rule: '8',
    value: `sk-${'None'}-${fill(20)}${marker}${fill(20)}`,
    provider: 'openai',
    kind: 'legacy',
    head: 'sk-None-',
  },
  { rule: '9', value: `sk-${fill(20)}${marker}${fill(20)}`, provider: 'openai', kind: 'legacy', head: 'sk-' },
  { rule: '10', value: `sk_${'live'}_${fill(99)}`, provider: 'stripe', kind: 'standard', head: 'sk_live_' },
  { rule: '10', value: `sk_${'test'}_${fill(24)}`, provider: 'stripe', kind: 'standard', head: 'sk_test_' },
  { rule: '11', value: `rk_${'live'}_${fill(99)}`, provider: 'stripe', kind: 'restricted', head: 'rk_live_' },
  { rule: '11', value: `rkcs_${'test'}_${fill(30)}`, provider: 'stripe', kind: 'restricted', head: 'rkcs_test_' },
  { rule: '12', value: `pk_${'live'}_${fill(24)}`, provider: 'stripe', kind: 'publishable', head: 'pk_live_' },
  { rule: '13', value: `whsec_${fill(32)}`, provider: 'stripe', kind: 'signing-secret', head: 'whsec_' },
  {
    rule: '13',
    value: `whsec_${fill(32)}`,
    provider: 'custom',
    kind: 'signing-secret',
    head: 'whsec_',
    name: 'SVIX_SECRET',
  },
  { rule: '13', value: `whsk_${fill(32)}`, provider: 'custom', kind: 'signing-secret', head: 'whsk_' },
  { rule: '14', value: `sk_${hex(48)}`, provider: 'elevenlabs', kind: 'standard', head: 'sk_' },
  { rule: '14b', value: hex(32), provider: 'elevenlabs', kind: 'standard', head: '', name: 'XI_API_KEY' },
  { rule: '15', value: `sk-${lower(32)}`, provider: 'deepseek', kind: 'standard', head: 'sk-' },
  { rule: '16', value: `xai-${fill(80)}`, provider: 'xai', kind: 'standard', head: 'xai-' },
  {
    rule: '16',
    value: `xai-${fill(80)}`,
    provider: 'xai',
    kind: 'admin',
    head: 'xai-',
    name: 'XAI_MANAGEMENT_API_KEY',
  },
  { rule: '17', value: `gsk_${fill(52)}`, provider: 'groq', kind: 'standard', head: 'gsk_' },
  { rule: '18', value: `pplx-${fill(48)}`, provider: 'perplexity', kind: 'standard', head: 'pplx-' },
  { rule: '19', value: `AIza${'Sy'}${fill(33)}`, provider: 'gemini', kind: 'standard', head: 'AIza' },
  { rule: '20', value: `AQ.${'Ab8'}${fill(40)}`, provider: 'gemini', kind: 'standard', head: 'AQ.' },
  { rule: '21', value: `BSA${fill(28)}`, provider: 'brave', kind: 'standard', head: 'BSA' },
  { rule: '22', value: `ghp_${fill(36)}`, provider: 'github', kind: 'standard', head: 'ghp_' },
  { rule: '23', value: `gho_${fill(36)}`, provider: 'github', kind: 'oauth-token', head: 'gho_' },
  { rule: '23', value: `ghu_${fill(36)}`, provider: 'github', kind: 'oauth-token', head: 'ghu_' },
  { rule: '23', value: `ghr_${fill(36)}`, provider: 'github', kind: 'oauth-token', head: 'ghr_' },
  { rule: '24', value: `ghs_${fill(36)}`, provider: 'github', kind: 'oauth-token', head: 'ghs_' },
  {
    rule: '24',
    value: `ghs_1234567_${'ey'}${fill(40)}.${fill(300)}.${fill(80)}`,
    provider: 'github',
    kind: 'oauth-token',
    head: 'ghs_',
  },
  { rule: '25', value: `github_${'pat'}_${fill(82)}`, provider: 'github', kind: 'standard', head: 'github_pat_' },
  { rule: '26', value: hex(40), provider: 'github', kind: 'standard', head: '', name: 'GITHUB_TOKEN' },
  { rule: '27', value: fill(40), provider: 'cohere', kind: 'standard', head: '', name: 'CO_API_KEY' },
  { rule: '28', value: fill(32), provider: 'mistral', kind: 'standard', head: '', name: 'MISTRAL_API_KEY' },
]
