import { z } from 'zod'
import type { Detection, ProviderKey, RemoteKey, Validation } from '../../shared/contract/keys.ts'
import type { Preferences } from '../../shared/contract/settings.ts'
import { detectKey, maskKey, readPaste } from '../../shared/key-formats.ts'
import { notFound, type Problem } from '../../shared/problems.ts'
import { type KeyKind, type ProviderId, providerIds, providerInfo } from '../../shared/providers.ts'
import type { AccountKeys, Accounts } from '../accounts/accounts.ts'
import type { Audit, Caller } from '../audit/audit.ts'
import type { Changes } from '../changes.ts'
import type { Clock, HostClipboard } from '../host.ts'
import type { Credential } from '../providers/provider.ts'
import { decodeCursor, encodeCursor } from '../store/cursor.ts'
import { searchTerms } from '../store/search.ts'
import type { Store } from '../store/store.ts'
import type { SourceKey } from '../usage/ports.ts'
import type { Secrets } from '../vault/vault.ts'
import { type KeyLabel, labelled } from './key-labels.ts'
import { KeyPages } from './key-pages.ts'
import { type ChangedKey, type ImportedKey, KeyRecords, type NewKey } from './key-records.ts'
import { filterFacets, type KeyFilter } from './key-search.ts'
import { KeySecrets } from './key-secrets.ts'
import { type KeyProviders, KeyUse } from './key-use.ts'
import { RecentTests } from './recent-tests.ts'
import { KeyRows, type KeySort, type StoredKey } from './rows.ts'

export type { ChangedKey, ImportedKey, NewKey } from './key-records.ts'

export interface KeyDependencies {
  readonly store: Store
  readonly secrets: Secrets
  readonly accounts: Accounts
  readonly providers: KeyProviders
  readonly audit: Audit
  readonly changes: Changes
  readonly clock: Clock
  /** Null on a host where only the page can reach the clipboard. */
  readonly clipboard: HostClipboard | null
  readonly preferences: () => Preferences
  /** Hears of keys whose rows cannot be read; lists leave them out. */
  readonly onUnreadable: (problem: Problem) => void
}

export interface KeyListInput extends KeyFilter {
  readonly query?: string | undefined
  readonly sort: KeySort
  readonly cursor?: string | undefined
  readonly limit: number
}

/** A page ends early rather than grow beyond this, in bytes of JSON. */
const MAX_PAGE_BYTES = 240_000

/**
 * The provider keys: their records, and through {@link KeyUse} everything that needs their plain text. A secret is
 * bound to the id of its row, and goes with it.
 */
export class Keys implements AccountKeys {
  readonly #accounts: Accounts
  readonly #rows: KeyRows
  readonly #pages: KeyPages
  readonly #secrets: KeySecrets
  readonly #records: KeyRecords
  readonly #use: KeyUse
  #closed = false

