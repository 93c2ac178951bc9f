import { randomBytes } from 'node:crypto'
import type { ImportPreview, ImportPreviewInput, ImportRow } from '../../shared/contract/imports.ts'
import { MASK_DOTS, maskKey } from '../../shared/key-formats.ts'
import { invalidField, Problem } from '../../shared/problems.ts'
import { linkableKinds } from '../../shared/providers.ts'
import { countOf } from '../../shared/words.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { Audit, Caller } from '../audit/audit.ts'
import type { Clock } from '../host.ts'
import type { Keys, NewKey } from '../keys/keys.ts'
import type { Store } from '../store/store.ts'
import { type AccountChoice, AccountResolver } from './account-resolver.ts'
import { type AssessedKey, assess } from './assess.ts'
import { readCsv } from './csv.ts'
import { readDashboardFile } from './dashboard-file.ts'
import { readEnv } from './env.ts'
import type { Source } from './source.ts'

/** What a row would become, kept in memory between preview and commit. */
interface HeldKey extends AssessedKey {
  readonly status: 'ready' | 'duplicate'
  readonly duplicateOfKeyId: number | null
  /** Index of the row with the admin key this one is linked to, or null. */
  readonly adminIndex: number | null
}

interface HeldPreview {
  readonly format: ImportPreviewInput['format']
  readonly expiresAt: number
  /** By position in the preview; null for rows that cannot be taken. */
  readonly keys: readonly (HeldKey | null)[]
  readonly timer: NodeJS.Timeout
}

const LIFETIME = 10 * 60_000
/** Several windows may each have one open; more would only keep secrets around. */
const MAX_HELD = 4

const sourceNames = { env: 'a .env file', csv: 'a CSV table', sqlite: 'the older dashboard' } as const

/** Takes keys in from files: first a look at what would happen, then all of it in one transaction. */
export class Imports {
  readonly #store: Store
  readonly #keys: Keys
  readonly #accounts: Accounts
  readonly #audit: Audit
  readonly #clock: Clock
  readonly #held = new Map<string, HeldPreview>()

  constructor(parts: { store: Store; keys: Keys; accounts: Accounts; audit: Audit; clock: Clock }) {
    this.#store = parts.store
    this.#keys = parts.keys
    this.#accounts = parts.accounts
    this.#audit = parts.audit
    this.#clock = parts.clock
  }

  /**
   * Reads a source and says for every row what an import would do. Nothing is stored; what was read is kept in
   * memory for ten minutes. Throws INVALID_INPUT (field "text" or "base64") for a source that cannot be read, and
   * the vault's problems unless it is ready.
   */
  preview(input: ImportPreviewInput): ImportPreview {
    // A locked vault cannot tell duplicates: say so before any secret is read.
    this.#keys.findDuplicates('')
    const source = read(input)
    const { rows, keys } = this.#judge(source)
    const token = randomBytes(24).toString('base64url')
    const expiresAt = this.#clock.now() + LIFETIME
    this.#hold(token, { format: input.format, expiresAt, keys })
    const counts = { ready: 0, duplicate: 0, bad: 0 }
    for (const row of rows) counts[row.status] += 1
    return { token, expiresAt, rows, counts, notes: [...source.notes] }
  }

  /**
   * Stores the chosen rows of a preview with the accounts they need, all or nothing; the preview is gone afterwards.
   * Rows whose source names no account get `input.account`. Throws NOT_FOUND for a preview that ran out, INVALID_INPUT
   * for rows that cannot be taken or an account that is missing, ALREADY_EXISTS if a key arrived in the meantime.
   */
  commit(
    caller: Caller,
    input: { token: string; rows: readonly number[]; account: AccountChoice | null },
  ): { createdKeys: number; createdAccounts: number } {
    const preview = this.#take(input.token)
    const chosen = chosenKeys(preview, input.rows)
    const result = this.#store.transaction(() => {
      const accounts = new AccountResolver(this.#accounts, caller, input.account)
      const created = new Map<number, number>()
      const admins = chosen.filter(([, key]) => key.kind === 'admin')
      const others = chosen.filter(([, key]) => key.kind !== 'admin')
      for (const group of [admins, others]) {
        const inputs = group.map(([, key]) => this.#newKey(key, accounts.idFor(key.account), preview, created))
        const ids = inputs.length === 0 ? [] : this.#keys.createMany(caller, inputs, 'import')
        for (const [position, [index]] of group.entries()) {
          const id = ids[position]
          if (id !== undefined) created.set(index, id)
        }
      }
      const counts = { createdKeys: created.size, createdAccounts: accounts.created }
      this.#audit.record(caller, { action: 'import.committed', detail: describe(counts, preview.format) })
      return counts
    })
    this.#drop(input.token)
    return result
  }

