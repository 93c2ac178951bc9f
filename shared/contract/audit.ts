import { z } from 'zod'
import { idSchema, instantSchema, pageInputSchema, pageOf, procedure } from './base.ts'

export const auditActionSchema = z.enum([
  'vault.initialised',
  'vault.unlocked',
  'vault.locked',
  'vault.unlock-failed',
  'vault.passphrase-set',
  'vault.recovery-renewed',
  'vault.protector-added',
  'vault.protector-removed',
  'account.created',
  'account.updated',
  'account.deleted',
  'key.created',
  'key.updated',
  'key.deleted',
  'key.revealed',
  'key.copied',
  'key.tested',
  'import.committed',
  'usage.exported',
  'endpoint.created',
  'endpoint.updated',
  'endpoint.deleted',
  'endpoint.secret-added',
  'endpoint.secret-removed',
  'captures.deleted',
  'captures.exported',
  'captures.imported',
  'replay.started',
  'event.sent',
  'retries.started',
  'probe.started',
  'target.created',
  'target.updated',
  'target.deleted',
  'tunnel.started',
  'tunnel.stopped',
  'tunnel.used',
  'receiver.configured',
  'settings.provider-changed',
  'settings.local-api-changed',
])

export const auditEntrySchema = z.object({
  id: idSchema,
  at: instantSchema,
  action: auditActionSchema,
  /** Which door the call came through. */
  source: z.enum(['app', 'api', 'system']),
  /** "key", "account", … and its id, or null. Names are kept so that deleted records stay readable. */
  subjectKind: z.string().nullable(),
  subjectId: idSchema.nullable(),
  subjectName: z.string().nullable(),
  /** A short fact about it, never a secret. */
  detail: z.string().nullable(),
})

export const audit = {
  list: procedure
    .route({ method: 'GET', path: '/audit' })
    .input(pageInputSchema.extend({ subjectKind: z.string().max(40).optional(), subjectId: idSchema.optional() }))
    .output(pageOf(auditEntrySchema)),
}

export type AuditAction = z.infer<typeof auditActionSchema>
export type AuditEntry = z.infer<typeof auditEntrySchema>
