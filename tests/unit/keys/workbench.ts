import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Accounts } from '../../../main/accounts/accounts.ts'
import { Audit, type Caller } from '../../../main/audit/audit.ts'
import { Changes } from '../../../main/changes.ts'
import type { HostClipboard } from '../../../main/host.ts'
import { createHttpClient } from '../../../main/http/undici-client.ts'
import { Keys, type NewKey } from '../../../main/keys/keys.ts'
import { Providers } from '../../../main/providers/providers.ts'
import { Settings } from '../../../main/settings/settings.ts'
import { openStore } from '../../../main/store/store.ts'
import type { KdfPolicy } from '../../../main/vault/kdf.ts'
import { Vault } from '../../../main/vault/vault.ts'
import { type AccountFields, accountFieldsSchema } from '../../../shared/contract/accounts.ts'
import { Problem, type ProblemData } from '../../../shared/problems.ts'

export const app: Caller = { source: 'app' }
export const START = Date.UTC(2026, 8, 10, 12)
export const passphrase = 'correct horse battery'

const cheapKdf: KdfPolicy = {
  cost: { N: 16, r: 8, p: 1 },
  floor: { N: 16, r: 8, p: 1 },
  ceiling: { N: 1024, r: 8, p: 1 },
}

/** The clipboard of a desktop, as far as a program can tell. */
export class MemoryClipboard implements HostClipboard {
  text = ''
  async readText(): Promise<string> {
    return this.text
  }
  async writeText(text: string): Promise<void> {
    this.text = text
  }
  async clear(): Promise<void> {
    this.text = ''
  }
}

export interface WorkbenchOptions {
  readonly clipboard?: HostClipboard | null
  readonly dataDir?: string
}

/** Accounts and keys over a real database, vault and HTTP client in a directory of their own. */
export async function openWorkbench(options: WorkbenchOptions = {}) {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'keyhold-inventory-'))
  const clock = { time: START, now: () => clock.time }
  const changes = new Changes()
  const store = openStore(dataDir)
  const settings = new Settings(dataDir, changes)
  const audit = new Audit(store, clock, changes)
  const http = createHttpClient({ userAgent: 'Keyhold/test' })
  const providers = new Providers({ http, settings, clock })
  const vault = new Vault({
    store,
    secretStore: null,
    clock,
    hasSecrets: () => keys.hasSecrets(),
    autoLockMinutes: 0,
    onAudit: () => undefined,
    kdf: cheapKdf,
  })
  const accounts = new Accounts({ store, audit, changes, clock })
  const unreadable: string[] = []
  const keys = new Keys({
    store,
    secrets: vault,
    accounts,
    providers,
    audit,
    changes,
    clock,
    clipboard: options.clipboard ?? null,
    preferences: () => settings.preferences(),
    onUnreadable: (problem) => unreadable.push(problem.message),
  })
  accounts.attachKeys(keys)
  if (options.dataDir === undefined) await vault.initialise({ passphrase, useOs: false })
  else await vault.unlock({ with: 'passphrase', passphrase })

  const close = async (removeData = true) => {
    await keys.close()
    vault.close()
    await http.close()
    store.close()
    if (removeData) rmSync(dataDir, { recursive: true, force: true })
  }
  return { dataDir, clock, changes, store, settings, audit, vault, accounts, keys, providers, unreadable, close }
}
export type Workbench = Awaited<ReturnType<typeof openWorkbench>>

export function account(fields: Partial<AccountFields> & { email: string }): AccountFields {
  return accountFieldsSchema.parse(fields)
}

/** A made-up value in the form of an OpenAI project key; the same `seed` gives the same one. */
export function fakeSecret(seed: string | number, prefix = `sk-${'proj'}-`): string {
  const digest = (part: number) => createHmac('sha256', `${seed}/${part}`).digest('hex')
  return `${prefix}${digest(1)}${digest(2)}`
}

export function newKey(accountId: number, fields: Partial<NewKey> = {}): NewKey {
  const name = fields.name ?? 'OpenAI production'
  return { accountId, provider: 'openai', kind: 'project', secret: fakeSecret(name), ...fields, name }
}

/** The problem a call ends in. Fails the test if it does not. */
export async function problemOf(call: () => unknown): Promise<ProblemData> {
  try {
    await call()
  } catch (error) {
    if (error instanceof Problem) return error.toData()
    throw error
  }
  throw new Error('The call did not fail.')
}
