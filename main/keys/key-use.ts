import type { RemoteKey, Validation } from '../../shared/contract/keys.ts'
import type { Preferences } from '../../shared/contract/settings.ts'
import { maskKey, readPaste } from '../../shared/key-formats.ts'
import { Problem } from '../../shared/problems.ts'
import { type KeyKind, linkableKinds, type ProviderId, providerInfo } from '../../shared/providers.ts'
import type { Audit, Caller } from '../audit/audit.ts'
import type { Changes } from '../changes.ts'
import type { Clock, HostClipboard } from '../host.ts'
import { type Credential, ProviderError } from '../providers/provider.ts'
import type { Providers } from '../providers/providers.ts'
import type { Store } from '../store/store.ts'
import { ClipboardLease } from './clipboard-lease.ts'
import { keptValidation, kindAfterTest } from './key-rules.ts'
import type { KeySecrets } from './key-secrets.ts'
import type { RecentTests } from './recent-tests.ts'
import { matchRemoteKeys, visibleEnds } from './remote-match.ts'
import type { KeyRows, SealedKey } from './rows.ts'

/** What keys ask of the providers. */
export type KeyProviders = Pick<Providers, 'adapter' | 'context' | 'validate'>

export interface KeyUseDependencies {
  readonly store: Store
  readonly rows: KeyRows
  readonly secrets: KeySecrets
  readonly providers: KeyProviders
  readonly audit: Audit
  readonly changes: Changes
  readonly clock: Clock
  readonly clipboard: HostClipboard | null
  readonly preferences: () => Preferences
  readonly tests: RecentTests
  /** Writes the search line of a key anew. */
  readonly reindex: (id: number) => void
}

/** Everything that needs the plain text of a key: showing, copying, testing, and finding it at its provider. */
export class KeyUse {
  readonly #deps: KeyUseDependencies
  readonly #lease: ClipboardLease | null

  constructor(deps: KeyUseDependencies) {
    this.#deps = deps
    this.#lease = deps.clipboard === null ? null : new ClipboardLease(deps.clipboard)
  }

  credential(id: number): Credential {
    const { key, secret } = this.#deps.secrets.open(id)
    return { secret, kind: key.kind }
  }

