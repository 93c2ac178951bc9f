import { describe, expect, test } from 'vitest'
import { delayAfter } from '../../../main/vault/attempts.ts'
import { expectProblem, PASSPHRASE, stored, testVault } from './support.ts'

const right = { with: 'passphrase', passphrase: PASSPHRASE } as const
const wrong = { with: 'passphrase', passphrase: 'not the passphrase' } as const

async function lockedVault() {
  const parts = testVault()
  const { recoveryCode } = await parts.vault.initialise({ passphrase: PASSPHRASE, useOs: false })
  await parts.vault.lock()
  return { ...parts, withRecovery: { with: 'recovery', recoveryCode } as const }
}

describe('the delay after a wrong passphrase', () => {
  test('doubles from a second to at most five minutes', () => {
    expect([0, 1, 2, 3, 4, 9, 10, 50, 100_000].map(delayAfter)).toEqual([
      0, 1_000, 2_000, 4_000, 8_000, 256_000, 300_000, 300_000, 300_000,
    ])
  })

  test('is said with the failure, and a try within it is too early even when right', async () => {
    const { vault, clock, store } = await lockedVault()
    const before = stored(store)
    const failure = await expectProblem('WRONG_PASSPHRASE', () => vault.unlock(wrong))
    expect(failure.details.retryAfterMs).toBe(1_000)
    expect(failure.details.fields?.[0]?.field).toBe('passphrase')
    clock.advance(400)
    expect((await vault.status()).retryAfterMs).toBe(600)
    const early = await expectProblem('TOO_EARLY', () => vault.unlock(right))
    expect(early.details.retryAfterMs).toBe(600)
    expect(early.message).toContain('1 second.')
    expect(stored(store)).toEqual(before)
    clock.advance(600)
    expect((await vault.unlock(right)).state).toBe('ready')
  })

  test('grows with each failure and is forgotten after a success', async () => {
    const { vault, clock } = await lockedVault()
    const delays: (number | undefined)[] = []
    for (let failures = 0; failures < 4; failures++) {
      const { details } = await expectProblem('WRONG_PASSPHRASE', () => vault.unlock(wrong))
      delays.push(details.retryAfterMs)
      clock.advance(details.retryAfterMs ?? 0)
    }
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000])
    expect((await vault.unlock(right)).retryAfterMs).toBe(0)
    await vault.lock()
    const { details } = await expectProblem('WRONG_PASSPHRASE', () => vault.unlock(wrong))
    expect(details.retryAfterMs).toBe(1_000)
  })

  test('does not grow by tries that came too early', async () => {
    const { vault, clock } = await lockedVault()
    await expectProblem('WRONG_PASSPHRASE', () => vault.unlock(wrong))
    for (let tries = 0; tries < 10; tries++) await expectProblem('TOO_EARLY', () => vault.unlock(wrong))
    clock.advance(1_000)
    const { details } = await expectProblem('WRONG_PASSPHRASE', () => vault.unlock(wrong))
    expect(details.retryAfterMs).toBe(2_000)
  })

  test('survives a restart', async () => {
    const { vault, again } = await lockedVault()
    await expectProblem('WRONG_PASSPHRASE', () => vault.unlock(wrong))
    vault.close()
    const restarted = again()
    expect((await restarted.status()).retryAfterMs).toBe(1_000)
    await expectProblem('TOO_EARLY', () => restarted.unlock(right))
  })

  test('is not passed by tries side by side, in one program or in two', async () => {
    const { vault, again, store } = await lockedVault()
    const second = again()
    const tries = Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? vault : second).unlock(wrong))
    const codes = (await Promise.allSettled(tries)).map((result) =>
      result.status === 'rejected' ? String(Object(result.reason).code) : 'opened',
    )
    expect(codes.filter((code) => code === 'WRONG_PASSPHRASE')).toHaveLength(1)
    expect(codes.filter((code) => code === 'TOO_EARLY')).toHaveLength(11)
    expect(store.db.prepare('SELECT failures FROM vault_attempts').pluck().get()).toBe(1)
  })

  test('counts a try from its beginning: a program that ends in the middle gains nothing', async () => {
    const { vault, again } = await lockedVault()
    const trying = vault.unlock(wrong)
    await Promise.resolve()
    await expectProblem('TOO_EARLY', () => again().unlock(right))
    await expectProblem('WRONG_PASSPHRASE', () => trying)
  })

  test('is neither ended nor made endless by a clock set back', async () => {
    const { vault, clock } = await lockedVault()
    await expectProblem('WRONG_PASSPHRASE', () => vault.unlock(wrong))
    clock.advance(-365 * 86_400_000)
    await expectProblem('TOO_EARLY', () => vault.unlock(right))
    clock.advance(999)
    await expectProblem('TOO_EARLY', () => vault.unlock(right))
    clock.advance(1)
    expect((await vault.unlock(right)).state).toBe('ready')
  })

  test('does not hold for the recovery code, which nobody guesses', async () => {
    const { vault, withRecovery } = await lockedVault()
    await expectProblem('WRONG_PASSPHRASE', () => vault.unlock(wrong))
    const status = await vault.unlock(withRecovery)
    expect(status).toMatchObject({ state: 'ready', retryAfterMs: 0 })
  })

  test('holds for changing the passphrase too', async () => {
    const { vault, withRecovery } = await lockedVault()
    await vault.unlock(withRecovery)
    const change = (current: string) => vault.setPassphrase({ current, next: 'a new passphrase' })
    await expectProblem('WRONG_PASSPHRASE', () => change('not the passphrase'))
    await expectProblem('TOO_EARLY', () => change(PASSPHRASE))
    await expectProblem('TOO_EARLY', () => vault.unlock(right))
  })
})
