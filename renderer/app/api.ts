import { createORPCClient } from '@orpc/client'
import { createTanstackQueryUtils } from '@orpc/tanstack-query'
import { onlineManager, QueryClient } from '@tanstack/react-query'
import type { WorkspaceClient } from '../../shared/contract/index.ts'
import { ConnectionLostError } from '../ui/connection-lost.ts'
import { Connection } from './connection.ts'
import { chooseTransport } from './transport.ts'

/** The one connection of this page. `main.tsx` opens it. */
export const connection = new Connection(chooseTransport())

/** Calls the workspace. Failures are contract errors: read them with `problemOf` of `ui/problem.ts`. */
export const client: WorkspaceClient = createORPCClient(connection)

/** Query options and keys for TanStack Query. Never use them for calls that carry or return a secret. */
export const orpc = createTanstackQueryUtils(client)

/**
 * Holds what was read from the workspace. It is emptied on lock. Queries wait while the connection is down and
 * run again when it is back; changes are not repeated by themselves.
 */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: false,
      refetchOnReconnect: 'always',
      retry: (failures, error) => error instanceof ConnectionLostError && failures < 3,
    },
    mutations: { networkMode: 'always', retry: false },
  },
})

// "Online" means that the workspace can be reached. Whether the machine has a network does not matter here.
onlineManager.setEventListener((setOnline) => connection.subscribe(() => setOnline(connection.state.kind === 'open')))
