import type { Topic } from '../../shared/contract/system.ts'
import { client, orpc, queryClient } from './api.ts'
import { follow } from './streams.ts'

/** Queries that show data of a topic. An account row carries the number of its keys, a key row its account. */
const affected: Record<Topic, () => readonly (readonly unknown[])[]> = {
  accounts: () => [orpc.accounts.key(), ...keyQueries()],
  keys: () => [...keyQueries(), orpc.accounts.key(), orpc.usage.key()],
  usage: () => [orpc.usage.key()],
  settings: () => [orpc.settings.key()],
  audit: () => [orpc.audit.key()],
  receiver: () => [orpc.receiver.key()],
  captures: () => [orpc.captures.key(), orpc.receiver.endpoints.key()],
  deliveries: () => [orpc.deliveries.key()],
  tunnels: () => [orpc.tunnels.key(), orpc.receiver.key()],
  probes: () => [orpc.sender.probes.key()],
  notices: () => [orpc.system.info.key()],
}

/**
 * Follows what changes in the workspace, in this window or another, and has the queries concerned run again. The
 * whole window shares one such stream, so no page has to listen for itself.
 */
export async function followChanges(signal: AbortSignal): Promise<void> {
  await follow(
    (stop) => client.system.changes(undefined, { signal: stop }),
    ({ topic }) => {
      for (const queryKey of affected[topic]()) void queryClient.invalidateQueries({ queryKey })
    },
    signal,
  )
}

/** Not `keys.remote`: that one asks a provider. */
function keyQueries() {
  return [orpc.keys.list.key(), orpc.keys.get.key()]
}
