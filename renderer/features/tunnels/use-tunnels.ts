import { useQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useState } from 'react'
import type { TunnelsView } from '../../../shared/contract/tunnels.ts'
import { client, orpc, queryClient } from '../../app/api.ts'
import { isUnderWay } from './tunnel-words.ts'

/** Programs come and go without telling: the workspace goes on looking while somebody asks. */
const LOOK_EVERY_MS = 5_000
/** Something is starting or being proved: its end is shown soon. */
const WATCH_EVERY_MS = 1_000

/** What is known of tunnels. Looks for running programs as soon as the page is open. */
export function useTunnels() {
  const query = useQuery({
    ...orpc.tunnels.list.queryOptions(),
    refetchInterval: ({ state }) => (state.data?.tunnels.some(isUnderWay) === true ? WATCH_EVERY_MS : LOOK_EVERY_MS),
  })
  const [isLooking, setLooking] = useState(true)
  const [lookError, setLookError] = useState<unknown>(null)
  const look = useCallback(async () => {
    setLooking(true)
    setLookError(null)
    try {
      showTunnels(await client.tunnels.discover())
    } catch (error) {
      setLookError(error)
    } finally {
      setLooking(false)
    }
  }, [])
  useEffect(() => void look(), [look])
  return { query, look, isLooking, lookError }
}

/** Puts what the workspace answered on the page, and has what else shows addresses read them again. */
export function showTunnels(view: TunnelsView): void {
  queryClient.setQueryData(orpc.tunnels.list.queryKey(), view)
  void queryClient.invalidateQueries({ queryKey: orpc.receiver.key() })
}
