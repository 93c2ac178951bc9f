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

export interface OrganisationDeps {
  readonly store: Store
  readonly rows: UsageRows
  readonly ledger: Ledger
  readonly keys: UsageKeys
  readonly clock: Clock
  /** Sources whose present run was found to be the one that counts. */
  readonly counting: Set<number>
}

/** Why a source does not count its organisation. */
export interface GivesWay {
  readonly diagnosis: 'counted-once' | 'not-told-apart'
  readonly problem: ProblemData
}

/**
 * Stores the listed keys (null: they could not be listed), matched to the stored ones, and decides which source counts
 * an organisation that two admin keys can read: the one that did so first, as long as its syncs work; otherwise this
 * one takes over its figures. Two admin keys are known to read the same organisation when they list a key with the same
 * id, and different ones when both list keys, now or earlier, and none is the same. As long as that is open, only the
 * one that began counts. Answers null if this source counts, which is noted in `counting`.
 */
export function settleOrganisation(
  deps: OrganisationDeps,
  source: SourceKey,
  listed: RemoteKeys | null,
): GivesWay | null {
  const { store, rows, ledger, keys, clock, counting } = deps
  const matches = listed === null ? null : keys.matchRemote(source.id, listed.items)
  return store.transaction(() => {
    const row = rows.source(source.id)
    if (row === undefined) return null
    if (listed !== null) {
      const items = listed.items.map(({ remoteId, name, redacted }) => ({
        remoteKeyId: remoteId,
        name,
        redacted,
        keyId: matches?.get(remoteId) ?? null,
      }))
      rows.putRemoteKeys(source.id, items, clock.now(), listed.complete)
    }
    const counts = (id: number) => counting.has(id) || ledger.hasFigures(id)
    const same = rows.sharingRemoteKeys(source.id).find(counts)
    if (same === undefined) {
      const unknown = counting.has(source.id) ? undefined : notToldApart(deps, source, counts)
      if (unknown !== undefined)
        return { diagnosis: 'not-told-apart', problem: mayBeCounted(nameOf(keys, unknown), unknown) }
    } else {
      // The last one that ended: in a refresh of both, the present run of the other key has only just begun.
      const last = rows.lastEndedRuns().get(same)
      if (last?.state !== 'failed' || !LOST.some((diagnosis) => diagnosis === last.failure)) {
        ledger.clear(source.id)
        rows.setCountedBy(source.id, same)
        return { diagnosis: 'counted-once', problem: isCounted(nameOf(keys, same), same) }
      }
      rows.setCountedBy(same, source.id)
      ledger.takeOver(same, row)
    }
    rows.setCountedBy(source.id, null)
    counting.add(source.id)
    return null
  })
}

/** A source that counts already and may read the same organisation: one of the two has never listed any key. */
function notToldApart(
  { rows, ledger }: OrganisationDeps,
  source: SourceKey,
  counts: (id: number) => boolean,
): number | undefined {
  const listing = rows.sourcesWithRemoteKeys()
  const hasFigures = ledger.hasFigures(source.id)
  return (
    rows
      .sources()
      .filter(({ sourceKeyId }) => sourceKeyId !== source.id)
      .filter(({ provider, covers, countedBy }) => {
        return provider === source.provider && covers === 'organisation' && countedBy === null
      })
      .map(({ sourceKeyId }) => sourceKeyId)
      .filter((id) => !listing.has(id) || !listing.has(source.id))
      // Of two that both have figures from before, the older key goes on.
      .find((id) => counts(id) && !(hasFigures && (!ledger.hasFigures(id) || source.id < id)))
  )
}

function nameOf(keys: UsageKeys, id: number): string {
  return keys.labels([id]).get(id)?.name ?? 'another key'
}

function isCounted(name: string, id: number): ProblemData {
  return {
    code: 'CONFLICT',
    message: `The same organisation is read with the key "${name}", and counted there.`,
    cause: 'Both admin keys list the same keys. Figures of one organisation are counted once.',
    remedies: [
      `While "${name}" can be read, nothing has to be done. If it fails, refresh once more: this key takes over.`,
      `To count with this key from now on, delete "${name}".`,
    ],
    relatedIds: [id],
  }
}

function mayBeCounted(name: string, id: number): ProblemData {
  return {
    code: 'CONFLICT',
    message: `This key may read the same organisation as "${name}", so nothing was stored for it.`,
    cause: 'That is told by the keys an organisation lists, and one of the two admin keys has not listed any.',
    remedies: [
      'Give both admin keys the right to list the keys of their organisation, then sync again.',
      'If both belong to one organisation, delete one of them.',
    ],
    relatedIds: [id],
  }
}
