import type { KeyKind, ProviderId } from '../providers.ts'

/**
 * One known form of key. The forms are consolidated from the vendors' own samples and the rules of the secret
 * scanners gitleaks, trufflehog and secretlint. A form is only ever a hint: providers change theirs without notice.
 */
export interface KeyForm {
  readonly id: string
  readonly provider: ProviderId
  readonly kind: KeyKind
  /** The part that says what it is and is no secret; null if it has none of its own. Shown by the mask. */
  readonly prefix: RegExp | null
  /** The whole key. Every quantifier works on one class that excludes what follows it, so matching is linear. */
  readonly shape: RegExp
  readonly confidence: 'strong' | 'medium' | 'weak'
  /** Too common a form to mean anything by itself: counts only when a variable name says the provider. */
  readonly onlyByName?: true
  readonly note?: string
}

const sharedGoogleForm =
  'Google keys for Maps and other services look the same. A test shows whether Gemini is enabled for this one.'

/** In the order in which they are tried: the first whose shape fits counts. */
export const keyForms: readonly KeyForm[] = [
  {
    id: '1',
    provider: 'anthropic',
    kind: 'admin',
    prefix: /^sk-ant-admin\d{2}-/,
    shape: /^sk-ant-admin\d{2}-[\w-]{80,130}$/,
    confidence: 'strong',
  },
  {
    id: '2',
    provider: 'anthropic',
    kind: 'standard',
    prefix: /^sk-ant-api\d{2}-/,
    shape: /^sk-ant-api\d{2}-[\w-]{80,130}$/,
    confidence: 'strong',
  },
  {
    id: '3',
    provider: 'anthropic',
    kind: 'oauth-token',
    prefix: /^sk-ant-oat\d{2}-/,
    shape: /^sk-ant-oat\d{2}-/,
    confidence: 'strong',
    note: 'This is an access token of a subscription, not an API key. It expires.',
  },
  {
    id: '3b',
    provider: 'anthropic',
    kind: 'oauth-token',
    prefix: /^sk-ant-(?:ort|sid)\d{2}-/,
    shape: /^sk-ant-(?:ort|sid)\d{2}-/,
    confidence: 'medium',
    note: 'This seems to be a refresh token or a browser session, not an API key.',
  },
  {
    id: '4',
    provider: 'openrouter',
    kind: 'standard',
    prefix: /^sk-or-v\d{1,2}-/,
    shape: /^sk-or-v\d{1,2}-[0-9a-f]{64}$/,
    confidence: 'strong',
    note: 'Management keys of OpenRouter look the same. A test tells them apart.',
  },
  {
    id: '5',
    provider: 'openai',
    kind: 'admin',
    prefix: /^sk-admin-/,
    shape: /^sk-admin-[\w-]{40,160}$/,
    confidence: 'strong',
  },
  {
    id: '6',
    provider: 'openai',
    kind: 'project',
    prefix: /^sk-proj-/,
    shape: /^sk-proj-[\w-]{40,180}$/,
    confidence: 'strong',
  },
  {
    id: '7',
    provider: 'openai',
    kind: 'service-account',
    prefix: /^sk-(?:svcacct|service)-/,
    shape: /^sk-(?:svcacct|service)-[\w-]{40,180}$/,
    confidence: 'strong',
  },
  {
    id: '8',
    provider: 'openai',
    kind: 'legacy',
    prefix: /^sk-None-/,
    shape: /^sk-None-[A-Za-z0-9]{48}$/,
    confidence: 'strong',
  },
  {
    id: '9',
    provider: 'openai',
    kind: 'legacy',
    prefix: null,
    shape: /^sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}$/,
    confidence: 'strong',
  },
  {
    id: '10',
    provider: 'stripe',
    kind: 'standard',
    prefix: /^sk_(?:live|test|prod)_/,
    shape: /^sk_(?:live|test|prod)_[A-Za-z0-9]{10,247}$/,
    confidence: 'strong',
  },
  {
    id: '11',
    provider: 'stripe',
    kind: 'restricted',
    prefix: /^rk(?:cs)?_(?:live|test|prod)_/,
    shape: /^rk(?:cs)?_(?:live|test|prod)_[A-Za-z0-9]{10,247}$/,
    confidence: 'strong',
  },
  {
    id: '12',
    provider: 'stripe',
    kind: 'publishable',
    prefix: /^pk_(?:live|test)_/,
    shape: /^pk_(?:live|test)_/,
    confidence: 'strong',
    note: 'Publishable keys are meant to be public.',
  },
  {
    id: '13',
    provider: 'stripe',
    kind: 'signing-secret',
    prefix: /^whsec_/,
    shape: /^whsec_[A-Za-z0-9+/=_-]{16,}$/,
    confidence: 'weak',
    note: 'Stripe, Svix and every service that follows Standard Webhooks use this form. Check the provider.',
  },
  {
    id: '13',
    provider: 'custom',
    kind: 'signing-secret',
    prefix: /^wh(?:sk|pk)_/,
    shape: /^wh(?:sk|pk)_[A-Za-z0-9+/=_-]{16,}$/,
    confidence: 'medium',
  },
  {
    id: '14',
    provider: 'elevenlabs',
    kind: 'standard',
    prefix: /^sk_/,
    shape: /^sk_[0-9a-f]{48}$/,
    confidence: 'strong',
  },
  {
    id: '14b',
    provider: 'elevenlabs',
    kind: 'standard',
    prefix: null,
    shape: /^[0-9a-f]{32}$/,
    confidence: 'medium',
    onlyByName: true,
  },
  {
    id: '15',
    provider: 'deepseek',
    kind: 'standard',
    prefix: null,
    shape: /^sk-[a-z0-9]{32}$/,
    confidence: 'weak',
    note: 'Many providers use this form. Check the provider.',
  },
  {
    id: '16',
    provider: 'xai',
    kind: 'standard',
    prefix: /^xai-/,
    shape: /^xai-[0-9A-Za-z_]{60,120}$/,
    confidence: 'strong',
  },
  {
    id: '17',
    provider: 'groq',
    kind: 'standard',
    prefix: /^gsk_/,
    shape: /^gsk_[A-Za-z0-9]{52}$/,
    confidence: 'strong',
  },
  {
    id: '18',
    provider: 'perplexity',
    kind: 'standard',
    prefix: /^pplx-/,
    shape: /^pplx-[A-Za-z0-9]{48}$/,
    confidence: 'strong',
  },
  {
    id: '19',
    provider: 'gemini',
    kind: 'standard',
    prefix: /^AIza/,
    shape: /^AIza[\w-]{35}$/,
    confidence: 'medium',
    note: sharedGoogleForm,
  },
  {
    id: '20',
    provider: 'gemini',
    kind: 'standard',
    prefix: /^AQ\./,
    shape: /^AQ\.[\w-]{20,}$/,
    confidence: 'medium',
  },
  {
    id: '21',
    provider: 'brave',
    kind: 'standard',
    prefix: /^BSA/,
    shape: /^BSA[\w-]{20,40}$/,
    confidence: 'medium',
  },
  {
    id: '22',
    provider: 'github',
    kind: 'standard',
    prefix: /^ghp_/,
    shape: /^ghp_[A-Za-z0-9]{36,251}$/,
    confidence: 'strong',
  },
  {
    id: '23',
    provider: 'github',
    kind: 'oauth-token',
    prefix: /^gh[our]_/,
    shape: /^gh[our]_[A-Za-z0-9]{36,251}$/,
    confidence: 'strong',
  },
  {
    id: '24',
    provider: 'github',
    kind: 'oauth-token',
    prefix: /^ghs_/,
    shape: /^ghs_(?:[A-Za-z0-9]{36}|\d{1,20}_[\w-]+\.[\w-]+\.[\w-]+)$/,
    confidence: 'strong',
    note: 'Tokens of an app installation expire after an hour.',
  },
  {
    id: '25',
    provider: 'github',
    kind: 'standard',
    prefix: /^github_pat_/,
    shape: /^github_pat_\w{82}$/,
    confidence: 'strong',
  },
  {
    id: '26',
    provider: 'github',
    kind: 'standard',
    prefix: null,
    shape: /^[0-9a-f]{40}$/,
    confidence: 'medium',
    onlyByName: true,
  },
  {
    id: '27',
    provider: 'cohere',
    kind: 'standard',
    prefix: null,
    shape: /^[A-Za-z0-9]{40}$/,
    confidence: 'medium',
    onlyByName: true,
  },
  {
    id: '28',
    provider: 'mistral',
    kind: 'standard',
    prefix: null,
    shape: /^[A-Za-z0-9]{32}$/,
    confidence: 'medium',
    onlyByName: true,
  },
]

