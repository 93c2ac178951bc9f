import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Host } from '../../main/host.ts'
import { sourceThreads } from '../../main/threads.ts'
import { openWorkspace, type Workspace } from '../../main/workspace.ts'
import { sign, verify } from '../../shared/webhook-signatures.ts'
import { startWebhookTarget, type WebhookTarget } from '../simulators/webhook-target.ts'
import { temporaryFolder } from '../support/browser-host.ts'
import { rawConnection } from '../support/receiver-raw.ts'
import { caller, targetDefaults } from './deliveries-support.ts'

const host: Host = { kind: 'browser', version: 'test', clipboard: null, secretStore: null }
const PASSPHRASE = 'a passphrase of a test'
const SECRET = `whsec_${Buffer.from('k'.repeat(32)).toString('base64')}`

let folder: ReturnType<typeof temporaryFolder>
let workspace: Workspace
let target: WebhookTarget

beforeEach(async () => {
  folder = temporaryFolder('deliveries')
  target = await startWebhookTarget()
  await open()
  await workspace.vault.initialise({ passphrase: PASSPHRASE, useOs: false })
})
afterEach(async () => {
  await workspace.close()
  await target.close()
  folder.remove()
})

const soon = (check: () => void) => vi.waitFor(check, { interval: 10, timeout: 20_000 })

async function open(): Promise<void> {
  workspace = openWorkspace({ dataDir: folder.path, host })
  workspace.startReceiver({ threads: sourceThreads, port: 0 })
  await soon(() => expect(workspace.receiver.localUrl()).not.toBeNull())
}

function portOfReceiver(): number {
  return Number(new URL(workspace.receiver.localUrl() ?? '').port)
}

/** Sends exactly these header lines, one request after the other over one connection. */
async function receive(slug: string, requests: readonly { headers: readonly string[]; body: Buffer }[]): Promise<void> {
  const connection = await rawConnection(portOfReceiver())
  for (const { headers, body } of requests) {
    const lines = [`POST /h/${slug}/in?n=1 HTTP/1.1`, ...headers, `Content-Length: ${body.length}`, '', '']
    connection.send(Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), body]))
    expect((await connection.answer()).status).toBe(200)
  }
  connection.socket.destroy()
}

