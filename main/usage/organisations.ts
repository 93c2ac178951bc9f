import type { ProblemData } from '../../shared/problems.ts'
import type { Clock } from '../host.ts'
import type { CallContext, Credential, ProviderAdapter, RemoteKeyPage } from '../providers/provider.ts'
import type { Store } from '../store/store.ts'
import type { DiagnosisClass } from './diagnoses.ts'
import type { Ledger } from './ledger.ts'
import type { SourceKey, UsageKeys } from './ports.ts'
import type { UsageRows } from './rows.ts'

type RemoteKey = RemoteKeyPage['items'][number]

/** Lists beyond this many pages are cut: names are missing then, figures are not. */
const MAX_LIST_PAGES = 200

export interface RemoteKeys {
  readonly items: readonly RemoteKey[]
  readonly complete: boolean
}

/** All keys the provider lists for an admin key. Throws ProviderError. */
export async function listRemoteKeys(
  adapter: ProviderAdapter,
  credential: Credential,
  context: CallContext,
): Promise<RemoteKeys> {
  const items: RemoteKey[] = []
  const seen = new Set<string>()
  let cursor: string | null = null
  for (let pages = 0; adapter.listKeys && pages < MAX_LIST_PAGES; pages += 1) {
    const page: RemoteKeyPage = await adapter.listKeys(credential, cursor, context)
    items.push(...page.items)
    cursor = page.nextCursor
    if (cursor === null) return { items, complete: true }
    if (seen.has(cursor)) break
    seen.add(cursor)
  }
  return { items, complete: false }
}

/** Failures after which an admin key will not read anything any more, so that another one may take its place. */
const LOST: readonly DiagnosisClass[] = [
  'authentication-failed',
  'blocked',
  'wrong-kind',
  'permission-denied',
  'secret-unreadable',
]

/**
 * Stores the listed keys, matched to the stored ones, and decides which source counts an organisation that two admin
 * keys can read: the one that did so first, as long as its syncs work; otherwise this one takes over its figures.
 * Two admin keys are known to read the same organisation when they list a key with the same id. Answers null if this
 * source is the one that counts, or else why it is not.
 */
export function settleOrganisation(
  deps: { store: Store; rows: UsageRows; ledger: Ledger; keys: UsageKeys; clock: Clock },
  source: SourceKey,
  listed: RemoteKeys,
): ProblemData | null {
  const { store, rows, ledger, keys, clock } = deps
  const matches = keys.matchRemote(source.id, listed.items)
  return store.transaction(() => {
    const row = rows.source(source.id)
    if (row === undefined) return null
    const items = listed.items.map(({ remoteId, name, redacted }) => ({
      remoteKeyId: remoteId,
      name,
      redacted,
      keyId: matches.get(remoteId) ?? null,
    }))
    rows.putRemoteKeys(source.id, items, clock.now(), listed.complete)
    const [counting] = rows.sharingRemoteKeys(source.id)
    if (counting === undefined) {
      rows.setCountedBy(source.id, null)
      return null
    }
    const last = rows.lastRuns().get(counting)
    if (last?.state === 'failed' && LOST.some((diagnosis) => diagnosis === last.failure)) {
      rows.setCountedBy(source.id, null)
      rows.setCountedBy(counting, source.id)
      ledger.takeOver(counting, row)
      return null
    }
    ledger.clear(source.id)
    rows.setCountedBy(source.id, counting)
    const name = keys.labels([counting]).get(counting)?.name ?? 'another key'
    return {
      code: 'CONFLICT',
      message: `The same organisation is read with the key "${name}", and counted there.`,
      cause: 'Both admin keys list the same keys. Figures of one organisation are counted once.',
      remedies: [`Nothing has to be done. To count with this key instead, delete "${name}".`],
      relatedIds: [counting],
    }
  })
}
