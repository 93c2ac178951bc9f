/**
 * Run as its own process by vault-kill.test.ts: opens the vault of a data directory and changes its passphrase again
 * and again, from `p-<n>` to `p-<n+1>`, saying on standard output which number was begun and which was done.
 */
import { systemClock } from '../../../main/host.ts'
import { openStore } from '../../../main/store/store.ts'
import { Vault } from '../../../main/vault/vault.ts'
import { killKdf, passphraseOf } from './passphrases.ts'

const [dataDir = '', from = '0'] = process.argv.slice(2)
const vault = new Vault({
  store: openStore(dataDir),
  secretStore: null,
  clock: systemClock,
  onAudit: () => undefined,
  autoLockMinutes: 0,
  hasSecrets: () => false,
  kdf: killKdf,
})
let number = Number(from)
await vault.unlock({ with: 'passphrase', passphrase: passphraseOf(number) })
for (;;) {
  process.stdout.write(`begun ${number + 1}\n`)
  await vault.setPassphrase({ current: passphraseOf(number), next: passphraseOf(number + 1) })
  number++
  process.stdout.write(`done ${number}\n`)
}
