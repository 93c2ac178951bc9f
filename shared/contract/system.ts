import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { procedure } from './base.ts'

export const systemInfoSchema = z.object({
  product: z.literal('Keyhold'),
  version: z.string(),
  host: z.enum(['desktop', 'browser']),
  dataDir: z.string(),
  /** A generated sample workspace: every screen says so. */
  sample: z.boolean(),
  capabilities: z.object({
    /** Main can write the clipboard itself, so a copied key never enters the page. */
    clipboard: z.boolean(),
  }),
  /** What happened by itself that the operator should know (settings set aside, database restored, no backup made). */
  notices: z.array(
    z.object({ severity: z.enum(['info', 'warning', 'error']), message: z.string(), detail: z.string().nullable() }),
  ),
})

/** A kind of data that changed; whoever shows it asks again. */
export const topicSchema = z.enum([
  'accounts',
  'keys',
  'usage',
  'settings',
  'audit',
  'notices',
  'receiver',
  'captures',
  'deliveries',
  'tunnels',
  'probes',
])

export const system = {
  info: procedure.route({ method: 'GET', path: '/system' }).output(systemInfoSchema),
  /** Emits a topic whenever data of that kind changed, in this window or another. Bursts are merged. */
  changes: procedure
    .route({ method: 'GET', path: '/system/changes' })
    .output(eventIterator(z.object({ topic: topicSchema }))),
}

export type SystemInfo = z.infer<typeof systemInfoSchema>
export type Topic = z.infer<typeof topicSchema>