  /** The log has its entry before the secret leaves. */
  reveal(caller: Caller, id: number, purpose: 'show' | 'copy'): { secret: string; hideAfterMs: number } {
    const { key, secret } = this.#deps.secrets.open(id)
    this.#markShown(caller, key, purpose)
    return { secret, hideAfterMs: this.#deps.preferences().revealSeconds * 1_000 }
  }

  async copy(caller: Caller, id: number): Promise<{ clearsAt: number | null }> {
    if (this.#lease === null) {
      throw new Problem('UNSUPPORTED', 'This host cannot write the clipboard itself.', {
        cause: 'Keyhold runs in a browser here, and only the page can reach the clipboard.',
        remedies: ['Show the key and copy it from there.'],
      })
    }
    const { key, secret } = this.#deps.secrets.open(id)
    const { clipboardSeconds } = this.#deps.preferences()
    const ms = clipboardSeconds === 0 ? null : clipboardSeconds * 1_000
    this.#markShown(caller, key, 'copy')
    const clearsAt = ms === null ? null : this.#deps.clock.now() + ms
    try {
      await this.#lease.place(secret, ms)
    } catch (error) {
      throw new Problem(
        'CONFLICT',
        'The key could not be copied.',
        {
          cause: 'The system did not take it on the clipboard, perhaps because another program holds it.',
          remedies: ['Try again.', 'Or show the key and copy it from there.'],
        },
        { cause: error },
      )
    }
    return { clearsAt }
  }

  async releaseClipboard(): Promise<void> {
    await this.#lease?.release()
  }

  async test(caller: Caller, id: number, signal: AbortSignal | undefined): Promise<Validation> {
    const { key, secret } = this.#deps.secrets.open(id)
    const validate = (kind: KeyKind) => this.#deps.providers.validate(key.provider, { secret, kind }, signal)
    const first = await validate(key.kind)
    const kind = kindAfterTest(key.kind, first.reportedKind)
    // "This is an admin key" is no fault of the key once it is listed as one: the kind found counts, so ask for that.
    const result = kind !== key.kind && first.outcome === 'wrong_kind' ? await validate(kind) : first
    const masked = { ...result, ...keptValidation(result, secret, maskKey(secret)) }
    const kept = this.#deps.store.transaction(() => this.#keepResult(caller, key, masked, kind))
    this.#deps.changes.announce('keys')
    return kept
  }

  async testCandidate(
    input: { secret: string; provider: ProviderId; kind: KeyKind },
    signal: AbortSignal | undefined,
  ): Promise<Validation> {
    const { value } = readPaste(input.secret)
    const { provider, kind } = input
    const result = await this.#deps.providers.validate(provider, { secret: value, kind }, signal)
    const kept = keptValidation(result, value, maskKey(value))
    this.#deps.tests.remember({ secret: value, provider, kind }, kept)
    // The key is likely to be saved as what the provider says it is, and then the result is about that.
    if (result.reportedKind !== null && result.outcome !== 'wrong_kind') {
      this.#deps.tests.remember({ secret: value, provider, kind: result.reportedKind }, kept)
    }
    return { ...result, ...kept }
  }

  async remote(
    id: number,
    cursor: string | null,
    signal: AbortSignal | undefined,
  ): Promise<{ items: RemoteKey[]; nextCursor: string | null }> {
    const { key, secret } = this.#deps.secrets.open(id)
    const adapter = this.#deps.providers.adapter(key.provider)
    if (adapter?.listKeys === undefined || key.kind !== 'admin') throw cannotList(key)
    const context = this.#deps.providers.context(key.provider, key.kind, signal)
    const page = await adapter.listKeys({ secret, kind: key.kind }, cursor, context).catch((error: unknown) => {
      if (signal?.aborted) throw new Problem('CANCELLED', 'Listing the keys was cancelled.', {}, { cause: error })
      if (!(error instanceof ProviderError)) throw error
      const { code, message, ...details } = error.problem
      throw new Problem(code, message, details, { cause: error })
    })
    const matches = this.matchRemote(id, page.items)
    return {
      items: page.items.map((item) => ({ ...item, matchesKeyId: matches.get(item.remoteId) ?? null })),
      nextCursor: page.nextCursor,
    }
  }

  matchRemote(
    adminKeyId: number,
    items: readonly { readonly remoteId: string; readonly redacted: string | null }[],
  ): Map<string, number> {
    const { rows, secrets } = this.#deps
    const admin = rows.sealed(adminKeyId)
    const visible = items.flatMap(({ remoteId, redacted }) => {
      const ends = redacted === null ? null : visibleEnds(redacted)
      return ends === null ? [] : [{ remoteId, ends }]
    })
    if (admin === null || visible.length === 0) return new Map()
    // The masked form shows the end as well: only what agrees there is worth decrypting.
    const endings = visible.map(({ ends }) => ends.tail.slice(-4))
    const candidates = rows
      .ofProvider(admin.provider)
      .filter(({ masked }) => endings.some((ending) => masked.endsWith(ending)))
      .flatMap(({ id, adminKeyId: linkedTo }) => {
        const opened = secrets.openIfReadable(id)
        return opened === null ? [] : [{ id, secret: opened.secret, linked: linkedTo === adminKeyId }]
      })
    return matchRemoteKeys(visible, candidates)
  }

  #markShown(caller: Caller, key: SealedKey, purpose: 'show' | 'copy'): void {
    const { store, rows, audit, clock, changes } = this.#deps
    store.transaction(() => {
      const now = clock.now()
      if (purpose === 'show') rows.markRevealed(key.id, now)
      else rows.markCopied(key.id, now)
      audit.record(caller, {
        action: purpose === 'show' ? 'key.revealed' : 'key.copied',
        subject: { kind: 'key', id: key.id, name: key.name },
      })
    })
    changes.announce('keys')
  }

  /** The key may have been changed or deleted while the provider was asked: then the result is not about it. */
  #keepResult(caller: Caller, tested: SealedKey, result: Validation, kind: KeyKind): Validation {
    const { rows, audit, reindex } = this.#deps
    const present = rows.sealed(tested.id)
    if (
      present === null ||
      present.provider !== tested.provider ||
      present.kind !== tested.kind ||
      !present.fingerprint.equals(tested.fingerprint)
    ) {
      return { ...result, message: `${result.message} The key was changed meanwhile, so the result was not kept.` }
    }
    const message =
      kind === present.kind
        ? result.message
        : `${result.message} ${providerInfo(present.provider).name} reports the kind "${kind}", so the kind was changed from "${present.kind}".`
    rows.setValidation(present.id, { ...pickKept(result), message }, kind)
    if (!linkableKinds.includes(kind)) rows.unlink(present.id)
    reindex(present.id)
    audit.record(caller, {
      action: 'key.tested',
      subject: { kind: 'key', id: present.id, name: present.name },
      detail: kind === present.kind ? result.outcome : `${result.outcome}; kind changed to ${kind}`,
    })
    return { ...result, message }
  }
}

function pickKept({ outcome, message, remedies, testedAt }: Validation) {
  return { outcome, message, remedies, testedAt }
}

function cannotList(key: SealedKey): Problem {
  const { name, capabilities } = providerInfo(key.provider)
  return capabilities.listKeys === 'none'
    ? new Problem('UNSUPPORTED', `${name} has no call that lists keys.`, {
        remedies: [`Look at the keys in the console of ${name}.`],
      })
    : new Problem('UNSUPPORTED', `Only an admin key of ${name} can list keys; "${key.name}" is not one.`, {
        remedies: [`Open an admin key of ${name}.`],
      })
}
