import { SAMPLE_PASSPHRASE } from '../../shared/sample.ts'
import { fillSampleBench, fillSampleWorkspace } from '../sample/sample.ts'
import type { Workspace } from '../workspace.ts'

const SEED = 1

/** Opens the vault of the sample workspace without asking, and fills the workspace the first time. `withRequests`: also endpoints and captured requests; the receiver must be started then. */
export async function openSample(workspace: Workspace, { withRequests }: { withRequests: boolean }): Promise<void> {
  await openVaultWith(workspace, SAMPLE_PASSPHRASE)
  if (workspace.accounts.list({ limit: 1, sort: 'email' }).total === 0) {
    await fillSampleWorkspace(workspace, { seed: SEED, now: workspace.clock.now() })
  }
  if (withRequests) await fillSampleBench(workspace, { seed: SEED, now: workspace.clock.now() })
}

/**
 * Unlocks the vault with a passphrase, or makes it. Returns whether it was made: then it has no recovery code,
 * because nobody would have seen one.
 */
export async function openVaultWith(workspace: Workspace, passphrase: string): Promise<boolean> {
  const { state } = await workspace.vault.status()
  if (state !== 'uninitialised') {
    await workspace.vault.unlock({ with: 'passphrase', passphrase })
    return false
  }
  await workspace.vault.initialise({ passphrase, useOs: false })
  await workspace.vault.removeProtector('recovery')
  return true
}
