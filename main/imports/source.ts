import { type KeyKind, keyKinds, type ProviderId, providerIds, providerInfo } from '../../shared/providers.ts'

/** One row as a source gives it, before anything is decided about it. */
export interface SourceRow {
  /** "line 7" or "api_keys 12", as the operator would look for it. */
  readonly origin: string
  readonly name: string
  /** The text that should be a key; null if the source has none, `problem` then says why. */
  readonly value: string | null
  /** Name of the variable or of the key, as a hint for detection. */
  readonly hint: string | null
  readonly provider: ProviderId | null
  readonly kind: KeyKind | null
  readonly account: SourceAccount | null
  readonly description: string | null
  readonly environment: 'production' | 'staging' | 'development' | null
  readonly tags: readonly string[]
  /** Id of the row in the source, and of the admin key it names there. */
  readonly sourceId: string | null
  readonly adminSourceId: string | null
  /** What the operator should know although the row can be taken. */
  readonly notes: readonly string[]
  /** Why the row cannot be taken and what to do, or null. */
  readonly problem: string | null
}

export interface SourceAccount {
  readonly email: string
  readonly name: string | null
  readonly organization: string | null
}

export interface Source {
  readonly rows: readonly SourceRow[]
  /** About the source as a whole. */
  readonly notes: readonly string[]
}

/** A row with nothing known but its place and name; parsers fill in what they find. */
export function emptyRow(origin: string, name: string): SourceRow {
  return {
    origin,
    name,
    value: null,
    hint: null,
    provider: null,
    kind: null,
    account: null,
    description: null,
    environment: null,
    tags: [],
    sourceId: null,
    adminSourceId: null,
    notes: [],
    problem: null,
  }
}

const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '')

const otherProviderNames: Readonly<Record<string, ProviderId>> = {
  chatgpt: 'openai',
  claude: 'anthropic',
  brave: 'brave',
  grok: 'xai',
  google: 'gemini',
  googleai: 'gemini',
  mistralai: 'mistral',
  pplx: 'perplexity',
  other: 'custom',
}

const providerNames = new Map<string, ProviderId>([
  ...providerIds.flatMap((id): [string, ProviderId][] => [
    [plain(id), id],
    [plain(providerInfo(id).name), id],
  ]),
  ...Object.entries(otherProviderNames),
])

const kindNames = new Map<string, KeyKind>([
  ...keyKinds.map((kind): [string, KeyKind] => [plain(kind), kind]),
  ['management', 'admin'],
  ['user', 'legacy'],
  ['secret', 'standard'],
  ['api', 'standard'],
  ['webhook', 'signing-secret'],
])

/** Reads a provider as people write it ("OpenAI", "Brave Search", "grok"); null if it is none of ours. */
export function providerFrom(text: string): ProviderId | null {
  return providerNames.get(plain(text)) ?? null
}

/** Reads a kind as people write it ("Service account", "admin"); null if it is none of ours. */
export function kindFrom(text: string): KeyKind | null {
  return kindNames.get(plain(text)) ?? null
}

/** Reads the name of an environment; null if it is none of the three. */
export function environmentFrom(text: string): SourceRow['environment'] {
  const word = plain(text)
  if (['production', 'prod', 'live'].includes(word)) return 'production'
  if (['staging', 'stage'].includes(word)) return 'staging'
  return ['development', 'dev', 'test', 'local'].includes(word) ? 'development' : null
}
