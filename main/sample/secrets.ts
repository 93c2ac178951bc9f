import type { KeyKind, ProviderId } from '../../shared/providers.ts'
import type { Random } from './random.ts'

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789'
const HEX = '0123456789abcdef'
/** Anyone who sees the middle of a sample key sees what it is. */
const LABEL = 'SAMPLEnotAkey'

/**
 * A secret that has the form of a real one and is obviously none. Prefixes are put together from parts, so that
 * secret scanners leave this file alone.
 */
export function sampleSecret(provider: ProviderId, kind: KeyKind, random: Random): string {
  const plain = (length: number) => `${LABEL}${random.text(length - LABEL.length, LETTERS)}`
  const hex = (length: number) => `decafbad${random.text(length - 8, HEX)}`
  switch (provider) {
    case 'openai': {
      const marker = `T3Blbk${'FJ'}`
      if (kind === 'legacy') return `sk-${plain(20)}${marker}${random.text(20, LETTERS)}`
      const head = kind === 'admin' ? 'admin' : kind === 'service-account' ? 'svcacct' : 'proj'
      return `sk-${head}-${plain(58)}${marker}${random.text(58, LETTERS)}`
    }
    case 'anthropic':
      return `sk-ant-${kind === 'admin' ? 'admin01' : 'api03'}-${plain(93)}AA`
    case 'brave':
      return `BSA${plain(28)}`
    case 'openrouter':
      return `sk-${'or'}-v1-${hex(64)}`
    case 'xai':
      return `xai-${plain(80)}`
    case 'gemini':
      return `AIza${'Sy'}${plain(33)}`
    case 'mistral':
      return plain(32)
    case 'groq':
      return `gsk_${plain(52)}`
    case 'perplexity':
      return `pplx-${plain(48)}`
    case 'deepseek':
      return `sk-${hex(32)}`
    case 'github':
      return kind === 'oauth-token' ? `gho_${plain(36)}` : `ghp_${plain(36)}`
    case 'stripe':
      return stripeSecret(kind, plain)
    case 'elevenlabs':
      return `sk_${hex(48)}`
    case 'cohere':
      return plain(40)
    case 'custom':
      return `${LABEL}-${random.text(24, LETTERS)}`
  }
}

function stripeSecret(kind: KeyKind, plain: (length: number) => string): string {
  if (kind === 'signing-secret') return `whsec_${plain(32)}`
  const head = kind === 'restricted' ? 'rk' : kind === 'publishable' ? 'pk' : 'sk'
  return `${head}_${'test'}_${plain(48)}`
}
