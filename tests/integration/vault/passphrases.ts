import type { KdfPolicy } from '../../../main/vault/kdf.ts'

/** Cheap, so that the process is killed while it writes rather than while it derives. */
export const killKdf: KdfPolicy = {
  cost: { N: 128, r: 8, p: 1 },
  floor: { N: 128, r: 8, p: 1 },
  ceiling: { N: 128, r: 8, p: 1 },
}

export function passphraseOf(number: number): string {
  return `passphrase number ${number}`
}
