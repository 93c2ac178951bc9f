import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SecretPlace } from '../../../main/vault/vault.ts'
import { VaultKey } from '../../../main/vault/vault-key.ts'
import { expectProblem, PASSPHRASE, testVault } from './support.ts'

const place: SecretPlace = { table: 'provider_keys', row: 7, field: 'secret' }
const VAULT_ID = '7a3c1f0e-0000-4000-8000-000000000001'

function newKey(id = VAULT_ID): VaultKey {
  return new VaultKey(Buffer.alloc(32, 0x5a), id)
}

describe('a stored secret', () => {
  test('comes back as it was, whatever it is', () => {
    const key = newKey()
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 1 }), (text, row) => {
        const blob = key.encrypt({ ...place, row }, text)
        expect(blob).toHaveLength(2 + 12 + Buffer.byteLength(text) + 16)
        expect(key.decrypt({ ...place, row }, blob)).toBe(text)
      }),
    )
  })

  test('with half a surrogate pair is refused instead of being stored as something else', async () => {
    await expectProblem('INVALID_INPUT', () => newKey().encrypt(place, 'abc\ud83d'))
  })

  test('looks different each time it is encrypted', () => {
    const key = newKey()
    const blobs = Array.from({ length: 200 }, () => key.encrypt(place, 'same').toString('hex'))
    expect(new Set(blobs.map((blob) => blob.slice(4, 28))).size).toBe(200)
    expect(new Set(blobs).size).toBe(200)
  })

  test('with any single byte changed does not open, and says that it was kept', async () => {
    const key = newKey()
    const blob = key.encrypt(place, 'every byte of this counts')
    for (let index = 0; index < blob.length; index++) {
      for (const bit of [0x01, 0x80]) {
        const damaged = Buffer.from(blob)
        damaged[index] = (damaged[index] ?? 0) ^ bit
        const problem = await expectProblem('SECRET_UNREADABLE', () => key.decrypt(place, damaged))
        expect(problem.message).toContain('kept as it is')
      }
    }
  })

  test('with a short tag, or cut off anywhere, does not open', async () => {
    const key = newKey()
    const blob = key.encrypt(place, 'x'.repeat(40))
    for (let length = 0; length < blob.length; length++) {
      await expectProblem('SECRET_UNREADABLE', () => key.decrypt(place, blob.subarray(0, length)))
    }
    await expectProblem('SECRET_UNREADABLE', () => key.decrypt(place, Buffer.concat([blob, Buffer.from([0])])))
  })

  test.each([
    ['another row', { ...place, row: 8 }],
    ['the same row number as text', { ...place, row: '7' }],
    ['another field', { ...place, field: 'note' }],
    ['another table', { ...place, table: 'connections' }],
    ['a place whose parts join to the same text', { table: 'provider_keys","7', row: '', field: 'secret' }],
  ])('moved to %s does not open', async (_where, elsewhere) => {
    const key = newKey()
    await expectProblem('SECRET_UNREADABLE', () => key.decrypt(elsewhere, key.encrypt(place, 'stay')))
  })

  test('moved to another vault does not open, even under the same key', async () => {
    const blob = newKey().encrypt(place, 'stay')
    await expectProblem('SECRET_UNREADABLE', () => newKey('another-vault').decrypt(place, blob))
  })

  test('is never bound to two places in one way', () => {
    const part = fc.string({ maxLength: 6, unit: fc.constantFrom('a', '"', ',', '|', '[', '\\') })
    const places = fc.record({ table: part, row: part, field: part })
    const key = newKey()
    fc.assert(
      fc.property(places, places, (one, other) => {
        fc.pre(one.table !== other.table || one.row !== other.row || one.field !== other.field)
        const blob = key.encrypt(one, 'x')
        expect(() => key.decrypt(other, blob)).toThrow()
      }),
      { numRuns: 300 },
    )
  })

  test('names the cause: format, other key, or damage', async () => {
    const key = newKey()
    const blob = key.encrypt(place, 'secret')
    const causes = await Promise.all(
      [0, 1, 20].map(async (index) => {
        const damaged = Buffer.from(blob)
        damaged[index] = 0xee
        return (await expectProblem('SECRET_UNREADABLE', () => key.decrypt(place, damaged))).details.cause
      }),
    )
    expect(new Set(causes).size).toBe(3)
  })

  test('never appears in the problem that says it is unreadable', async () => {
    const key = newKey()
    const text = `sk-${'canary'.repeat(4)}`
    const blob = key.encrypt(place, text)
    blob[blob.length - 1] = (blob.at(-1) ?? 0) ^ 1
    const problem = await expectProblem('SECRET_UNREADABLE', () => key.decrypt(place, blob))
    expect(JSON.stringify([problem.toData(), String(problem.stack), String(problem.cause)])).not.toContain('canary')
  })
})

describe('the check value', () => {
  test('tells the right key from a wrong one and from damage', () => {
    const key = newKey()
    const value = key.makeCheckValue()
    expect(key.passes(value)).toBe(true)
    expect(new VaultKey(Buffer.alloc(32, 0x5b), VAULT_ID).passes(value)).toBe(false)
    expect(newKey('another-vault').passes(value)).toBe(false)
    expect(key.passes(value.subarray(1))).toBe(false)
  })
})

describe('a fingerprint', () => {
  test('is the same for the same secret, and belongs to one vault key', () => {
    const key = newKey()
    expect(key.fingerprint('a')).toHaveLength(32)
    expect(newKey().fingerprint('a')).toEqual(key.fingerprint('a'))
    expect(key.fingerprint('b')).not.toEqual(key.fingerprint('a'))
    expect(new VaultKey(Buffer.alloc(32, 0x5b), VAULT_ID).fingerprint('a')).not.toEqual(key.fingerprint('a'))
  })
})

describe('a vault key that was wiped', () => {
  test('is all zeros and does nothing any more', async () => {
    const bytes = Buffer.alloc(32, 0x5a)
    const key = new VaultKey(bytes, VAULT_ID)
    const blob = key.encrypt(place, 'secret')
    key.wipe()
    expect(bytes).toEqual(Buffer.alloc(32))
    for (const work of [
      () => key.encrypt(place, 'x'),
      () => key.decrypt(place, blob),
      () => key.fingerprint('x'),
      () => key.copy(),
      () => key.makeCheckValue(),
    ]) {
      await expectProblem('VAULT_LOCKED', work)
    }
  })
})

describe('the vault', () => {
  test('keeps damage to one secret: the others still open', async () => {
    const { vault } = testVault()
    await vault.initialise({ passphrase: PASSPHRASE, useOs: false })
    const blobs = [1, 2, 3].map((row) => vault.encrypt({ ...place, row }, `secret ${row}`))
    const second = blobs[1] ?? Buffer.alloc(0)
    second[15] = (second[15] ?? 0) ^ 1
    const read = blobs.map((blob, index) => {
      try {
        return vault.decrypt({ ...place, row: index + 1 }, blob)
      } catch {
        return null
      }
    })
    expect(read).toEqual(['secret 1', null, 'secret 3'])
  })
})
