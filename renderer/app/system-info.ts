import { useQuery } from '@tanstack/react-query'
import { orpc } from './api.ts'

/** What the workspace says about itself. Only its notices change while it runs. */
export function useSystemInfo() {
  return useQuery(orpc.system.info.queryOptions({ staleTime: Number.POSITIVE_INFINITY }))
}

/** What the operator chose, shared by every page. */
export function usePreferences() {
  return useQuery(orpc.settings.preferences.queryOptions({ staleTime: Number.POSITIVE_INFINITY }))
}
