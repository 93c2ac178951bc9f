import { join } from 'node:path'
import { Problem } from '../shared/problems.ts'
import { Accounts } from './accounts/accounts.ts'
import { Audit, type Caller } from './audit/audit.ts'
import { CallerScope } from './audit/caller-scope.ts'
import { BackupRoutine } from './backup-routine.ts'
import type { Captures } from './captures/captures.ts'
import { Changes } from './changes.ts'
import type { Deliveries } from './deliveries/deliveries.ts'
import { type Clock, type Host, systemClock } from './host.ts'
import { createHttpClient } from './http/undici-client.ts'
import { Imports } from './imports/imports.ts'
import { Keys } from './keys/keys.ts'
import { Notices } from './notices.ts'
import { Providers } from './providers/providers.ts'
import { Receiver } from './receiver/receiver.ts'
import type { Sender } from './sender/sender.ts'
import { Settings } from './settings/settings.ts'
import type { StoreNotice } from './store/integrity.ts'
import { takeDirectoryLock } from './store/lock.ts'
import { openStore, type Store } from './store/store.ts'
import type { ThreadFiles } from './threads.ts'
import type { Tunnels } from './tunnels/tunnels.ts'
import { Usage } from './usage/usage.ts'
import { ON_REQUEST, Vault } from './vault/vault.ts'
import { openBench } from './webhook-bench.ts'

/** Everything that is open while Keyhold runs: made once by {@link openWorkspace}, shared by every door. */
export interface Workspace {
  readonly host: Host
  readonly clock: Clock
  readonly dataDir: string
  /** Generated data, labelled as such on every screen. */
  readonly sample: boolean
  readonly notices: Notices
  readonly store: Store
  readonly changes: Changes
  readonly settings: Settings
  readonly audit: Audit
  readonly callers: CallerScope
  readonly vault: Vault
  readonly accounts: Accounts
  readonly keys: Keys
  readonly imports: Imports
  readonly providers: Providers
  readonly usage: Usage
  readonly receiver: Receiver
  readonly captures: Captures
  readonly deliveries: Deliveries
  readonly sender: Sender
  readonly tunnels: Tunnels
  /** Starts what runs in the background for webhooks. Until then the bench shows what is there and receives nothing. */
  startReceiver(start: ReceiverOptions): void
  /** Ends runs, takes secrets off the clipboard, wipes the vault key and closes the database. Safe to call twice. */
  close(): Promise<void>
}

export interface ReceiverOptions {
  readonly threads: ThreadFiles
  /** Rules over the port of the settings for this run; 0 for any free one. */
  readonly port?: number
}

export interface OpenWorkspaceOptions {
  /** Absolute path; made if it is not there. */
  readonly dataDir: string
  readonly host: Host
  readonly clock?: Clock
  readonly sample?: boolean
}

/**
 * Opens the workspace in `dataDir`. Only one process may have it open: a second one fails with CONFLICT.
 * Throws STORE_FAILED when the database cannot be opened.
 */
export function openWorkspace({ dataDir, host, clock = systemClock, sample = false }: OpenWorkspaceOptions): Workspace {
  const lock = takeDirectoryLock(dataDir)
  try {
    return assemble({ dataDir, host, clock, sample }, lock)
  } catch (error) {
    lock.release()
    throw error
  }
}