  constructor(deps: KeyDependencies) {
    this.#accounts = deps.accounts
    this.#rows = new KeyRows(deps.store.db, deps.onUnreadable)
    this.#pages = new KeyPages(deps.store, this.#rows)
    this.#secrets = new KeySecrets(this.#rows, deps.secrets, () => deps.changes.announce('keys'), deps.onUnreadable)
    const tests = new RecentTests(deps.clock)
    this.#records = new KeyRecords({ ...deps, rows: this.#rows, secrets: this.#secrets, tests })
    this.#use = new KeyUse({
      ...deps,
      rows: this.#rows,
      secrets: this.#secrets,
      tests,
      reindex: (id) => this.#records.reindex(id),
    })
  }

  /**
   * Sorted by name from A to Z, or newest first. `total` is exact. A page may be shorter than `limit`. A key whose row
   * cannot be read is counted but left out, and `onUnreadable` hears of it.
   */
  list(input: KeyListInput): { items: ProviderKey[]; nextCursor: string | null; total: number } {
    const terms = searchTerms(input.query, filterFacets(input))
    const position =
      input.cursor === undefined
        ? null
        : decodeCursor(
            input.cursor,
            z.tuple([z.literal(input.sort), z.union([z.string(), z.number()]), z.number().int()]),
          )
    const after = position === null ? null : { value: position[1], id: position[2] }
    const { total, positions } = this.#pages.page({ terms, sort: input.sort, after, limit: input.limit + 1 })
    const asked = positions.slice(0, input.limit)
    const found = this.#complete(this.#rows.many(asked.map(({ id }) => id)))
    const items = withinBytes(found)
    const isShortened = items.length < found.length
    const last = isShortened ? asked.find(({ id }) => id === items.at(-1)?.id) : asked.at(-1)
    const more = isShortened || positions.length > asked.length
    return { items, nextCursor: more && last ? encodeCursor([input.sort, last.value, last.id]) : null, total }
  }

  /** Throws NOT_FOUND, and STORE_FAILED if its row cannot be read. */
  get(id: number): ProviderKey {
    const stored = this.#rows.get(id)
    const [key] = this.#complete(stored === null ? [] : [stored])
    if (key === undefined) throw notFound('key', id)
    return key
  }

  /** Whether any secret is stored. */
  hasSecrets(): boolean {
    return this.#rows.count(null) > 0
  }

  /** Looks at a paste. Throws INVALID_INPUT for what cannot be a key, and like `requireReady` of the vault. */
  detect(paste: string): Detection {
    const { value, notes, variableName } = readPaste(paste)
    const { provider, kind, confidence, rule, note } = detectKey(value, { variableName })
    return {
      provider,
      kind,
      confidence,
      rule,
      masked: maskKey(value),
      notes: note === null ? notes : [...notes, note],
      variableName,
      duplicates: this.findDuplicates(value).map(({ id, name, accountEmail }) => ({ id, name, accountEmail })),
    }
  }

  /** Keys with exactly this value (not a paste), oldest first, at most 50. Throws like `requireReady` of the vault. */
  findDuplicates(secret: string): KeyLabel[] {
    return this.#records.withFingerprint(this.#secrets.fingerprint(secret), null)
  }

  /**
   * Keeps the result of {@link testCandidate} if it is minutes old and about the same secret, provider and kind.
   * Throws INVALID_INPUT naming the field, ALREADY_EXISTS naming the keys with the same value unless
   * `allowDuplicate`, and like `requireReady` of the vault.
   */
  create(caller: Caller, input: NewKey): ProviderKey {
    const id = this.#records.create(caller, input)
    return this.get(id)
  }

  /** All or none, in one transaction that joins an outer one. Returns the ids in order. Throws like {@link create}. */
  createMany(caller: Caller, inputs: readonly ImportedKey[], source: 'import' | 'sample'): number[] {
    return this.#records.createMany(caller, inputs, source)
  }

  /**
   * Replaces all fields; the secret only if one is given. A new secret, provider or kind forgets the last test.
   * A key that stops being an admin key of its provider loses the keys linked to it. Throws like {@link create},
   * and NOT_FOUND; without a new secret it works while the vault is locked.
   */
  update(caller: Caller, input: ChangedKey): ProviderKey {
    this.#records.update(caller, input)
    return this.get(input.id)
  }

  /** Keys linked to it lose the link. Throws NOT_FOUND. */
  delete(caller: Caller, id: number): { ok: true; unlinkedKeys: number } {
    return { ok: true, unlinkedKeys: this.#records.delete(caller, id) }
  }

  /** The plain text, for one showing. Throws NOT_FOUND, SECRET_UNREADABLE, and like `requireReady` of the vault. */
  reveal(caller: Caller, id: number, purpose: 'show' | 'copy'): { secret: string; hideAfterMs: number } {
    return this.#use.reveal(caller, id, purpose)
  }

  /** Puts the key on the clipboard for a time. Throws like {@link reveal}, and UNSUPPORTED without a clipboard. */
  copy(caller: Caller, id: number): Promise<{ clearsAt: number | null }> {
    return this.#use.copy(caller, id)
  }

  /** Tests a stored key and keeps the result. Throws like {@link reveal} and like `Providers.validate`. */
  test(caller: Caller, id: number, signal?: AbortSignal): Promise<Validation> {
    return this.#use.test(caller, id, signal)
  }

  /** Tests a paste; nothing is stored, but {@link create} knows the result. Throws INVALID_INPUT and like `Providers.validate`. */
  testCandidate(
    input: { secret: string; provider: ProviderId; kind: KeyKind },
    signal?: AbortSignal,
  ): Promise<Validation> {
    return this.#use.testCandidate(input, signal)
  }

  /** Keys the provider lists for an admin key. Throws UNSUPPORTED, PROVIDER_FAILED, CANCELLED and like {@link reveal}. */
  remote(
    id: number,
    cursor: string | null,
    signal?: AbortSignal,
  ): Promise<{ items: RemoteKey[]; nextCursor: string | null }> {
    return this.#use.remote(id, cursor, signal)
  }

  /** Remote id → id of the stored key whose ends agree with the redacted form; only where there is no doubt. */
  matchRemote(
    adminKeyId: number,
    items: readonly { readonly remoteId: string; readonly redacted: string | null }[],
  ): Map<string, number> {
    return this.#use.matchRemote(adminKeyId, items)
  }

  /** For one call to the provider. Throws like {@link reveal}. */
  credential(id: number): Credential {
    return this.#use.credential(id)
  }

  /** Keys that can be asked for usage or cost. */
  usageSources(): SourceKey[] {
    const asked = providerIds.flatMap((provider) => {
      const { usage, cost } = providerInfo(provider).capabilities
      if (usage === 'own' || cost === 'own') return this.#rows.ofProvider(provider)
      if (usage === 'admin' || cost === 'admin') return this.#rows.ofProvider(provider, 'admin')
      return []
    })
    return labelled(this.#accounts, asked, ({ id, name, provider, kind, accountId }, accountEmail) => ({
      id,
      name,
      provider,
      kind,
      accountId,
      accountEmail,
    }))
  }

  /** Keys that the operator has associated with an admin key. */
  linkedKeys(): ReadonlySet<number> {
    return new Set(this.#rows.allLinked())
  }

  /** Those that exist among `ids`. */
  labels(ids: readonly number[]): Map<number, { name: string; provider: ProviderId; accountId: number }> {
    return new Map(
      this.#rows.briefs(ids).map(({ id, name, provider, accountId }) => [id, { name, provider, accountId }]),
    )
  }

  /** Tries every secret in the background, so that the list knows which are damaged. Ends early when the vault is locked; throws if it is at the start. */
  checkSecrets(): Promise<{ checked: number; unreadable: number }> {
    return this.#secrets.checkAll(() => this.#closed)
  }

  /** Takes a copied key off the clipboard if it is still there: when the vault is locked, and at the end. */
  releaseClipboard(): Promise<void> {
    return this.#use.releaseClipboard()
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.releaseClipboard()
  }

  countOf(accountId: number): number {
    return this.#rows.countOfAccount(accountId)
  }

  countsOf(accountIds: readonly number[]): Map<number, number> {
    return this.#rows.countsOfAccounts(accountIds)
  }

  deleteAllOf(caller: Caller, accountId: number): number {
    return this.#records.deleteAllOf(caller, accountId)
  }

  moveAll(caller: Caller, from: number, to: number): number {
    return this.#records.moveAll(caller, from, to)
  }

  accountChanged(accountId: number): void {
    this.#records.accountChanged(accountId)
  }

  #complete(keys: readonly StoredKey[]): ProviderKey[] {
    return labelled(this.#accounts, keys, (key, accountEmail) => ({ ...key, accountEmail }))
  }
}

function withinBytes(keys: ProviderKey[]): ProviderKey[] {
  let bytes = 0
  const end = keys.findIndex((key, index) => {
    bytes += Buffer.byteLength(JSON.stringify(key)) + 1
    return index > 0 && bytes > MAX_PAGE_BYTES
  })
  return end < 0 ? keys : keys.slice(0, end)
}
