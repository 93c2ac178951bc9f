import { randomBytes } from 'node:crypto'
import type { Workspace } from '../../main/workspace.ts'

const ACCOUNTS = 50

/** Stores `count` custom keys over fifty accounts, quickly: for benches. The vault has to be ready. */
export function fillKeys(workspace: Workspace, count: number): void {
  const { accounts, keys, store } = workspace
  const caller = { source: 'system' } as const
  const owners = Array.from({ length: ACCOUNTS }, (_, index) =>
    accounts.create(caller, {
      email: `owner-${index}@example.com`,
      name: null,
      organization: null,
      contactNote: null,
      allowSameEmail: false,
    }),
  )
  store.db.pragma('synchronous = OFF')
  keys.createMany(
    caller,
    Array.from({ length: count }, (_, index) => ({
      accountId: owners[index % owners.length]?.id ?? 0,
      name: `Key number ${index}`,
      description: null,
      provider: 'custom' as const,
      kind: 'unknown' as const,
      adminKeyId: null,
      environment: null,
      tags: [],
      secret: `bench-${index}-${randomBytes(24).toString('hex')}`,
      allowDuplicate: true,
    })),
    'sample',
  )
  store.db.pragma('synchronous = FULL')
}
