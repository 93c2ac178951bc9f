import { useQuery } from '@tanstack/react-query'
import { orpc } from '../../app/api.ts'

/** The name of an endpoint in its address, for lists that know its id only. */
export function useEndpointName(): (id: number) => string {
  const { data } = useQuery(orpc.receiver.endpoints.queryOptions())
  return (id) => data?.find((endpoint) => endpoint.id === id)?.slug ?? `Endpoint ${id}`
}
