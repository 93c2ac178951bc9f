import { createHmac } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lineFile, type RunningHost, startHost, temporaryFolder } from '../support/browser-host.ts'
import { rawRequest } from '../support/raw-http.ts'

const folder = temporaryFolder('webhook-bench')
const token = 'a-token-for-the-webhook-bench'
const args = [
  '--passphrase-file',
  lineFile(folder.path, 'passphrase', 'a passphrase for the webhook bench'),
  '--api-token-file',
  lineFile(folder.path, 'token', token),
]
const secret = `${'whsec'}_for-the-tests-of-the-bench`

let host: RunningHost
let handler: Server
let handlerUrl: string
const handled: { headers: Record<string, unknown>; body: string }[] = []

beforeAll(async () => {
  host = await startHost({ dataDir: join(folder.path, 'data'), args })
  handler = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      handled.push({ headers: request.headers, body: Buffer.concat(chunks).toString() })
      response.writeHead(202).end('handled')
    })
  })
  await new Promise<void>((resolve) => handler.listen(0, '127.0.0.1', resolve))
  const address = handler.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  handlerUrl = `http://127.0.0.1:${address.port}/webhooks`
})

afterAll(async () => {
  await host.stop()
  handler.closeAllConnections()
  await new Promise((resolve) => handler.close(resolve))
  folder.remove()
})

