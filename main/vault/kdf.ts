import { scrypt } from 'node:crypto'
import { KEY_LENGTH } from './cipher.ts'

/** scrypt cost: `N` iterations (a power of two), block size `r`, parallelism `p`. Memory is 128·N·r bytes. */
export interface ScryptCost {
  readonly N: number
  readonly r: number
  readonly p: number
}

/**
 * What a passphrase costs. `cost` is used for new wraps; stored parameters below `floor` or above `ceiling` are
 * refused before anything is computed, so that a hostile database can neither weaken a wrap nor take all memory.
 */
export interface KdfPolicy {
  readonly cost: ScryptCost
  readonly floor: ScryptCost
  readonly ceiling: ScryptCost
}

/**
 * About half a second and 128 MiB on a laptop: OWASP's scrypt setting (Password Storage Cheat Sheet).
 * scrypt because it is in OpenSSL and in Electron's BoringSSL alike. The ceiling is twice that, a second
 * and 256 MiB: stored parameters are read before anybody has shown a passphrase.
 * Only tests pass another policy.
 */
export const productionKdf: KdfPolicy = {
  cost: { N: 2 ** 17, r: 8, p: 1 },
  floor: { N: 2 ** 17, r: 8, p: 1 },
  ceiling: { N: 2 ** 18, r: 8, p: 1 },
}

export function isAccepted(policy: KdfPolicy, cost: ScryptCost): boolean {
  return !isWeaker(cost, policy.floor) && !isWeaker(policy.ceiling, cost) && Number.isInteger(Math.log2(cost.N))
}

/** Whether any part of `cost` is below the same part of `other`. */
export function isWeaker(cost: ScryptCost, other: ScryptCost): boolean {
  return cost.N < other.N || cost.r < other.r || cost.p < other.p
}

/**
 * 32 bytes from a passphrase, computed on the thread pool. The same text typed on systems that compose characters
 * differently gives the same key (Unicode NFC).
 */
export function deriveFromPassphrase(passphrase: string, salt: Buffer, cost: ScryptCost): Promise<Buffer> {
  const { N, r, p } = cost
  // Node refuses more than 32 MiB unless told otherwise; OpenSSL needs a little beyond 128·N·r.
  const maxmem = 128 * r * (N + p + 2) + 1024 * 1024
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, KEY_LENGTH, { N, r, p, maxmem }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    )
  })
}
