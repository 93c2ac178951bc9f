import { useQuery } from '@tanstack/react-query'
import type { Behaviour, Endpoint } from '../../../shared/contract/receiver.ts'
import { client, orpc, queryClient } from '../../app/api.ts'

/** All endpoints, oldest first. */
export function useEndpoints() {
  return useQuery(orpc.receiver.endpoints.queryOptions())
}

type Changes = Partial<
  Pick<Endpoint, 'slug' | 'name' | 'note' | 'scheme' | 'schemeOptions' | 'behaviour' | 'retention'>
>

/** Stores what is given and leaves the rest as it is. Throws contract errors. */
export async function updateEndpoint(id: number, changes: Changes): Promise<Endpoint> {
  const endpoint = await client.receiver.updateEndpoint({ id, ...changes })
  showEndpoint(endpoint)
  return endpoint
}

/** Stores a part of how the endpoint behaves, on top of what is stored now. Throws contract errors. */
export async function updateBehaviour(id: number, changes: Partial<Behaviour>): Promise<Endpoint> {
  // Another window may have changed another part since this one was opened.
  const { behaviour } = await client.receiver.endpoint({ id })
  return updateEndpoint(id, { behaviour: { ...behaviour, ...changes } })
}

/** Puts an endpoint as the workspace answered it into the list of this window. */
export function showEndpoint(endpoint: Endpoint): void {
  queryClient.setQueryData(orpc.receiver.endpoints.queryKey(), (list) =>
    list?.some(({ id }) => id === endpoint.id)
      ? list.map((other) => (other.id === endpoint.id ? endpoint : other))
      : [...(list ?? []), endpoint],
  )
  void queryClient.invalidateQueries({ queryKey: orpc.receiver.key() })
}
