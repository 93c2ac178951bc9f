import { useSyncExternalStore } from 'react'
import type { Topic } from '../../shared/contract/system.ts'
import { client, orpc, queryClient } from './api.ts'
import { follow } from './streams.ts'

const counts: Record<Topic, number> = { accounts: 0, keys: 0, usage: 0, settings: 0, audit: 0 }
const listeners = new Set<() => void>()

/** Queries that show data of a topic. An account row carries the number of its keys, a key row its account. */
const affected: Record<Topic, () => readonly (readonly unknown[])[]> = {
  accounts: () => [orpc.accounts.key(), ...keyQueries()],
  keys: () => [...keyQueries(), orpc.accounts.key(), orpc.usage.key()],
  usage: () => [orpc.usage.key()],
  settings: () => [orpc.settings.key()],
  audit: () => [orpc.audit.key()],
}

/** Not `keys.remote`: that one asks a provider. */
function keyQueries() {
  return [orpc.keys.list.key(), orpc.keys.get.key()]
}

/** Follows what changes in the workspace, in this window or another, and has the queries concerned run again. */
export async function followChanges(signal: AbortSignal): Promise<void> {
  await follow(
    (stop) => client.system.changes(undefined, { signal: stop }),
    ({ topic }) => announce(topic),
    signal,
  )
}

/** Has everything that shows this topic read again. */
export function announce(topic: Topic): void {
  counts[topic] += 1
  for (const queryKey of affected[topic]()) void queryClient.invalidateQueries({ queryKey })
  for (const listener of [...listeners]) listener()
}

/**
 * How often data of this kind has changed since the window was opened. Queries are read again by themselves; use
 * this only for what is not a query.
 */
export function useChanges(topic: Topic): number {
  return useSyncExternalStore(subscribe, () => counts[topic])
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
