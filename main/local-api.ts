import { implement } from '@orpc/server'
import type { z } from 'zod'
import { type Account, accountFieldsSchema } from '../shared/contract/accounts.ts'
import { contract } from '../shared/contract/index.ts'
import { keyFieldsSchema, type ProviderKey } from '../shared/contract/keys.ts'
import type { AccountRow, KeyRow } from '../shared/contract/local-api.ts'
import { MAX_PAGE } from '../shared/limits.ts'
import { invalidInput, Problem } from '../shared/problems.ts'
import { acceptsKey } from '../shared/providers.ts'
import { withoutUndefined } from '../shared/without-undefined.ts'
import type { DoorContext } from './doors.ts'
import { usageReport } from './local-api-usage.ts'
import type { Workspace } from './workspace.ts'

/**
 * The published REST routes: the older dashboard's paths and column names, translated to the domains and back.
 * No logic of its own, so that a script and a person meet the same rules.
 */
export function createLocalApi(workspace: Workspace, allowReveal: () => boolean) {
  const { accounts, keys, vault } = workspace
  const os = implement(contract).$context<DoorContext>().localApi

  return os.router({
    listAccounts: os.listAccounts.handler(({ input }) => {
      const { items, nextCursor } = gather(input, (page) => accounts.list({ ...page, sort: 'created' }))
      return { headers: cursorHeader(nextCursor), body: items.map(accountRow) }
    }),
    createAccount: os.createAccount.handler(({ input, context }) =>
      accountRow(accounts.create(context.caller, accountFields(input))),
    ),
    updateAccount: os.updateAccount.handler(({ input, context }) => {
      const { organization_name: organization, id, ...rest } = input
      const changes = withoutUndefined({ ...rest, organization })
      const fields = parseFields(accountFieldsSchema, { ...accounts.get(id), ...changes })
      return accountRow(accounts.update(context.caller, { ...fields, id: input.id }))
    }),
    deleteAccount: os.deleteAccount.handler(({ input, context }) => {
      const { keys: fate, move_to_account_id: target } = input.query
      accounts.delete(context.caller, {
        id: input.params.id,
        ...(fate === undefined ? {} : { keys: fate }),
        ...(target === undefined ? {} : { moveToAccountId: target }),
      })
      return { ok: true as const }
    }),
    listKeys: os.listKeys.handler(({ input }) => {
      const { items, nextCursor } = gather(input, (page) => keys.list({ ...page, sort: 'created' }))
      return { headers: cursorHeader(nextCursor), body: items.map(keyRow) }
    }),
    createKey: os.createKey.handler(async ({ input, context }) => {
      const detected = keys.detect(input.full_key)
      const fields = parseFields(keyFieldsSchema, {
        accountId: input.account_id,
        name: input.name,
        provider: input.provider ?? detected.provider,
        kind: input.key_type ?? detected.kind,
        adminKeyId: input.admin_key_id ?? null,
      })
      const created = await keys.create(context.caller, {
        ...fields,
        secret: input.full_key,
        allowDuplicate: false,
      })
      return keyRow(created)
    }),
    updateKey: os.updateKey.handler(async ({ input, context }) => {
      const { account_id: accountId, key_type: kind, admin_key_id: adminKeyId, full_key: secret, id, ...rest } = input
      // Whatever the routes do not name stays as it is.
      const changes = withoutUndefined({ ...rest, accountId, kind, adminKeyId })
      const fields = parseFields(keyFieldsSchema, { ...keys.get(id), ...changes })
      const updated = await keys.update(context.caller, {
        ...fields,
        id: input.id,
        allowDuplicate: false,
        ...(secret === undefined ? {} : { secret }),
      })
      return keyRow(updated)
    }),
    deleteKey: os.deleteKey.handler(({ input, context }) => {
      keys.delete(context.caller, input.id)
      return { ok: true as const }
    }),
    fullKey: os.fullKey.handler(async ({ input, context }) => {
      vault.requireReady()
      if (context.caller.source === 'api' && !allowReveal()) {
        throw new Problem('FORBIDDEN', 'Revealing keys over the local API is not allowed.', {
          cause: 'The setting that allows it is off.',
          remedies: [
            'Turn on "Allow revealing keys" in Settings, Local API.',
            'Or start the browser host with --api-allow-reveal.',
          ],
        })
      }
      const { secret } = await keys.reveal(context.caller, input.id, 'show')
      return { full_key: secret }
    }),
    testKey: os.testKey.handler(async ({ input, context, signal }) => {
      const result = await keys.test(context.caller, input.id, signal)
      return {
        valid: acceptsKey[result.outcome],
        outcome: result.outcome,
        message: result.message,
        remedies: result.remedies,
        status: result.status,
        tested_at: iso(result.testedAt),
      }
    }),
    usage: os.usage.handler(({ input, signal }) =>
      usageReport(workspace, input.days, input.refresh === '1' || input.refresh === 'true', signal),
    ),
  })
}

interface ListInput {
  readonly limit: number
  readonly cursor?: string | undefined
}

/** Follows the domain's pages until `limit` rows are together: one array for scripts, never without a bound. */
function gather<T>(
  input: ListInput,
  list: (page: { limit: number; cursor?: string }) => { items: T[]; nextCursor: string | null },
): { items: T[]; nextCursor: string | null } {
  const items: T[] = []
  let cursor: string | null = input.cursor ?? null
  do {
    const page: { items: T[]; nextCursor: string | null } = list({
      limit: Math.min(MAX_PAGE, input.limit - items.length),
      ...(cursor === null ? {} : { cursor }),
    })
    items.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null && items.length < input.limit)
  return { items, nextCursor: cursor }
}

function cursorHeader(cursor: string | null): { 'x-next-cursor'?: string } {
  return cursor === null ? {} : { 'x-next-cursor': cursor }
}

/** The stricter rules of the domain's own fields; what breaks them is the caller's input, not a defect. */
function parseFields<T extends z.ZodType>(schema: T, value: z.input<T>): z.output<T> {
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw invalidInput(parsed.error.issues)
  return parsed.data
}

function accountFields(row: {
  email: string
  name?: string | null | undefined
  organization_name?: string | null | undefined
  contact_note?: string | null
}) {
  return parseFields(accountFieldsSchema, {
    email: row.email,
    name: row.name ?? null,
    organization: row.organization_name ?? null,
    contactNote: row.contact_note ?? null,
  })
}

function accountRow(account: Account): AccountRow {
  return {
    id: account.id,
    email: account.email,
    name: account.name,
    organization_name: account.organization,
    created_at: iso(account.createdAt),
    updated_at: iso(account.updatedAt),
  }
}

function keyRow(key: ProviderKey): KeyRow {
  return {
    id: key.id,
    name: key.name,
    masked_key: key.masked,
    key_type: key.kind,
    provider: key.provider,
    account_id: key.accountId,
    admin_key_id: key.adminKeyId,
    created_at: iso(key.createdAt),
    updated_at: iso(key.updatedAt),
  }
}

function iso(instant: number): string {
  return new Date(instant).toISOString()
}