describe('deliveries of a workspace', () => {
  it('forwards what the receiver captured byte for byte, also after a restart and while the vault is locked', async () => {
    const { id: endpointId } = workspace.receiver.createEndpoint(caller, { slug: 'shop' })
    workspace.deliveries.createTarget(caller, { ...targetDefaults, endpointId, url: `${target.url}/x`, keepPath: true })
    const made = Array.from({ length: 120 }, (_, index) => ({
      headers: ['x-B: 1', `HOST: hooks.example`, 'X-b: 2', `X-N: ${index}`, 'X-Latin: \u00e9\u00ff'],
      body: Buffer.from([0, 255, index, 13, 10]),
    }))
    await receive('shop', made.slice(0, 60))
    await target.received(60)
    await workspace.close()
    await open()
    expect(workspace.vault.isReady()).toBe(false)
    await receive('shop', made.slice(60))
    await target.received(120)
    await soon(() => expect(workspace.deliveries.targets()).toMatchObject([{ delivered: 120, waiting: 0 }]))
    expect(target.requests).toHaveLength(120)
    const numberOf = (head: string) => Number(/X-N: (\d+)/.exec(head)?.[1])
    for (const request of target.requests) {
      const index = numberOf(request.head)
      expect(request.head).toBe(
        `POST /x/in?n=1 HTTP/1.1\r\nx-B: 1\r\nHOST: 127.0.0.1:${target.port}\r\nX-b: 2\r\nX-N: ${index}\r\nX-Latin: \u00e9\u00ff\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\n`,
      )
      expect(request.body.equals(made[index]?.body ?? Buffer.alloc(0))).toBe(true)
    }
    expect(() =>
      workspace.deliveries.createTarget(caller, {
        ...targetDefaults,
        endpointId,
        url: `http://localhost:${portOfReceiver()}/h/shop`,
      }),
    ).toThrow(/receiver itself/)
  })

  it('replays a filtered range signed anew with a secret of the vault, and names what it became', async () => {
    workspace.receiver.createEndpoint(caller, { slug: 'shop', scheme: 'standard-webhooks', secret: SECRET })
    const other = workspace.receiver.createEndpoint(caller, {
      slug: 'other',
      scheme: 'standard-webhooks',
      secret: SECRET,
    })
    const then = Date.now() - 86_400_000
    const requests = Array.from({ length: 30 }, (_, index) => {
      const body = Buffer.from(JSON.stringify({ type: 'order.paid', index }))
      const url = 'http://hooks.example/h/shop'
      const message = { method: 'POST', url, body, id: `msg_${index}`, timestamp: then, contentType: null }
      return { headers: sign('standard-webhooks', message, [SECRET]).map((pair) => pair.join(': ')), body }
    })
    await receive('shop', requests)
    await soon(() => expect(workspace.captures.list({ limit: 100 }).items).toHaveLength(30))
    expect(workspace.captures.list({ limit: 100, verdict: 'invalid' }).items).toHaveLength(30)

    const job = await workspace.deliveries.replay(caller, {
      selection: { filter: { verdict: 'invalid' }, throughId: workspace.captures.newestId() },
      url: `http://127.0.0.1:${portOfReceiver()}/h/other`,
      keepPath: true,
      timestamp: 'fresh',
      resign: { scheme: 'standard-webhooks' },
      pace: { kind: 'rate', perSecond: null },
      concurrency: 4,
      timeoutMs: 5_000,
      ca: null,
    })
    await soon(() => expect(workspace.deliveries.job(job.id)).toMatchObject({ state: 'finished', succeeded: 30 }))
    await soon(() => {
      const { items } = workspace.deliveries.attempts({ jobId: job.id, limit: 100 })
      expect(items.every(({ becameCaptureId }) => becameCaptureId !== null)).toBe(true)
    })
    for (const { captureId, becameCaptureId } of workspace.deliveries.attempts({ jobId: job.id, limit: 100 }).items) {
      const [before, after] = [captureId, becameCaptureId].map((id) => workspace.captures.stored(id ?? 0))
      expect(Buffer.from(after?.body ?? []).toString()).toBe(Buffer.from(before?.body ?? []).toString())
    }
    const replayed = workspace.captures.list({ limit: 100, endpointId: other.id }).items
    expect(replayed.map(({ verdict }) => verdict)).toEqual(Array.from({ length: 30 }, () => 'valid'))

    const one = await workspace.deliveries.replayOne(caller, { id: 1, url: target.url, resign: true, timeoutMs: 5_000 })
    expect(one).toMatchObject({ status: 200, captureId: 1 })
    const [request] = target.requests
    const { method = '', rawHeaders = [], body = Buffer.alloc(0) } = request ?? {}
    const verdict = verify('standard-webhooks', { method, url: null, rawHeaders, body }, [SECRET], Date.now())
    expect(verdict).toMatchObject({ ok: true, strictOk: true })
    await workspace.vault.lock()
    const locked = workspace.deliveries.replayOne(caller, { id: 1, url: target.url, resign: true, timeoutMs: 5_000 })
    await expect(locked).rejects.toMatchObject({ code: 'VAULT_LOCKED' })
  })

  it('forgets the target with its endpoint, and attempts with the captured requests', async () => {
    const { id: endpointId } = workspace.receiver.createEndpoint(caller, { slug: 'shop' })
    const { id: keptId } = workspace.receiver.createEndpoint(caller, { slug: 'kept' })
    for (const id of [endpointId, keptId]) {
      workspace.deliveries.createTarget(caller, { ...targetDefaults, endpointId: id, url: target.url })
    }
    const request = { headers: ['Host: a'], body: Buffer.from('{}') }
    await receive('shop', [request, request])
    await receive('kept', [request])
    await soon(() => expect(workspace.deliveries.attempts({ limit: 10 }).total).toBe(3))
    await soon(() => expect(workspace.captures.list({ limit: 10 }).items).toHaveLength(3))
    await workspace.receiver.deleteEndpoint(caller, endpointId)
    await soon(() => expect(workspace.captures.list({ limit: 10 }).items).toHaveLength(1))
    expect(workspace.deliveries.targets()).toMatchObject([{ endpointId: keptId }])
    // Lists hear of a deletion a little later, and attempts go by them.
    await vi.waitFor(
      async () => {
        await workspace.deliveries.prune()
        expect(workspace.deliveries.attempts({ limit: 10 }).total).toBe(1)
      },
      { interval: 20, timeout: 20_000 },
    )
  })
})
