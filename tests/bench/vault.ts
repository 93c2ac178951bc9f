import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import { join } from 'node:path'
import { systemClock } from '../../main/host.ts'
import { openStore } from '../../main/store/store.ts'
import { Vault } from '../../main/vault/vault.ts'
import { openWorkspace } from '../../main/workspace.ts'
import type { Print } from '../support/bench.ts'
import { temporaryFolder } from '../support/browser-host.ts'
import { fillKeys } from '../support/fill-keys.ts'

const SECRETS = 10_000
const KEYS = 10_000
const PASSPHRASE = 'a passphrase for the bench'

/** Encrypting and decrypting against raw AES-256-GCM on the same data, and the way from unlock to the first list. */
export async function run(print: Print): Promise<void> {
  const folder = temporaryFolder('bench-vault')
  try {
    await cipher(print, join(folder.path, 'cipher'))
    await unlockToList(print, join(folder.path, 'unlock'))
  } finally {
    folder.remove()
  }
}

async function cipher(print: Print, dataDir: string): Promise<void> {
  const store = openStore(dataDir)
  const vault = new Vault({
    store,
    secretStore: null,
    clock: systemClock,
    onAudit: () => {},
    autoLockMinutes: 0,
    hasSecrets: () => false,
  })
  await vault.initialise({ passphrase: PASSPHRASE, useOs: false })
  const secrets = Array.from({ length: SECRETS }, () => `sk-${randomBytes(60).toString('base64url')}`)
  const key = randomBytes(32)
  const raw = () => {
    for (const secret of secrets) {
      const nonce = randomBytes(12)
      const encrypting = createCipheriv('aes-256-gcm', key, nonce)
      const text = Buffer.concat([encrypting.update(secret, 'utf8'), encrypting.final()])
      const decrypting = createDecipheriv('aes-256-gcm', key, nonce)
      decrypting.setAuthTag(encrypting.getAuthTag())
      Buffer.concat([decrypting.update(text), decrypting.final()]).toString('utf8')
    }
  }
  const ours = () => {
    for (const [row, secret] of secrets.entries()) {
      const place = { table: 'provider_keys', row, field: 'secret' }
      vault.decrypt(place, vault.encrypt(place, secret))
    }
  }
  raw()
  ours()
  const rawMs = best(raw)
  const oursMs = best(ours)
  const ratio = oursMs / rawMs
  print('vault-cipher', { secrets: SECRETS, rawMs, oursMs, ratio, target: 2, ok: ratio <= 2 })
  vault.close()
  store.close()
}

async function unlockToList(print: Print, dataDir: string): Promise<void> {
  const host = { kind: 'browser', version: 'bench', clipboard: null, secretStore: null } as const
  const workspace = openWorkspace({ dataDir, host })
  await workspace.vault.initialise({ passphrase: PASSPHRASE, useOs: false })
  fillKeys(workspace, KEYS)
  await workspace.vault.lock()
  const kdfMs = best(() => scryptSync(PASSPHRASE, randomBytes(16), 32, { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 }), 3)
  const started = performance.now()
  await workspace.vault.unlock({ with: 'passphrase', passphrase: PASSPHRASE })
  const { items, total } = workspace.keys.list({ limit: 100, sort: 'name' })
  const wholeMs = performance.now() - started
  if (items.length === 0 || total !== KEYS) throw new Error('The list is not what was filled in.')
  const beyondKdfMs = wholeMs - kdfMs
  print('unlock-to-first-list', { keys: KEYS, kdfMs, beyondKdfMs, target: 300, ok: beyondKdfMs <= 300 })
  await workspace.close()
}

function best(work: () => void, rounds = 5): number {
  return Math.min(
    ...Array.from({ length: rounds }, () => {
      const started = performance.now()
      work()
      return performance.now() - started
    }),
  )
}
