import type { AccountFields } from '../../shared/contract/accounts.ts'
import { type KeyKind, type ProviderId, providerInfo, type ValidationOutcome } from '../../shared/providers.ts'
import type { ImportedKey } from '../keys/keys.ts'
import type { Random } from './random.ts'
import { sampleSecret } from './secrets.ts'

const DAY = 86_400_000
export const SAMPLE_ACCOUNTS = 60

const firstNames = [
  'Ada',
  'Bruno',
  'Chioma',
  'Daan',
  'Elif',
  'Farid',
  'Greta',
  'Hiro',
  'Ines',
  'Jonas',
  'Kavya',
  'Leila',
] as const
const lastNames = [
  'Albers',
  'Brandt',
  'Costa',
  'Dogan',
  'Eriksen',
  'Ferrara',
  'Garcia',
  'Haas',
  'Ito',
  'Janssen',
] as const
const organizations = [
  'Northwind Labs',
  'Harbour Analytics',
  'Tidewater Media',
  'Blue Heron Studio',
  'Quarry Systems',
  'Lantern Health',
  'Copperfield Retail',
  'Meridian Freight',
] as const
const purposes = [
  'production',
  'staging',
  'batch jobs',
  'chat support',
  'search',
  'evaluation',
  'notebooks',
  'mobile app',
  'data pipeline',
  'internal tools',
] as const
const tagChoices = ['billing', 'team-a', 'team-b', 'customer', 'experiment', 'shared', 'rotate-soon'] as const

/** Sixty owners, some without a name or organisation, all at addresses that can never be real. */
export function sampleAccounts(random: Random): AccountFields[] {
  return Array.from({ length: SAMPLE_ACCOUNTS }, (_, index) => {
    const first = firstNames[index % firstNames.length] ?? firstNames[0]
    const last = random.pick(lastNames)
    const organization = index % 7 === 6 ? null : (organizations[index % organizations.length] ?? null)
    const domain = (organization ?? 'freelance').toLowerCase().replace(/[^a-z]+/g, '-')
    return {
      email: `${first}.${last}.${index + 1}@${domain}.example`.toLowerCase(),
      name: index % 9 === 8 ? null : `${first} ${last}`,
      organization,
      contactNote: index % 5 === 0 ? 'Ask before changing limits. Invoices go to the finance team.' : null,
      allowSameEmail: false,
    }
  })
}

/** How many keys of each provider and kind; they add up to 400. */
const shares: readonly { provider: ProviderId; kind: KeyKind; keys: number }[] = [
  { provider: 'openai', kind: 'admin', keys: 6 },
  { provider: 'anthropic', kind: 'admin', keys: 4 },
  { provider: 'openai', kind: 'project', keys: 84 },
  { provider: 'openai', kind: 'service-account', keys: 20 },
  { provider: 'openai', kind: 'legacy', keys: 12 },
  { provider: 'anthropic', kind: 'standard', keys: 70 },
  { provider: 'brave', kind: 'standard', keys: 16 },
  { provider: 'openrouter', kind: 'standard', keys: 18 },
  { provider: 'xai', kind: 'standard', keys: 16 },
  { provider: 'gemini', kind: 'standard', keys: 28 },
  { provider: 'mistral', kind: 'standard', keys: 14 },
  { provider: 'groq', kind: 'standard', keys: 14 },
  { provider: 'perplexity', kind: 'standard', keys: 10 },
  { provider: 'deepseek', kind: 'standard', keys: 12 },
  { provider: 'github', kind: 'standard', keys: 18 },
  { provider: 'github', kind: 'oauth-token', keys: 4 },
  { provider: 'stripe', kind: 'standard', keys: 10 },
  { provider: 'stripe', kind: 'restricted', keys: 8 },
  { provider: 'stripe', kind: 'publishable', keys: 4 },
  { provider: 'stripe', kind: 'signing-secret', keys: 6 },
  { provider: 'elevenlabs', kind: 'standard', keys: 8 },
  { provider: 'cohere', kind: 'standard', keys: 10 },
  { provider: 'custom', kind: 'unknown', keys: 8 },
]

