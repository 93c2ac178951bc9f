import { linkableKinds } from '../../shared/providers.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { Caller } from '../audit/audit.ts'
import type { ImportedKey, Keys } from '../keys/keys.ts'
import type { UsageFact } from '../providers/provider.ts'
import type { Store } from '../store/store.ts'
import { FAILING_ADMIN, sampleAccounts, sampleKeys } from './inventory.ts'
import { Random } from './random.ts'
import { type SampleSource, sampleUsage } from './usage.ts'

export { fillSampleBench } from './webhooks.ts'

/** The parts of a workspace that are filled. */
export interface SampleParts {
  readonly store: Store
  readonly accounts: Pick<Accounts, 'create'>
  readonly keys: Pick<Keys, 'createMany'>
  readonly usage: {
    insertFacts(
      sourceKeyId: number,
      facts: readonly UsageFact[],
      buckets: readonly number[],
      keyIds?: ReadonlyMap<string, number>,
    ): void
  }
}

const caller: Caller = { source: 'system' }
const SILENT_DAYS = 12
const MAX_REMOTE_KEYS = 6

/**
 * Fills an empty workspace with made-up data, so that everything can be looked at without a key of one's own: 60
 * accounts, 400 keys of every provider with links and test results, 90 days of usage with a gap and a source that
 * stopped working. The same for the same seed. Uses no network. The vault must be ready; throws its problems if not.
 * `now` is in UTC epoch milliseconds.
 */
export function fillSampleWorkspace(parts: SampleParts, { seed = 1, now }: { seed?: number; now: number }): void {
  const random = new Random(seed)
  const { stored, sources } = parts.store.transaction(() => {
    const accountIds = sampleAccounts(random).map((fields) => parts.accounts.create(caller, fields).id)
    const keys = sampleKeys(random, accountIds, now)
    return storeKeys(parts, keys, random)
  })
  parts.store.transaction(() => {
    for (const source of [...sources, ...ownSources(stored)]) {
      const { facts, buckets } = sampleUsage(source, random, now)
      parts.usage.insertFacts(source.keyId, facts, buckets, source.remoteKeyIds)
    }
  })
}

interface StoredSample extends ImportedKey {
  readonly id: number
}

/** Admin keys first, then the others, most of them linked to an admin key of their provider. */
function storeKeys(
  { keys }: SampleParts,
  samples: readonly ImportedKey[],
  random: Random,
): { stored: StoredSample[]; sources: SampleSource[] } {
  const admins = samples.filter(({ kind }) => kind === 'admin')
  const adminIds = keys.createMany(caller, admins, 'sample')
  const others = samples
    .filter(({ kind }) => kind !== 'admin')
    .map((key) => {
      const own = adminIds.filter((_, index) => admins[index]?.provider === key.provider)
      const [first, ...rest] = own
      const link = first !== undefined && linkableKinds.includes(key.kind) && random.chance(0.7)
      return link ? { ...key, adminKeyId: random.pick([first, ...rest]) } : key
    })
  const otherIds = keys.createMany(caller, others, 'sample')
  const stored = others.flatMap((key, index) => {
    const id = otherIds[index]
    return id === undefined ? [] : [{ ...key, id }]
  })
  const sources = adminIds.flatMap((keyId, index): SampleSource[] => {
    const provider = admins[index]?.provider
    if (provider !== 'openai' && provider !== 'anthropic') return []
    const below = stored.filter(({ adminKeyId }) => adminKeyId === keyId).slice(0, MAX_REMOTE_KEYS)
    const remoteKeyIds = new Map(below.map(({ id }) => [`key_sample_${id}`, id]))
    return [{ keyId, provider, remoteKeyIds, silentDays: index === FAILING_ADMIN ? SILENT_DAYS : 0 }]
  })
  return { stored, sources }
}

/** Keys that report their own usage; half of them were never used. */
function ownSources(stored: readonly StoredSample[]): SampleSource[] {
  return stored.flatMap(({ id, provider }, index): SampleSource[] =>
    (provider === 'brave' || provider === 'openrouter') && index % 2 === 0
      ? [{ keyId: id, provider, remoteKeyIds: new Map(), silentDays: 0 }]
      : [],
  )
}
