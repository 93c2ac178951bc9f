/** What Keyhold can do with a provider, as data. Screens and domains ask these flags, never a provider's name. */
export interface ProviderCapabilities {
  /** A call exists that tells whether a key works. */
  readonly validate: boolean
  /** Requests and tokens can be read back; `admin` means only with an admin or management key. */
  readonly usage: 'none' | 'own' | 'admin'
  readonly cost: 'none' | 'own' | 'admin'
  readonly listKeys: 'none' | 'admin'
  readonly balance: boolean
  /** Answers carry rate-limit headers that Keyhold reads. */
  readonly rateLimits: boolean
}

export interface ProviderInfo {
  readonly name: string
  readonly consoleUrl: string | null
  readonly defaultBaseUrl: string | null
  /** Whether the provider tells admin (management) keys from the keys of projects. */
  readonly hasAdminKeys: boolean
  readonly capabilities: ProviderCapabilities
  /** Names of environment variables that usually hold a key of this provider, upper case. */
  readonly envNames: readonly string[]
  /** One fixed colour per provider for charts, as a Mantine colour name and shade. */
  readonly color: string
}

const validateOnly: ProviderCapabilities = {
  validate: true,
  usage: 'none',
  cost: 'none',
  listKeys: 'none',
  balance: false,
  rateLimits: false,
}

/** The providers Keyhold knows. `custom` stores any other string and can do nothing with it. */
export const providers = {
  openai: {
    name: 'OpenAI',
    consoleUrl: 'https://platform.openai.com/api-keys',
    defaultBaseUrl: 'https://api.openai.com/v1',
    hasAdminKeys: true,
    capabilities: { ...validateOnly, usage: 'admin', cost: 'admin', listKeys: 'admin', rateLimits: true },
    envNames: ['OPENAI_API_KEY', 'OPENAI_ADMIN_KEY'],
    color: 'teal.7',
  },
  anthropic: {
    name: 'Anthropic',
    consoleUrl: 'https://platform.claude.com/settings/keys',
    defaultBaseUrl: 'https://api.anthropic.com/v1',
    hasAdminKeys: true,
    capabilities: { ...validateOnly, usage: 'admin', cost: 'admin', listKeys: 'admin', rateLimits: true },
    envNames: ['ANTHROPIC_API_KEY', 'ANTHROPIC_ADMIN_KEY', 'ANTHROPIC_ADMIN_API_KEY'],
    color: 'orange.7',
  },
  brave: {
    name: 'Brave Search',
    consoleUrl: 'https://api-dashboard.search.brave.com/app/keys',
    defaultBaseUrl: 'https://api.search.brave.com/res/v1',
    hasAdminKeys: false,
    capabilities: { ...validateOnly, usage: 'own', rateLimits: true },
    envNames: ['BRAVE_API_KEY', 'BRAVE_SEARCH_API_KEY'],
    color: 'red.7',
  },
  openrouter: {
    name: 'OpenRouter',
    consoleUrl: 'https://openrouter.ai/settings/keys',
    defaultBaseUrl: 'https://openrouter.ai/api/v1',
    hasAdminKeys: true,
    capabilities: { validate: true, usage: 'own', cost: 'own', listKeys: 'admin', balance: true, rateLimits: true },
    envNames: ['OPENROUTER_API_KEY'],
    color: 'indigo.6',
  },
  xai: {
    name: 'xAI',
    consoleUrl: 'https://console.x.ai',
    defaultBaseUrl: 'https://api.x.ai/v1',
    hasAdminKeys: false,
    capabilities: validateOnly,
    envNames: ['XAI_API_KEY', 'XAI_MANAGEMENT_API_KEY'],
    color: 'gray.7',
  },
  gemini: {
    name: 'Google Gemini',
    consoleUrl: 'https://aistudio.google.com/app/apikey',
    defaultBaseUrl: 'https://generativelanguage.googleapis.com/v1',
    hasAdminKeys: false,
    capabilities: validateOnly,
    envNames: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    color: 'blue.6',
  },
  mistral: {
    name: 'Mistral',
    consoleUrl: 'https://console.mistral.ai/api-keys',
    defaultBaseUrl: 'https://api.mistral.ai/v1',
    hasAdminKeys: false,
    capabilities: { ...validateOnly, rateLimits: true },
    envNames: ['MISTRAL_API_KEY'],
    color: 'yellow.8',
  },
  groq: {
    name: 'Groq',
    consoleUrl: 'https://console.groq.com/keys',
    defaultBaseUrl: 'https://api.groq.com/openai/v1',
    hasAdminKeys: false,
    capabilities: { ...validateOnly, rateLimits: true },
    envNames: ['GROQ_API_KEY'],
    color: 'pink.7',
  },
  perplexity: {
    name: 'Perplexity',
    consoleUrl: 'https://www.perplexity.ai/settings/api',
    defaultBaseUrl: 'https://api.perplexity.ai',
    hasAdminKeys: false,
    capabilities: validateOnly,
    envNames: ['PERPLEXITY_API_KEY', 'PPLX_API_KEY'],
    color: 'cyan.8',
  },
  deepseek: {
    name: 'DeepSeek',
    consoleUrl: 'https://platform.deepseek.com/api_keys',
    defaultBaseUrl: 'https://api.deepseek.com',
    hasAdminKeys: false,
    capabilities: { ...validateOnly, balance: true },
    envNames: ['DEEPSEEK_API_KEY'],
    color: 'violet.6',
  },
  github: {
    name: 'GitHub',
    consoleUrl: 'https://github.com/settings/tokens',
    defaultBaseUrl: 'https://api.github.com',
    hasAdminKeys: false,
    capabilities: { ...validateOnly, rateLimits: true },
    envNames: ['GITHUB_TOKEN', 'GH_TOKEN', 'GITHUB_PAT'],
    color: 'dark.4',
  },
  stripe: {
    name: 'Stripe',
    consoleUrl: 'https://dashboard.stripe.com/apikeys',
    defaultBaseUrl: 'https://api.stripe.com/v1',
    hasAdminKeys: false,
    capabilities: { ...validateOnly, balance: true },
    envNames: ['STRIPE_SECRET_KEY', 'STRIPE_API_KEY', 'STRIPE_PUBLISHABLE_KEY', 'STRIPE_WEBHOOK_SECRET'],
    color: 'grape.6',
  },
  elevenlabs: {
    name: 'ElevenLabs',
    consoleUrl: 'https://elevenlabs.io/app/settings/api-keys',
    defaultBaseUrl: 'https://api.elevenlabs.io/v1',
    hasAdminKeys: false,
    capabilities: { ...validateOnly, balance: true },
    envNames: ['ELEVENLABS_API_KEY', 'XI_API_KEY'],
    color: 'lime.8',
  },
  cohere: {
    name: 'Cohere',
    consoleUrl: 'https://dashboard.cohere.com/api-keys',
    defaultBaseUrl: 'https://api.cohere.com/v1',
    hasAdminKeys: false,
    capabilities: validateOnly,
    envNames: ['CO_API_KEY', 'COHERE_API_KEY'],
    color: 'green.7',
  },
  custom: {
    name: 'Custom',
    consoleUrl: null,
    defaultBaseUrl: null,
    hasAdminKeys: false,
    capabilities: { ...validateOnly, validate: false },
    envNames: [],
    color: 'gray.5',
  },
} as const satisfies Record<string, ProviderInfo>