async function call(method: string, path: string, body?: unknown) {
  const answer = await rawRequest(`${host.origin}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { ...answer, json: answer.body === '' ? null : JSON.parse(answer.body) }
}

/** As Stripe signs: https://docs.stripe.com/webhooks#verify-manually */
function stripeSignature(body: string, at = Math.floor(Date.now() / 1_000)): string {
  return `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`
}

async function listed(query: string, count: number) {
  await expect
    .poll(async () => (await call('GET', `/receiver/requests?${query}`)).json.items.length, { timeout: 5_000 })
    .toBe(count)
  return (await call('GET', `/receiver/requests?${query}`)).json
}

async function endpointUrl(): Promise<string> {
  const { json } = await call('GET', '/receiver/endpoints')
  return json[0].localUrl
}

describe('the webhook bench over the local API', () => {
  it('makes an endpoint with a scheme and a secret, and never shows the secret', async () => {
    await expect.poll(async () => (await call('GET', '/receiver')).json.state).toBe('listening')
    const created = await call('POST', '/receiver/endpoints', { slug: 'payments', scheme: 'stripe', secret })
    expect(created.status).toBe(201)
    expect(created.json).toMatchObject({ slug: 'payments', scheme: 'stripe', captured: 0, secrets: [{ id: 1 }] })
    expect(JSON.stringify(created.json)).not.toContain(secret)
    const again = await call('POST', '/receiver/endpoints', { slug: 'payments' })
    expect(again.status).toBe(409)
    expect(again.json).toMatchObject({ code: 'ALREADY_EXISTS', data: { fields: [{ field: 'slug' }] } })
    for (const slug of ['', 'Über', 'a/b', '..', 'x'.repeat(65)]) {
      const refused = await call('POST', '/receiver/endpoints', { slug })
      expect(refused.status, slug).toBe(400)
      expect(refused.json.data.fields[0].field).toBe('slug')
    }
    const shown = await call('POST', `/receiver/endpoints/${created.json.id}/secrets/generate`, { scheme: 'stripe' })
    expect(shown.status).toBe(403)
  })

  it('captures, judges and finds requests', async () => {
    const url = await endpointUrl()
    const body = '{"id":"evt_1","object":"event","type":"invoice.paid","data":{"amount":1250}}'
    const post = (headers: Record<string, string>) =>
      rawRequest(`${url}/hooks?from=test`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      })
    expect((await post({ 'Stripe-Signature': stripeSignature(body) })).status).toBe(200)
    expect((await post({ 'Stripe-Signature': stripeSignature(`${body} `) })).status).toBe(200)
    expect((await post({})).status).toBe(200)

    const valid = await listed('endpoint=payments&verdict=valid&limit=10', 1)
    expect(valid.items[0]).toMatchObject({
      method: 'POST',
      path: '/hooks?from=test',
      eventType: 'invoice.paid',
      eventId: 'evt_1',
      verdict: 'valid',
      status: 200,
    })
    const invalid = await listed('endpoint=payments&verdict=invalid&limit=1', 1)
    const rest = await call('GET', `/receiver/requests?endpoint=payments&verdict=invalid&cursor=${invalid.nextCursor}`)
    expect(rest.json.items).toHaveLength(1)
    await listed('q=1250 stripe', 2)
    await listed('q=nothing-has-this-word', 0)
    const refused = await call('GET', '/receiver/requests?verdict=perhaps')
    expect(refused.json).toMatchObject({ code: 'INVALID_INPUT', data: { fields: [{ field: 'verdict' }] } })

    const one = await call('GET', `/receiver/requests/${valid.items[0].id}`)
    expect(one.json).toMatchObject({
      atArrival: { verdict: 'valid' },
      now: { verdict: 'valid' },
      sentBytes: body.length,
    })
    expect(one.json.headers).toContainEqual(['Stripe-Signature', expect.stringContaining('v1=')])
    expect((await call('GET', '/receiver/requests/999999')).status).toBe(404)
  })

  it('replays one request as it was, and signed anew', async () => {
    const { items } = await listed('endpoint=payments&verdict=invalid&q=stripe', 1)
    const { id } = items[0]
    const asItWas = await call('POST', `/receiver/requests/${id}/replay`, { url: handlerUrl })
    expect(asItWas.json).toMatchObject({ status: 202, responseBody: 'handled', captureId: id })
    const resigned = await call('POST', `/receiver/requests/${id}/replay`, { url: handlerUrl, resign: true })
    expect(resigned.json).toMatchObject({ status: 202 })
    const [first, second] = handled.slice(-2)
    expect(first?.body).toBe(second?.body)
    const [, at, v1] = /^t=(\d+),v1=(\w+)$/.exec(String(second?.headers['stripe-signature'])) ?? []
    expect(v1).toBe(createHmac('sha256', secret).update(`${at}.${second?.body}`).digest('hex'))
    expect(second?.headers['stripe-signature']).not.toBe(first?.headers['stripe-signature'])

    const nobody = await call('POST', `/receiver/requests/${id}/replay`, { url: 'http://127.0.0.1:1/x' })
    expect(nobody.json).toMatchObject({ status: null, problem: { code: 'TARGET_FAILED' } })
    const wrong = await call('POST', `/receiver/requests/${id}/replay`, { url: 'file:///etc/passwd' })
    expect(wrong.json).toMatchObject({ code: 'INVALID_INPUT', data: { fields: [{ field: 'url' }] } })
  })

  it('scores a handler for a build server', async () => {
    const { json } = await call('POST', '/sender/probes', {
      event: { url: handlerUrl, body: '{"type":"ping"}', signing: { scheme: 'stripe', secret } },
    })
    expect(json.passed).toBe(false)
    expect(json.checks.find((check: { id: string }) => check.id.includes('tampered')).outcome).toBe('failed')
    expect(JSON.stringify(json)).not.toContain(secret)
  })

  it('has everything after a SIGKILL, and keeps its address', async () => {
    const url = await endpointUrl()
    const { port } = new URL(url)
    expect((await rawRequest(url, { method: 'PUT', body: 'the last one before the end' })).status).toBe(200)
    await host.kill()
    host = await startHost({ dataDir: join(folder.path, 'data'), args: [...args, '--receiver-port', port] })
    await expect.poll(async () => (await call('GET', '/receiver')).json.state).toBe('listening')
    await listed('endpoint=payments', 4)
    await listed('q="the last one before the end"', 1)
    expect(await endpointUrl()).toBe(url)
  })

  it('has the secret on no disk in plain', () => {
    const kept = readdirSync(join(folder.path, 'data'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)))
    expect(kept.some((bytes) => bytes.includes('the last one before the end'))).toBe(true)
    expect(kept.some((bytes) => bytes.includes(secret))).toBe(false)
  })

  it('says who has the port, and offers a free one', async () => {
    const { port } = new URL(await endpointUrl())
    const other = await startHost({
      dataDir: join(folder.path, 'other'),
      args: [...args, '--receiver-port', port],
    })
    const first = host
    host = other
    try {
      await expect.poll(async () => (await call('GET', '/receiver')).json.state).toBe('failed')
      const { json } = await call('GET', '/receiver')
      expect(json.problem).toMatchObject({ code: 'PORT_TAKEN', message: expect.stringContaining(port) })
      const configured = await call('PUT', '/receiver', {
        enabled: true,
        port: json.freePort,
        lan: false,
        autoCreate: true,
      })
      expect(configured.status).toBe(200)
      await expect.poll(async () => (await call('GET', '/receiver')).json.state).toBe('listening')
      const made = await rawRequest(`http://127.0.0.1:${json.freePort}/h/made-by-itself`, { method: 'POST', body: 'x' })
      expect(made.status).toBe(200)
      await listed('endpoint=made-by-itself', 1)
    } finally {
      host = first
      await other.stop()
    }
  })
})