function assemble(
  { dataDir, host, clock, sample }: Required<OpenWorkspaceOptions>,
  lock: { release(): void },
): Workspace {
  const changes = new Changes()
  const store = openStore(dataDir)
  const settings = new Settings(dataDir, changes)
  const notices = new Notices(changes, [...store.notices, ...settings.notices])
  const audit = new Audit(store, clock, changes)
  const callers = new CallerScope()
  const http = createHttpClient({ userAgent: `Keyhold/${host.version}` })
  const providers = new Providers({ http, settings, clock, sample })
  const accounts = new Accounts({ store, audit, changes, clock })
  const vault = new Vault({
    store,
    secretStore: host.secretStore,
    clock,
    hasSecrets: () => keys.hasSecrets() || receiver.hasSecrets(),
    autoLockMinutes: settings.preferences().autoLockMinutes,
    onAudit: (action, detail) => {
      // A lock nobody asked for comes from a timer, which runs in the scope of whoever set it.
      const caller: Caller =
        action === 'vault.locked' && detail !== ON_REQUEST ? { source: 'system' } : callers.current()
      audit.record(caller, { action, ...(detail === undefined ? {} : { detail }) })
    },
  })
  const keys = new Keys({
    store,
    secrets: vault,
    accounts,
    providers,
    audit,
    changes,
    clock,
    clipboard: host.clipboard,
    preferences: () => settings.preferences(),
    onUnreadable: (problem) => notices.push({ severity: 'error', message: problem.message, detail: inDetail(problem) }),
  })
  accounts.attachKeys(keys)
  const imports = new Imports({ store, keys, accounts, audit, clock })
  const usage = new Usage({ store, keys, accounts, providers, audit, changes, clock })
  const receiver = new Receiver({
    store,
    vault,
    settings,
    audit,
    changes,
    clock,
    onNotice: (notice) => notices.push(notice),
  })
  const bench = openBench({
    dataDir,
    store,
    receiver,
    audit,
    changes,
    clock,
    client: http,
    notices,
    version: host.version,
  })
  const { captures, deliveries, sender, tunnels } = bench
  const backups = sample ? null : new BackupRoutine(store, clock, notices)
  const endWatch = whenVaultChanges(vault, {
    locked: () => {
      imports.forget()
      keys.releaseClipboard().catch(() =>
        notices.push({
          severity: 'warning',
          message: 'The clipboard could not be cleared.',
          detail: 'A copied key may still be on it. Copy something else over it.',
        }),
      )
    },
    ready: () => {
      keys.checkSecrets().catch((error: unknown) => notices.push(secretsNotChecked(error)))
      captures.resolvePending().catch((error: unknown) => notices.push(notJudged(error)))
    },
  })

  let closing: Promise<void> | null = null
  const close = async () => {
    endWatch()
    await bench.close()
    await usage.close()
    imports.close()
    await keys.close()
    vault.close()
    await http.close()
    backups?.close()
    store.close()
    lock.release()
  }
  return {
    host,
    clock,
    dataDir,
    sample,
    notices,
    store,
    changes,
    settings,
    audit,
    callers,
    vault,
    accounts,
    keys,
    imports,
    providers,
    usage,
    receiver,
    captures,
    deliveries,
    sender,
    tunnels,
    startReceiver: bench.start,
    close: () => {
      closing ??= close()
      return closing
    },
  }
}

/**
 * Locking takes secrets out of everything that still holds one; opening looks for damaged ones in the background, so
 * that the list can say which.
 */
function whenVaultChanges(vault: Vault, react: { locked: () => void; ready: () => void }): () => void {
  let wasReady = false
  return vault.onChange(() => {
    const isReady = vault.isReady()
    if (isReady === wasReady) return
    wasReady = isReady
    if (isReady) react.ready()
    else react.locked()
  })
}

function notJudged(error: unknown): StoreNotice {
  return {
    severity: 'warning',
    message: 'Not all signatures of requests that came while the vault was locked could be checked.',
    detail: error instanceof Problem ? inDetail(error) : String(error),
  }
}

function secretsNotChecked(error: unknown): StoreNotice {
  return {
    severity: 'warning',
    message: 'Not all stored keys could be checked for damage.',
    detail: error instanceof Problem ? inDetail(error) : String(error),
  }
}

function inDetail({ details: { cause, remedies } }: Problem): string {
  return [cause, ...remedies].join(' ')
}

/** Where the sample workspace lives, beside the real one and never in it. */
export function sampleDirectory(dataDir: string): string {
  return join(dataDir, 'sample-workspace')
}