/** A prefix that says the provider whatever follows it. */
export interface KeyFamily {
  readonly prefix: RegExp
  readonly provider: ProviderId
  readonly kind: KeyKind
  readonly note: string
}

const sharedPrefix = 'Several providers use keys that begin with "sk-". Check the provider.'

export const keyFamilies: readonly KeyFamily[] = [
  {
    prefix: /^sk-ant-/,
    provider: 'anthropic',
    kind: 'standard',
    note: 'This is no form of Anthropic key known so far.',
  },
  {
    prefix: /^sk-or-/,
    provider: 'openrouter',
    kind: 'standard',
    note: 'This is no form of OpenRouter key known so far.',
  },
  { prefix: /^rkcs_/, provider: 'stripe', kind: 'restricted', note: 'This is no form of Stripe key known so far.' },
  { prefix: /^sk-/, provider: 'openai', kind: 'legacy', note: sharedPrefix },
]

/** Bearer tokens that people paste for keys. They can be kept, but they run out within hours. */
export const accessTokens: readonly { readonly prefix: RegExp; readonly note: string }[] = [
  { prefix: /^ya29\./, note: 'This is a Google access token, not an API key. It expires within an hour.' },
  { prefix: /^eyJ/, note: 'This is a signed access token (JWT), not an API key. It probably expires soon.' },
]
