import { createDecipheriv, createHmac, hkdfSync, scryptSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { OsSecretStore } from '../../../main/host.ts'
import type { Store } from '../../../main/store/store.ts'
import { productionKdf } from '../../../main/vault/kdf.ts'
import { testVault } from './support.ts'

const hex = z.string().transform((text) => Buffer.from(text, 'hex'))
const fixture = z
  .object({
    vault: z.object({ id: z.string(), checkValue: hex, createdAt: z.number() }),
    protectors: z.array(
      z.object({
        kind: z.enum(['passphrase', 'recovery', 'os']),
        parameters: z.record(z.string(), z.union([z.string(), z.number()])),
        wrapped: hex,
        createdAt: z.number(),
      }),
    ),
    passphrase: z.string(),
    recoveryCode: z.string(),
    secrets: z.array(
      z.object({
        place: z.object({ table: z.string(), row: z.union([z.number(), z.string()]), field: z.string() }),
        text: z.string(),
        blob: hex,
        fingerprint: hex,
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('./fixtures/vault-format-1.json', import.meta.url), 'utf8')))

/** A key store that changes nothing, so that the fixture shows what the vault itself puts into a wrap. */
const passThrough: OsSecretStore = {
  availability: async () => ({ kind: 'protected', backend: 'keychain', identity: 'keyhold' }),
  wrap: async (plain) => Buffer.from(plain),
  unwrap: async (wrapped) => ({ plain: Buffer.from(wrapped), rewrap: false }),
}

function load(store: Store): void {
  const { id, checkValue, createdAt } = fixture.vault
  store.db.prepare('INSERT INTO vault VALUES (1, ?, ?, ?)').run(id, checkValue, createdAt)
  const insert = store.db.prepare('INSERT INTO vault_protectors VALUES (?, ?, ?, ?)')
  for (const { kind, parameters, wrapped, createdAt: at } of fixture.protectors) {
    insert.run(kind, JSON.stringify(parameters), wrapped, at)
  }
}

describe('a vault written in format 1', () => {
  test.each([
    { with: 'passphrase', passphrase: fixture.passphrase },
    { with: 'recovery', recoveryCode: fixture.recoveryCode },
    { with: 'os' },
  ] as const)('opens with $with, at the production cost', async (input) => {
    const { vault, store } = testVault({ kdf: productionKdf, secretStore: passThrough })
    load(store)
    expect((await vault.unlock(input)).state).toBe('ready')
    for (const { place, text, blob, fingerprint } of fixture.secrets) {
      expect(vault.decrypt(place, blob)).toBe(text)
      expect(vault.fingerprint(text)).toEqual(fingerprint)
    }
  })

  test('opens with a passphrase typed as separate accents', async () => {
    const { vault, store } = testVault({ kdf: productionKdf })
    load(store)
    const decomposed = fixture.passphrase.normalize('NFD')
    expect(decomposed).not.toBe(fixture.passphrase)
    expect((await vault.unlock({ with: 'passphrase', passphrase: decomposed })).state).toBe('ready')
  })

  test('is what the documented construction gives, computed here step by step', () => {
    const wrap = fixture.protectors.find(({ kind }) => kind === 'passphrase')
    const { N, r, p, salt } = z
      .object({ N: z.number(), r: z.number(), p: z.number(), salt: z.base64() })
      .parse(wrap?.parameters)
    const wrapKey = scryptSync(fixture.passphrase, Buffer.from(salt, 'base64'), 32, { N, r, p, maxmem: 2 ** 28 })
    const { id } = fixture.vault
    const key = gcm(wrapKey, 0, ['keyhold/v1', 'protector', id, 'passphrase'], wrap?.wrapped ?? Buffer.alloc(0))
    expect(key).toHaveLength(32)
    expect(gcm(key, 1, ['keyhold/v1', 'vault-check', id], fixture.vault.checkValue).toString()).toBe(
      'keyhold vault check',
    )
    const fingerprintKey = Buffer.from(hkdfSync('sha256', key, id, 'keyhold/v1/fingerprint', 32))
    for (const { place, text, blob, fingerprint } of fixture.secrets) {
      const bound = ['keyhold/v1', id, place.table, place.row, place.field]
      expect(gcm(key, 1, bound, blob).toString()).toBe(text)
      expect(createHmac('sha256', fingerprintKey).update(text).digest()).toEqual(fingerprint)
    }
  })
})

function gcm(key: Buffer, keyId: number, bound: (string | number)[], sealed: Buffer): Buffer {
  expect([...sealed.subarray(0, 2)]).toEqual([1, keyId])
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(2, 14), { authTagLength: 16 })
  decipher.setAAD(Buffer.from(JSON.stringify(bound)))
  decipher.setAuthTag(sealed.subarray(-16))
  return Buffer.concat([decipher.update(sealed.subarray(14, -16)), decipher.final()])
}