/** The keys without their links: `accountIds` are the owners. Admin keys come first, a few per account. */
export function sampleKeys(random: Random, accountIds: readonly number[], now: number): ImportedKey[] {
  const keys: ImportedKey[] = []
  for (const { provider, kind, keys: wanted } of shares) {
    for (let number = 1; number <= wanted; number += 1) {
      const accountId = accountIds[kind === 'admin' ? keys.length : random.between(0, accountIds.length - 1)]
      if (accountId === undefined) continue
      const purpose = kind === 'admin' ? 'organisation admin' : random.pick(purposes)
      keys.push({
        accountId,
        name: `${providerInfo(provider).name} ${purpose} ${String(number).padStart(2, '0')}`,
        description: random.chance(0.2) ? `Made up for the sample workspace. Used for ${purpose}.` : null,
        provider,
        kind,
        environment: random.chance(0.3) ? null : random.pick(['production', 'staging', 'development']),
        tags: random.chance(0.4) ? [random.pick(tagChoices)] : [],
        secret: sampleSecret(provider, kind, random),
        validation: sampleValidation(random, provider, kind, keys.length, now),
      })
    }
  }
  return keys
}

const outcomes: Readonly<Record<ValidationOutcome, { message: string; remedies: string[] }>> = {
  valid: { message: 'The provider accepted the key.', remedies: [] },
  valid_limited: {
    message: 'The key works, but some permissions are missing.',
    remedies: ['Give the key the missing permissions in the provider console, or use another key.'],
  },
  invalid: {
    message: 'The provider does not know this key: it is wrong, revoked or expired.',
    remedies: ['Check that the whole key was copied.', 'Make a new key in the provider console and replace this one.'],
  },
  blocked: {
    message: 'The provider blocks this key: the organisation is disabled or this address is not allowed.',
    remedies: ['Check the allowed addresses and the state of the organisation in the provider console.'],
  },
  no_credit: {
    message: 'The key works, but the credit is used up.',
    remedies: ['Add credit in the provider console.'],
  },
  spend_limit: {
    message: 'The key works, but the spending limit of the month is reached.',
    remedies: ['Raise the limit in the provider console, or wait for the next month.'],
  },
  rate_limited: { message: 'Too many requests at the moment.', remedies: ['Try again in a minute.'] },
  wrong_kind: {
    message: 'This is an admin key where the key of a project is needed, or the other way round.',
    remedies: ['Set the kind of the key, or make a key of the right kind.'],
  },
  unknown: { message: 'The provider did not give a clear answer.', remedies: ['Test the key again later.'] },
}

const outcomeOrder = Object.keys(outcomes) as [ValidationOutcome, ...ValidationOutcome[]]

/** Position of the admin key that stopped working: its usage ends where it failed. */
export const FAILING_ADMIN = 5
/** From here on the keys take the outcomes in turn, so that every one occurs; after that chance decides. */
const FIRST_IN_TURN = 10

function sampleValidation(
  random: Random,
  provider: ProviderId,
  kind: KeyKind,
  position: number,
  now: number,
): NonNullable<ImportedKey['validation']> | null {
  if (!providerInfo(provider).capabilities.validate) return null
  const testedAt = now - random.between(0, 20) * DAY - random.between(0, DAY - 1)
  const tested = (outcome: ValidationOutcome) => ({ outcome, ...outcomes[outcome], testedAt })
  if (position === FAILING_ADMIN) return tested('invalid')
  const inTurn = outcomeOrder[position - FIRST_IN_TURN]
  if (inTurn !== undefined) return tested(inTurn)
  if (kind === 'admin') return tested('valid')
  if (random.chance(0.2)) return null
  return tested(random.chance(0.75) ? 'valid' : random.pick(outcomeOrder))
}
