import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Host } from '../../main/host.ts'
import { sourceThreads } from '../../main/threads.ts'
import { openWorkspace, type Workspace } from '../../main/workspace.ts'
import { sign } from '../../shared/webhook-signatures.ts'
import { temporaryFolder } from '../support/browser-host.ts'
import { rawRequest } from '../support/raw-http.ts'

const host: Host = { kind: 'browser', version: 'test', clipboard: null, secretStore: null }
const PASSPHRASE = 'a passphrase of a test'
const SECRET = `hush-${'k'.repeat(32)}`
const soon = (check: () => void) => vi.waitFor(check, { interval: 10, timeout: 10_000 })

let folder: ReturnType<typeof temporaryFolder>
let workspace: Workspace

beforeEach(async () => {
  folder = temporaryFolder('receiver-vault')
  workspace = openWorkspace({ dataDir: folder.path, host })
  workspace.startReceiver({ threads: sourceThreads, port: 0 })
  await soon(() => expect(workspace.receiver.localUrl()).not.toBeNull())
  await workspace.vault.initialise({ passphrase: PASSPHRASE, useOs: false })
  workspace.receiver.createEndpoint({ source: 'app' }, { slug: 'shop', scheme: 'github', secret: SECRET })
})
afterEach(async () => {
  await workspace.close()
  folder.remove()
})

async function sendSigned(): Promise<void> {
  const url = `${workspace.receiver.localUrl()}/h/shop`
  const body = '{"ref":"refs/heads/main"}'
  const message = {
    method: 'POST',
    url,
    body: Buffer.from(body),
    id: 'delivery-1',
    timestamp: Date.now(),
    contentType: 'application/json',
  }
  const headers = Object.fromEntries(sign('github', message, [SECRET]))
  expect((await rawRequest(url, { method: 'POST', headers, body })).status).toBe(200)
}

/** Newest first. */
function verdicts(): (string | null)[] {
  return workspace.captures.list({ limit: 10 }).items.map(({ verdict }) => verdict)
}

/** The thread hears things in order: after this it has heard the configuration. */
async function heard(): Promise<void> {
  await workspace.receiver.apply({ kind: 'mark', ids: [], pinned: true })
}

it('a locked vault takes the secrets from the receiver, and unlocking it judges what came meanwhile', async () => {
  await heard()
  await sendSigned()
  await soon(() => expect(verdicts()).toEqual(['valid']))
  await workspace.vault.lock()
  await heard()
  await sendSigned()
  await soon(() => expect(verdicts()).toEqual(['pending', 'valid']))
  await workspace.vault.unlock({ with: 'passphrase', passphrase: PASSPHRASE })
  await soon(() => expect(verdicts()).toEqual(['valid', 'valid']))
  await sendSigned()
  await soon(() => expect(verdicts()).toEqual(['valid', 'valid', 'valid']))
})
