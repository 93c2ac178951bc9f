import { notifications } from '@mantine/notifications'
import { useSyncExternalStore } from 'react'
import type { VaultStatus } from '../../shared/contract/vault.ts'
import { client, queryClient } from './api.ts'
import { follow } from './streams.ts'

interface VaultView {
  /** Null until the workspace has said how the vault stands. */
  readonly status: VaultStatus | null
  /** When `status` arrived, in epoch milliseconds: `retryAfterMs` counts from then. */
  readonly receivedAt: number
  /** Why the status cannot be read, or null. */
  readonly error: unknown
}

let view: VaultView = { status: null, receivedAt: 0, error: null }
const listeners = new Set<() => void>()

/** Follows the state of the vault until `signal` aborts. */
export async function followVault(signal: AbortSignal): Promise<void> {
  await follow(
    (stop) => client.vault.watch(undefined, { signal: stop }),
    setVaultStatus,
    signal,
    (error) => set({ ...view, error }),
  )
}

/** Takes in a status that a call has answered with. Leaving `ready` drops everything that was read. */
export function setVaultStatus(status: VaultStatus): void {
  const wasReady = view.status?.state === 'ready'
  set({ status, receivedAt: Date.now(), error: null })
  if (wasReady && status.state !== 'ready') {
    queryClient.clear()
    notifications.clean()
  }
}

/** How the vault stands, kept up to date by {@link followVault}. */
export function useVault(): VaultView {
  return useSyncExternalStore(subscribe, () => view)
}

/** Locks the vault; the pages go away at once. Throws contract errors. */
export async function lockVault(): Promise<void> {
  setVaultStatus(await client.vault.lock())
}

function set(next: VaultView): void {
  view = next
  for (const listener of [...listeners]) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
