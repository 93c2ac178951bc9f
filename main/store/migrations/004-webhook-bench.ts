import type { Migration } from './migration.ts'
import { endpointsSchema } from './parts/endpoints.ts'
import { forwardTargetsSchema } from './parts/forward-targets.ts'
import { probeReportsSchema } from './parts/probe-reports.ts'
import { tunnelsSchema } from './parts/tunnels.ts'

/** What the operator sets up for the webhook bench. Captured requests and deliveries are in databases of their own. */
export const webhookBench: Migration = {
  name: 'webhook-bench',
  sql: [endpointsSchema, forwardTargetsSchema, tunnelsSchema, probeReportsSchema].join('\n'),
}
