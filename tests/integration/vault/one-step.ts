/** Run as its own process by vault-relaunch.test.ts: one thing done with the vault, the result as JSON. */
import { systemClock } from '../../../main/host.ts'
import { openStore } from '../../../main/store/store.ts'
import { Vault } from '../../../main/vault/vault.ts'
import { Problem } from '../../../shared/problems.ts'

const place = { table: 'provider_keys', row: 1, field: 'secret' }
const [dataDir = '', step, credential = '', payload = ''] = process.argv.slice(2)
const store = openStore(dataDir)
const vault = new Vault({
  store,
  secretStore: null,
  clock: systemClock,
  onAudit: () => undefined,
  autoLockMinutes: 15,
  hasSecrets: () => false,
})

async function result(): Promise<unknown> {
  if (step === 'make') {
    const { recoveryCode, status } = await vault.initialise({ passphrase: credential, useOs: false })
    return { state: status.state, recoveryCode, blob: vault.encrypt(place, payload).toString('hex') }
  }
  const { state } = await vault.unlock(
    step === 'open' ? { with: 'passphrase', passphrase: credential } : { with: 'recovery', recoveryCode: credential },
  )
  return { state, text: vault.decrypt(place, Buffer.from(payload, 'hex')) }
}

try {
  process.stdout.write(JSON.stringify(await result()))
} catch (error) {
  if (!(error instanceof Problem)) throw error
  process.stdout.write(JSON.stringify({ code: error.code, waits: (error.details.retryAfterMs ?? 0) > 0 }))
} finally {
  vault.close()
  store.close()
}