export type ProviderId = keyof typeof providers

export const providerIds = Object.keys(providers) as [ProviderId, ...ProviderId[]]

/** The provider's data under its general type: use this where the code is the same for every provider. */
export function providerInfo(id: ProviderId): ProviderInfo {
  return providers[id]
}

/**
 * Kinds of key. `project` is the default, as in the older dashboard; `legacy` (OpenAI `sk-…`) and
 * `service-account` are project keys with another shape and may be linked to an admin key just like them.
 */
export const keyKinds = [
  'project',
  'admin',
  'legacy',
  'service-account',
  'standard',
  'restricted',
  'publishable',
  'signing-secret',
  'oauth-token',
  'unknown',
] as const
export type KeyKind = (typeof keyKinds)[number]

/** Kinds that may be associated with an admin key of the same provider. */
export const linkableKinds: readonly KeyKind[] = ['project', 'legacy', 'service-account', 'standard']

/** What a test of a key can find. The body of the answer decides, never the status alone. */
export const validationOutcomes = [
  'valid',
  'valid_limited',
  'invalid',
  'blocked',
  'no_credit',
  'spend_limit',
  'rate_limited',
  'wrong_kind',
  'unknown',
] as const
export type ValidationOutcome = (typeof validationOutcomes)[number]

/** Whether the provider accepted the key itself. `rate_limited` and `unknown` leave it open, so they do not count. */
export const acceptsKey: Readonly<Record<ValidationOutcome, boolean>> = {
  valid: true,
  valid_limited: true,
  no_credit: true,
  spend_limit: true,
  invalid: false,
  blocked: false,
  rate_limited: false,
  wrong_kind: false,
  unknown: false,
}
