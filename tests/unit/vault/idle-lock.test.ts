import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { SecretPlace } from '../../../main/vault/vault.ts'
import { expectProblem, PASSPHRASE, testVault } from './support.ts'

const place: SecretPlace = { table: 'provider_keys', row: 1, field: 'secret' }
const MINUTE = 60_000

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

async function openVault(autoLockMinutes: number) {
  const parts = testVault({ autoLockMinutes })
  await parts.vault.initialise({ passphrase: PASSPHRASE, useOs: false })
  const pass = (milliseconds: number) => {
    for (let passed = 0; passed < milliseconds; passed += 1_000) {
      parts.clock.advance(1_000)
      vi.advanceTimersByTime(1_000)
    }
  }
  return { ...parts, pass }
}

describe('the idle lock', () => {
  test('locks after the time set, says so, and not before', async () => {
    const { vault, pass, audited } = await openVault(2)
    let heard = 0
    vault.onChange(() => heard++)
    pass(2 * MINUTE - 1_000)
    expect(audited).not.toContain('vault.locked: after 2 minutes without activity')
    vault.requireReady()
    pass(1_000)
    expect(audited).toContain('vault.locked: after 2 minutes without activity')
    expect(heard).toBe(1)
    await expectProblem('VAULT_LOCKED', () => vault.requireReady())
  })

  test('starts anew with each touch; using secrets is no touch', async () => {
    const { vault, pass } = await openVault(2)
    pass(MINUTE)
    vault.touch()
    pass(MINUTE + 30_000)
    vault.encrypt(place, 'work in the background')
    pass(29_000)
    vault.requireReady()
    pass(1_000)
    await expectProblem('VAULT_LOCKED', () => vault.requireReady())
  })

  test('never locks when set to 0, and follows a change at once', async () => {
    const { vault, pass } = await openVault(0)
    pass(24 * 60 * MINUTE)
    vault.requireReady()
    vault.setAutoLockMinutes(1)
    expect((await vault.status()).autoLockMinutes).toBe(1)
    pass(MINUTE)
    await expectProblem('VAULT_LOCKED', () => vault.requireReady())
    await vault.unlock({ with: 'passphrase', passphrase: PASSPHRASE })
    vault.setAutoLockMinutes(0)
    pass(10 * MINUTE)
    vault.requireReady()
  })

  test('holds after sleep, when the clock went on and no timer did', async () => {
    const { vault, clock } = await openVault(15)
    const blob = vault.encrypt(place, 'secret')
    clock.advance(8 * 60 * MINUTE)
    await expectProblem('VAULT_LOCKED', () => vault.decrypt(place, blob))
  })

  test('is not put off by the first touch after sleep', async () => {
    const { vault, clock } = await openVault(15)
    clock.advance(8 * 60 * MINUTE)
    vault.touch()
    expect((await vault.status()).state).toBe('locked')
  })

  test('is not put off by a clock set back', async () => {
    const { vault, clock, pass } = await openVault(1)
    clock.advance(-365 * 24 * 60 * MINUTE)
    pass(2 * MINUTE)
    await expectProblem('VAULT_LOCKED', () => vault.requireReady())
  })

  test('leaves no timer behind when the vault is closed', async () => {
    const { vault } = await openVault(15)
    expect(vi.getTimerCount()).toBe(1)
    vault.close()
    expect(vi.getTimerCount()).toBe(0)
  })
})
