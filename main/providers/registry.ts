import type { ProviderId } from '../../shared/providers.ts'
import { anthropicAdapter } from './anthropic.ts'
import { braveAdapter } from './brave.ts'
import { cohereAdapter } from './cohere.ts'
import { deepseekAdapter } from './deepseek.ts'
import { elevenlabsAdapter } from './elevenlabs.ts'
import { geminiAdapter } from './gemini.ts'
import { githubAdapter } from './github.ts'
import { groqAdapter } from './groq.ts'
import { mistralAdapter } from './mistral.ts'
import { openaiAdapter } from './openai.ts'
import { openrouterAdapter } from './openrouter.ts'
import { perplexityAdapter } from './perplexity.ts'
import type { ProviderAdapter } from './provider.ts'
import { stripeAdapter } from './stripe.ts'
import { xaiAdapter } from './xai.ts'

/** The adapter of every provider that can be asked anything. `custom` has none. */
export const adapters: Readonly<Record<Exclude<ProviderId, 'custom'>, ProviderAdapter>> = {
  openai: openaiAdapter,
  anthropic: anthropicAdapter,
  brave: braveAdapter,
  openrouter: openrouterAdapter,
  xai: xaiAdapter,
  gemini: geminiAdapter,
  mistral: mistralAdapter,
  groq: groqAdapter,
  perplexity: perplexityAdapter,
  deepseek: deepseekAdapter,
  github: githubAdapter,
  stripe: stripeAdapter,
  elevenlabs: elevenlabsAdapter,
  cohere: cohereAdapter,
}
