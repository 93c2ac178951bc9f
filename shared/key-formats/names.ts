import { type KeyKind, type ProviderId, providerIds, providerInfo } from '../providers.ts'

/** Words in a variable name that mean one provider, besides the exact names in `providers`. */
const words: Readonly<Record<string, ProviderId>> = {
  OPENAI: 'openai',
  ANTHROPIC: 'anthropic',
  CLAUDE: 'anthropic',
  BRAVE: 'brave',
  OPENROUTER: 'openrouter',
  XAI: 'xai',
  GROK: 'xai',
  GEMINI: 'gemini',
  MISTRAL: 'mistral',
  GROQ: 'groq',
  PERPLEXITY: 'perplexity',
  PPLX: 'perplexity',
  DEEPSEEK: 'deepseek',
  GITHUB: 'github',
  GH: 'github',
  STRIPE: 'stripe',
  ELEVENLABS: 'elevenlabs',
  COHERE: 'cohere',
}

const exactNames = new Map<string, ProviderId>(
  providerIds.flatMap((id) => providerInfo(id).envNames.map((name): [string, ProviderId] => [name, id])),
)

function wordsOf(name: string): string[] {
  return name.toUpperCase().split(/[^A-Z0-9]/)
}

/**
 * The provider a variable name speaks of (`OPENAI_API_KEY`, `VITE_MISTRAL_KEY`), or null. Azure gives out its own
 * keys for the models of others, so a name with AZURE in it means none of them.
 */
export function providerOfName(name: string): ProviderId | null {
  const exact = exactNames.get(name.toUpperCase())
  if (exact !== undefined) return exact
  const parts = wordsOf(name)
  if (parts.includes('AZURE')) return null
  for (const part of parts) {
    const provider = Object.hasOwn(words, part) ? words[part] : undefined
    if (provider !== undefined) return provider
  }
  return null
}

/** The kind a variable name speaks of for keys of this provider, or null if it does not say. */
export function kindOfName(provider: ProviderId, name: string): KeyKind | null {
  const parts = wordsOf(name)
  if (parts.includes('WEBHOOK') || parts.includes('SIGNING')) return 'signing-secret'
  if (provider === 'stripe' && (parts.includes('PUBLISHABLE') || parts.includes('PUBLIC'))) return 'publishable'
  const managed = providerInfo(provider).hasAdminKeys || provider === 'xai'
  const admin = parts.includes('ADMIN') || parts.includes('MANAGEMENT') || parts.includes('PROVISIONING')
  return managed && admin ? 'admin' : null
}

/** Whether a variable of this name usually holds a key: a known name, or one that ends in KEY, TOKEN or SECRET. */
export function isKeyName(name: string): boolean {
  if (exactNames.has(name.toUpperCase())) return true
  return /(?:^|[_-])(?:API_?KEY|KEY|TOKEN|SECRET|PAT)$/i.test(name) || /[a-z](?:Key|Token|Secret)$/.test(name)
}
