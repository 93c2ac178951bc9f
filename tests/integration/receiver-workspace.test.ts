import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openLedger } from '../../main/captures/ledger.ts'
import type { Host } from '../../main/host.ts'
import { sourceThreads } from '../../main/threads.ts'
import { openWorkspace, type Workspace } from '../../main/workspace.ts'
import { temporaryFolder } from '../support/browser-host.ts'
import { rawRequest } from '../support/raw-http.ts'

const host: Host = { kind: 'browser', version: 'test', clipboard: null, secretStore: null }
const caller = { source: 'app' } as const
const soon = (check: () => void | Promise<void>) => vi.waitFor(check, { interval: 10, timeout: 10_000 })

let folder: ReturnType<typeof temporaryFolder>
let workspace: Workspace

beforeEach(() => {
  folder = temporaryFolder('receiver')
  workspace = openWorkspace({ dataDir: folder.path, host })
})
afterEach(async () => {
  await workspace.close()
  folder.remove()
})

async function start(): Promise<void> {
  workspace.startReceiver({ threads: sourceThreads, port: 0 })
  await soon(() => expect(workspace.receiver.localUrl()).not.toBeNull())
}

async function send(slug: string): Promise<number> {
  const { status } = await rawRequest(`${workspace.receiver.localUrl()}/h/${slug}`, { method: 'POST', body: 'x' })
  return status
}

it('an endpoint that is made for an unknown address is none any more, and a failure to make it is said', async () => {
  await start()
  workspace.receiver.configure(caller, { enabled: true, port: 0, lan: false, autoCreate: true })
  await soon(() => expect(workspace.receiver.localUrl()).not.toBeNull())
  expect(await send('fresh')).toBe(200)
  expect(workspace.receiver.endpoints().map(({ slug }) => slug)).toEqual(['fresh'])
  expect(workspace.receiver.status().unknownSlugs).toEqual([])
  workspace.store.db.pragma('query_only = ON')
  expect(await send('late')).toBe(404)
  workspace.store.db.pragma('query_only = OFF')
  expect(workspace.notices.list()).toMatchObject([{ message: expect.stringContaining('could not be made') }])
  expect(workspace.receiver.status().unknownSlugs).toMatchObject([{ slug: 'late' }])
})

it('an endpoint that keeps less from now on keeps less at once', async () => {
  await start()
  const { id } = workspace.receiver.createEndpoint(caller, { slug: 'shop' })
  await soon(() => expect(workspace.receiver.endpoints()).toHaveLength(1))
  for (let n = 0; n < 5; n += 1) expect(await send('shop')).toBe(200)
  await soon(() => expect(workspace.receiver.endpoint(id).captured).toBe(5))
  workspace.receiver.updateEndpoint(caller, { id, retention: { maxCount: 2, maxAgeDays: null, maxBytes: null } })
  await soon(() => expect(workspace.receiver.endpoint(id).captured).toBe(2))
})

it('captured requests of a newer version are the reason why it does not listen, and nothing is tried again', async () => {
  const directory = join(folder.path, 'receiver')
  openLedger(directory, { maxPages: null }).close()
  const db = new Database(join(directory, 'captures.db'))
  db.pragma('user_version = 99')
  db.close()
  workspace.startReceiver({ threads: sourceThreads, port: 0 })
  await soon(() => expect(workspace.receiver.status().state).toBe('failed'))
  workspace.receiver.createEndpoint(caller, { slug: 'shop' })
  const { state, problem } = workspace.receiver.status()
  expect({ state, problem }).toMatchObject({
    state: 'failed',
    problem: { message: expect.stringContaining('version') },
  })
  expect(workspace.notices.list()).toEqual([])
})

it('a signing secret that cannot be one of the scheme is refused by name and not stored', async () => {
  await workspace.vault.initialise({ passphrase: 'correct horse battery', useOs: false })
  const { receiver } = workspace
  const refused = expect.objectContaining({
    code: 'INVALID_INPUT',
    details: expect.objectContaining({ fields: [expect.objectContaining({ field: 'secret' })] }),
  })
  const wrong = [
    ['discord', 'zz'],
    ['standard-webhooks', 'whsec_%%%notbase64'],
    ['stripe', '  '],
    [null, ' \n'],
  ] as const
  for (const [index, [scheme, secret]] of wrong.entries()) {
    const slug = `shop-${index}`
    expect(() => receiver.createEndpoint(caller, { slug, scheme, secret })).toThrow(refused)
    const { id } = receiver.createEndpoint(caller, { slug, scheme })
    expect(() => receiver.addSecret(caller, id, '', secret)).toThrow(refused)
    expect(receiver.endpoint(id).secrets).toEqual([])
  }
  // What is made for another scheme, and what a scheme is changed to afterwards, is the operator's own decision.
  const [{ id } = { id: 0 }] = receiver.endpoints()
  receiver.generateSecret(caller, id, 'stripe')
  expect(receiver.updateEndpoint(caller, { id, scheme: 'svix' }).secrets).toHaveLength(1)
})

it('an endpoint whose deletion was cut short is gone after the next start', async () => {
  await start()
  const { id } = workspace.receiver.createEndpoint(caller, { slug: 'shop' })
  const kept = workspace.receiver.createEndpoint(caller, { slug: 'kept' })
  await soon(async () => expect(await send('shop')).toBe(200))
  expect(await send('kept')).toBe(200)
  await workspace.close()
  // As a kill leaves it: the ledger was told, the endpoint still stands in the workspace.
  const ledger = openLedger(join(folder.path, 'receiver'), { maxPages: null })
  ledger.doom(id)
  ledger.close()

  workspace = openWorkspace({ dataDir: folder.path, host })
  await start()
  await soon(() => expect(workspace.receiver.endpoints().map(({ slug }) => slug)).toEqual(['kept']))
  await soon(() => expect(workspace.captures.list({ limit: 10 }).items).toMatchObject([{ endpointId: kept.id }]))
  expect(workspace.audit.list({ limit: 20 }).items).toContainEqual(
    expect.objectContaining({ action: 'endpoint.deleted', source: 'system' }),
  )
  expect(await send('kept')).toBe(200)
  // The address may be used again.
  workspace.receiver.createEndpoint(caller, { slug: 'shop' })
  await soon(async () => expect(await send('shop')).toBe(200))
  await workspace.close()
  const after = openLedger(join(folder.path, 'receiver'), { maxPages: null })
  expect(after.doomed()).toEqual([])
  after.close()
})

it('nobody on the network reaches it unless it is asked to let them', async (context) => {
  const address = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4' && !one.internal)?.address
  if (address === undefined) {
    context.skip('This machine has no address but its own.')
    return
  }
  await start()
  workspace.receiver.createEndpoint(caller, { slug: 'shop' })
  const port = Number(new URL(workspace.receiver.localUrl() ?? '').port)
  const reach = () =>
    rawRequest(`http://${address}:${port}/h/shop`, { method: 'POST', body: 'x' }).then(
      ({ status }) => status,
      (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
    )
  const allow = async (lan: boolean) => {
    workspace.receiver.configure(caller, { enabled: true, port, lan, autoCreate: false })
    await soon(async () => expect(await send('shop')).toBe(200))
  }
  expect(await reach()).toBe('ECONNREFUSED')
  await allow(true)
  await soon(async () => expect(await reach()).toBe(200))
  await allow(false)
  await soon(async () => expect(await reach()).toBe('ECONNREFUSED'))
})