  /** Drops every preview with its secrets: the vault was locked. */
  forget(): void {
    for (const token of [...this.#held.keys()]) this.#drop(token)
  }

  close(): void {
    this.forget()
  }

  #judge(source: Source): { rows: ImportRow[]; keys: (HeldKey | null)[] } {
    const assessed = source.rows.map(assess)
    const indexOfId = new Map<string, number>()
    for (const [index, { sourceId }] of source.rows.entries()) if (sourceId !== null) indexOfId.set(sourceId, index)
    const firstWith = new Map<string, string>()
    const keys: (HeldKey | null)[] = []
    const rows = source.rows.map((row, index): ImportRow => {
      const found = assessed[index]
      if (found === undefined || !found.ok) {
        keys.push(null)
        return badRow(index, row.origin, found?.name ?? '', found?.reason ?? null)
      }
      const { key } = found
      const notes = [...found.notes]
      const adminIndex = row.adminSourceId === null ? null : (indexOfId.get(row.adminSourceId) ?? null)
      const admin = adminIndex === null ? undefined : assessed[adminIndex]
      const linked = admin?.ok === true && mayLink(key, admin.key)
      if (row.adminSourceId !== null && !linked) notes.push('Its link to an admin key does not fit and is left out.')
      const earlier = firstWith.get(key.secret)
      const duplicate = this.#keys.findDuplicates(key.secret)[0]
      const status = duplicate !== undefined || earlier !== undefined ? 'duplicate' : 'ready'
      firstWith.set(key.secret, earlier ?? row.origin)
      if (duplicate !== undefined) {
        notes.unshift(
          `Already stored as "${duplicate.name}" (${duplicate.accountEmail}). Leave it out, or take it in a second time.`,
        )
      } else if (earlier !== undefined) {
        notes.unshift(`The same key as in ${earlier}. Leave one of them out.`)
      }
      const duplicateOfKeyId = duplicate?.id ?? null
      keys.push({ ...key, status, duplicateOfKeyId, adminIndex: linked ? adminIndex : null })
      return {
        index,
        origin: row.origin,
        name: key.name,
        provider: key.provider,
        kind: key.kind,
        masked: maskKey(key.secret),
        accountEmail: key.account?.email ?? null,
        status,
        reason: notes.length === 0 ? null : notes.join(' '),
        duplicateOfKeyId,
      }
    })
    return { rows, keys }
  }

  #newKey(key: HeldKey, accountId: number, preview: HeldPreview, created: ReadonlyMap<number, number>): NewKey {
    return {
      accountId,
      name: key.name,
      description: key.description,
      provider: key.provider,
      kind: key.kind,
      adminKeyId: this.#adminOf(key, preview, created),
      environment: key.environment,
      tags: key.tags,
      secret: key.secret,
      allowDuplicate: key.status === 'duplicate',
    }
  }

  /** The admin key just taken in, or the stored one it is a duplicate of; null if neither is there. */
  #adminOf(key: HeldKey, preview: HeldPreview, created: ReadonlyMap<number, number>): number | null {
    if (key.adminIndex === null) return null
    const taken = created.get(key.adminIndex)
    if (taken !== undefined) return taken
    const stored = preview.keys[key.adminIndex]?.duplicateOfKeyId ?? null
    if (stored === null) return null
    const admin = this.#stillThere(stored)
    return admin !== null && admin.kind === 'admin' && admin.provider === key.provider ? stored : null
  }

  #stillThere(id: number): ReturnType<Keys['get']> | null {
    try {
      return this.#keys.get(id)
    } catch (error) {
      if (error instanceof Problem && error.code === 'NOT_FOUND') return null
      throw error
    }
  }

  #hold(token: string, preview: Omit<HeldPreview, 'timer'>): void {
    const oldest = this.#held.keys().next()
    if (this.#held.size >= MAX_HELD && oldest.done !== true) this.#drop(oldest.value)
    const timer = setTimeout(() => this.#drop(token), LIFETIME)
    timer.unref()
    this.#held.set(token, { ...preview, timer })
  }

  #take(token: string): HeldPreview {
    const preview = this.#held.get(token)
    if (preview !== undefined && preview.expiresAt > this.#clock.now()) return preview
    this.#drop(token)
    throw new Problem('NOT_FOUND', 'This preview is no longer there.', {
      cause: 'A preview is kept for ten minutes, and forgotten when it is used or the vault is locked.',
      remedies: ['Choose the file again. Nothing was stored.'],
    })
  }

  #drop(token: string): void {
    clearTimeout(this.#held.get(token)?.timer)
    this.#held.delete(token)
  }
}

function read(input: ImportPreviewInput): Source {
  if (input.format === 'sqlite') return readDashboardFile(input.base64)
  return input.format === 'env' ? readEnv(input.text) : readCsv(input.text)
}

function mayLink(key: AssessedKey, admin: AssessedKey): boolean {
  return admin.kind === 'admin' && admin.provider === key.provider && linkableKinds.includes(key.kind)
}

function badRow(index: number, origin: string, name: string, reason: string | null): ImportRow {
  return {
    index,
    origin,
    name,
    provider: 'custom',
    kind: 'unknown',
    masked: MASK_DOTS,
    accountEmail: null,
    status: 'bad',
    reason,
    duplicateOfKeyId: null,
  }
}

/** In the order of the preview, each once. */
function chosenKeys(preview: HeldPreview, rows: readonly number[]): [number, HeldKey][] {
  const indexes = [...new Set(rows)].sort((a, b) => a - b)
  if (indexes.length === 0) throw invalidField('rows', 'Choose at least one row.')
  return indexes.map((index) => {
    const key = preview.keys[index]
    if (key === undefined) throw invalidField('rows', `The preview has no row ${index}. Choose among its rows.`)
    if (key === null)
      throw invalidField('rows', `Row ${index} cannot be taken in. Leave it out, or correct the source.`)
    return [index, key]
  })
}

function describe(
  counts: { createdKeys: number; createdAccounts: number },
  format: ImportPreviewInput['format'],
): string {
  return `${countOf(counts.createdKeys, 'key')} and ${countOf(counts.createdAccounts, 'new account')} from ${sourceNames[format]}.`
}
