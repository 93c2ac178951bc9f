import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStore } from '../../main/store/store.ts'
import { Vault } from '../../main/vault/vault.ts'
import { Problem } from '../../shared/problems.ts'
import { killKdf, passphraseOf } from './vault/passphrases.ts'

const CHANGER = fileURLToPath(new URL('./vault/passphrase-changer.ts', import.meta.url))
const KILLS = 30
const place = { table: 'provider_keys', row: 1, field: 'secret' }

let dataDir = ''
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'keyhold-kill-'))
})
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

function withVault<T>(work: (vault: Vault) => Promise<T>): Promise<T> {
  const store = openStore(dataDir)
  // Each look at the clock is an hour later, so that no delay of a failed try is in the way.
  let now = Date.now()
  const clock = {
    now: () => {
      now += 3_600_000
      return now
    },
  }
  const vault = new Vault({
    store,
    secretStore: null,
    clock,
    onAudit: () => undefined,
    autoLockMinutes: 0,
    hasSecrets: () => false,
    kdf: killKdf,
  })
  return work(vault).finally(() => {
    vault.close()
    store.close()
  })
}

/** Lets the changer run until it has begun a few changes, kills it at a moment of chance, and says how far it came. */
async function killWhileChanging(from: number): Promise<{ begun: number; done: number }> {
  const child = spawn(process.execPath, ['--no-warnings', CHANGER, dataDir, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const seen = { begun: from, done: from }
  const killAfter = 1 + Math.floor(Math.random() * 6)
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => {
    const [word, number] = line.split(' ')
    if (word === 'begun') seen.begun = Number(number)
    else seen.done = Number(number)
    if (word === 'begun' && seen.begun - from === killAfter) {
      setTimeout(() => child.kill('SIGKILL'), Math.random() * 6)
    }
  })
  const [[code, signal]] = await Promise.all([once(child, 'exit'), once(lines, 'close')])
  expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' })
  return seen
}

async function opensWith(vault: Vault, number: number): Promise<boolean> {
  try {
    return (await vault.unlock({ with: 'passphrase', passphrase: passphraseOf(number) })).state === 'ready'
  } catch (error) {
    if (error instanceof Problem && error.code === 'WRONG_PASSPHRASE') return false
    throw error
  }
}

describe('a process killed while it changes the passphrase', () => {
  test(`leaves a vault that opens with the old one or the new one, ${KILLS} times in a row`, async () => {
    const made = await withVault(async (vault) => {
      const { recoveryCode } = await vault.initialise({ passphrase: passphraseOf(0), useOs: false })
      return { recoveryCode, blob: vault.encrypt(place, 'survives') }
    })
    let present = 0
    let unfinished = 0
    for (let kill = 0; kill < KILLS; kill++) {
      const { begun, done } = await killWhileChanging(present)
      await withVault(async (vault) => {
        const isOld = await opensWith(vault, done)
        const isNew = begun > done && (await opensWith(vault, begun))
        expect([isOld, isNew].filter(Boolean), `after ${begun} was begun and ${done} done`).toEqual([true])
        expect(vault.decrypt(place, made.blob)).toBe('survives')
        await vault.lock()
        await vault.unlock({ with: 'recovery', recoveryCode: made.recoveryCode })
        expect(vault.decrypt(place, made.blob)).toBe('survives')
        present = isNew ? begun : done
        if (begun > done) unfinished++
      })
    }
    expect(unfinished, 'kills in the middle of a change').toBeGreaterThan(0)
  }, 120_000)
})
