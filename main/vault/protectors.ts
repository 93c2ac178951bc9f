import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { ProtectorKind } from '../../shared/contract/vault.ts'
import { Problem } from '../../shared/problems.ts'
import { binding, open, SealError, seal } from './cipher.ts'
import { deriveFromPassphrase, isAccepted, isWeaker, type KdfPolicy } from './kdf.ts'
import { protectorNames } from './problems.ts'
import { deriveFromRecovery } from './recovery-code.ts'
import type { ProtectorRecord, VaultRows } from './rows.ts'
import type { VaultKey } from './vault-key.ts'

/** Wraps are not made with the vault key, so they carry the number no vault key has. */
const WRAP_KEY_ID = 0
const SALT_BYTES = 16

const saltSchema = z
  .base64()
  .transform((text) => Buffer.from(text, 'base64'))
  .refine((salt) => salt.length >= SALT_BYTES && salt.length <= 64)
const cost = z.number().int().positive()
const passphraseParameters = z.object({ kdf: z.literal('scrypt'), N: cost, r: cost, p: cost, salt: saltSchema })
const recoveryParameters = z.object({ kdf: z.literal('hkdf-sha256'), salt: saltSchema })

/** A key that wraps the vault key, with what must be stored to derive it again. Whoever gets it wipes `bytes`. */
export interface WrapKey {
  readonly kind: 'passphrase' | 'recovery'
  readonly parameters: string
  readonly bytes: Buffer
}

export async function newPassphraseKey(passphrase: string, policy: KdfPolicy): Promise<WrapKey> {
  const salt = randomBytes(SALT_BYTES)
  const { N, r, p } = policy.cost
  const parameters = JSON.stringify({ kdf: 'scrypt', N, r, p, salt: salt.toString('base64') })
  return { kind: 'passphrase', parameters, bytes: await deriveFromPassphrase(passphrase, salt, policy.cost) }
}

/**
 * Derives the key of a stored wrap. `outdated` says that new wraps cost more today. Throws {@link Problem}
 * STORE_FAILED, before computing anything, for parameters that are damaged or outside the policy.
 */
export async function storedPassphraseKey(
  record: ProtectorRecord,
  passphrase: string,
  policy: KdfPolicy,
): Promise<{ key: WrapKey; outdated: boolean }> {
  const stored = parametersOf(record, passphraseParameters)
  if (!isAccepted(policy, stored)) {
    throw damaged('passphrase', `It asks for scrypt with N=${stored.N}, r=${stored.r}, p=${stored.p}.`)
  }
  const bytes = await deriveFromPassphrase(passphrase, stored.salt, stored)
  return {
    key: { kind: 'passphrase', parameters: record.parameters, bytes },
    outdated: isWeaker(stored, policy.cost),
  }
}

export function newRecoveryKey(secret: Buffer): WrapKey {
  const salt = randomBytes(SALT_BYTES)
  const parameters = JSON.stringify({ kdf: 'hkdf-sha256', salt: salt.toString('base64') })
  return { kind: 'recovery', parameters, bytes: deriveFromRecovery(secret, salt) }
}

export function storedRecoveryKey(record: ProtectorRecord, secret: Buffer): WrapKey {
  const { salt } = parametersOf(record, recoveryParameters)
  return { kind: 'recovery', parameters: record.parameters, bytes: deriveFromRecovery(secret, salt) }
}

/** The bytes of the vault key, or null when the wrap was made with another key. Throws STORE_FAILED for a damaged wrap. */
export function unwrap(vaultId: string, wrapKey: WrapKey, wrapped: Buffer): Buffer | null {
  try {
    return open(wrapKey.bytes, WRAP_KEY_ID, wrapBinding(vaultId, wrapKey.kind), wrapped)
  } catch (error) {
    if (!(error instanceof SealError)) throw error
    if (error.reason === 'authentication') return null
    throw damaged(wrapKey.kind, 'The stored wrap is cut off or in an unknown format.')
  }
}

/**
 * Writes the wrap, reads it back and opens it, and only then lets it stand: the old wrap goes with the commit.
 * Runs inside the caller's transaction; what it throws rolls everything back.
 */
export function putWrap(rows: VaultRows, vaultId: string, wrapKey: WrapKey, vaultKey: VaultKey, now: number): void {
  const { kind, parameters } = wrapKey
  const bytes = vaultKey.copy()
  const wrapped = seal(wrapKey.bytes, WRAP_KEY_ID, wrapBinding(vaultId, kind), bytes)
  bytes.fill(0)
  rows.putProtector({ kind, parameters, wrapped, createdAt: now })
  const stored = rows.protector(kind)
  const again = stored?.parameters === parameters ? unwrap(vaultId, wrapKey, stored.wrapped) : null
  const same = again !== null && vaultKey.equals(again)
  again?.fill(0)
  if (!same) throw notVerified()
}

/** Writes a wrap of the operating system that was opened already, and compares what was stored. */
export function putVerifiedWrap(rows: VaultRows, record: ProtectorRecord): void {
  rows.putProtector(record)
  const stored = rows.protector(record.kind)
  if (stored?.parameters !== record.parameters || !stored.wrapped.equals(record.wrapped)) throw notVerified()
}

export function wrapBinding(vaultId: string, kind: ProtectorKind): Buffer {
  return binding('protector', vaultId, kind)
}

function parametersOf<T extends z.ZodType>(record: ProtectorRecord, schema: T): z.output<T> {
  const parsed = schema.safeParse(parseJson(record.parameters))
  if (parsed.success) return parsed.data
  throw damaged(record.kind, 'Its stored parameters are not what Keyhold writes.')
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function damaged(kind: ProtectorKind, cause: string): Problem {
  return new Problem('STORE_FAILED', `The stored record of the protector "${protectorNames[kind]}" is damaged.`, {
    cause: `${cause} It was not used, and nothing was changed.`,
    remedies: ['Open the vault with another protector.', 'Restore the workspace database from a backup.'],
  })
}

function notVerified(): Problem {
  return new Problem('STORE_FAILED', 'The new protector could not be read back, so the old one was kept.', {
    cause: 'What the database returned is not what was written.',
    remedies: ['Check the disk, then try again.'],
  })
}
