import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { MAX_PASSPHRASE, MIN_PASSPHRASE, timeLimits } from '../limits.ts'
import { instantSchema, okSchema, procedure } from './base.ts'

/** A new passphrase. Not trimmed: every character counts. */
export const newPassphraseSchema = z
  .string()
  .min(MIN_PASSPHRASE, `The passphrase needs at least ${MIN_PASSPHRASE} characters.`)
  .max(MAX_PASSPHRASE, `The passphrase is longer than ${MAX_PASSPHRASE} characters.`)

export const protectorKindSchema = z.enum(['os', 'passphrase', 'recovery'])

export const protectorSchema = z.object({
  kind: protectorKindSchema,
  createdAt: instantSchema,
  /** For `os`: the backend that wrapped the key ("keychain", "dpapi", "gnome_libsecret", …); otherwise null. */
  backend: z.string().nullable(),
})

/**
 * The state of the vault. Only `ready` gives secrets; every other state says why not.
 * - `os-unavailable`: the operating system's key store cannot answer now; another protector may still open it.
 * - `backend-changed`, `identity-changed`: it answers for another store or another app identity than recorded.
 * - `key-lost`: secrets are recorded but no protector is.
 * - `unprotected`: the only protector is an operating-system store that protects nothing (Linux `basic_text`).
 */
export const vaultStateSchema = z.enum([
  'uninitialised',
  'locked',
  'ready',
  'os-unavailable',
  'backend-changed',
  'identity-changed',
  'key-lost',
  'unprotected',
])

export const vaultStatusSchema = z.object({
  state: vaultStateSchema,
  /** One plain sentence about the state. */
  message: z.string(),
  remedies: z.array(z.string()),
  protectors: z.array(protectorSchema),
  /** Whether the operating system's key store can be added as a protector on this host, and if not why. */
  osProtector: z.object({ available: z.boolean(), reason: z.string().nullable(), backend: z.string().nullable() }),
  /** Milliseconds until the next passphrase try is accepted; 0 when none failed lately. */
  retryAfterMs: z.number().int().nonnegative(),
  autoLockMinutes: z.number().int().min(0).max(timeLimits.autoLockMinutes.max),
})

const secretInput = z.string().min(1).max(MAX_PASSPHRASE)

export const vault = {
  status: procedure.route({ method: 'GET', path: '/vault' }).output(vaultStatusSchema),
  /** Emits the status now and after every change. */
  watch: procedure.route({ method: 'GET', path: '/vault/events' }).output(eventIterator(vaultStatusSchema)),
  /** Makes the vault key. The recovery code is in this answer and nowhere else, ever. */
  initialise: procedure
    .route({ method: 'POST', path: '/vault/initialise' })
    .input(z.object({ passphrase: newPassphraseSchema.nullable(), useOs: z.boolean().default(false) }))
    .output(z.object({ recoveryCode: z.string(), status: vaultStatusSchema })),
  unlock: procedure
    .route({ method: 'POST', path: '/vault/unlock' })
    .input(
      z.discriminatedUnion('with', [
        z.object({ with: z.literal('passphrase'), passphrase: secretInput }),
        z.object({ with: z.literal('recovery'), recoveryCode: secretInput }),
        z.object({ with: z.literal('os') }),
      ]),
    )
    .output(vaultStatusSchema),
  lock: procedure.route({ method: 'POST', path: '/vault/lock' }).output(vaultStatusSchema),
  /** Sets or replaces the passphrase. Needs the vault ready and, when one is set, the present passphrase. */
  setPassphrase: procedure
    .route({ method: 'PUT', path: '/vault/passphrase' })
    .input(z.object({ current: secretInput.nullable(), next: newPassphraseSchema }))
    .output(vaultStatusSchema),
  /** Replaces the recovery code; the old one stops working only after the new wrap was read back. */
  renewRecoveryCode: procedure
    .route({ method: 'POST', path: '/vault/recovery-code' })
    .output(z.object({ recoveryCode: z.string() })),
  addOsProtector: procedure.route({ method: 'POST', path: '/vault/protectors/os' }).output(vaultStatusSchema),
  /** Refused with IN_USE for the last protector that is left. */
  removeProtector: procedure
    .route({ method: 'DELETE', path: '/vault/protectors/{kind}' })
    .input(z.object({ kind: protectorKindSchema }))
    .output(vaultStatusSchema),
  /** Tells the vault that somebody is there, so that the idle lock starts anew. */
  touch: procedure.route({ method: 'POST', path: '/vault/touch' }).output(okSchema),
}

export type VaultStatus = z.infer<typeof vaultStatusSchema>
export type VaultState = z.infer<typeof vaultStateSchema>
export type ProtectorKind = z.infer<typeof protectorKindSchema>
