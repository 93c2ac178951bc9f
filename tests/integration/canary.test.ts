import { createHmac, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { startOpenAiSimulator } from '../simulators/openai.ts'
import { lineFile, type RunningHost, startHost, temporaryFolder } from '../support/browser-host.ts'
import { startGateway } from '../support/gateway.ts'
import { rawRequest } from '../support/raw-http.ts'
import { firstSession } from '../support/session.ts'

const folder = temporaryFolder('canary')
const dataDir = join(folder.path, 'data')
const apiToken = randomBytes(24).toString('base64url')
const args = [
  '--passphrase-file',
  lineFile(folder.path, 'passphrase', randomBytes(18).toString('base64url')),
  '--api-token-file',
  lineFile(folder.path, 'token', apiToken),
  '--api-allow-reveal',
]
/** Random, of the shape of an OpenAI admin key, and known to nobody but this test. */
const canary = `sk-admin-${randomBytes(90).toString('base64url').slice(0, 110)}`
const signingSecrets = {
  stored: randomBytes(60).toString('base64url'),
  ofReplay: randomBytes(60).toString('base64url'),
  ofProbe: randomBytes(60).toString('base64url'),
}
const pieces = [canary.slice(9), ...Object.values(signingSecrets)].flatMap((secret) => [
  secret.slice(0, 40),
  Buffer.from(secret).toString('base64'),
  Buffer.from(secret).toString('hex'),
  ...Array.from({ length: 8 }, (_, index) => secret.slice(index * 8, 12 + index * 8)),
])
pieces.push(Buffer.from(canary).toString('base64'), Buffer.from(canary).toString('hex'))

afterAll(() => folder.remove())

function filesBelow(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

function expectClean(text: string, where: string): void {
  for (const piece of pieces) expect(text.includes(piece), `a secret stands in ${where}`).toBe(false)
}

async function api(host: RunningHost, path: string, init: { method?: string; body?: unknown } = {}) {
  return rawRequest(`${host.origin}/api${path}`, {
    method: init.method ?? 'GET',
    headers: { authorization: `Bearer ${apiToken}`, 'content-type': 'application/json' },
    ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
  })
}

describe('a random key', () => {
  it('leaves no trace of its plain text anywhere but in reveal and GET …/full', async () => {
    const openai = await startOpenAiSimulator()
    const gateway = await startGateway({ target: openai.url, accepts: canary, sends: openai.keys.admin })
    let host = await startHost({ dataDir, args })
    let session = await firstSession(host)
    const said: { where: string; text: string }[] = []
    const note = (where: string, value: unknown) => said.push({ where, text: JSON.stringify(value) })
    const fails = (where: string, work: Promise<unknown>) =>
      work.then(
        () => {
          throw new Error(`${where} should have failed`)
        },
        (error: unknown) =>
          said.push({
            where,
            text: `${String(error)} ${JSON.stringify(error)} ${error instanceof Error ? error.stack : ''}`,
          }),
      )

    const { client } = session
    await client.settings.setProvider({ provider: 'openai', base_url: gateway.url, allow_admin_key: true })
    const account = await client.accounts.create({ email: 'canary@example.com' })
    const secret = `OPENAI_ADMIN_KEY="${canary}"`
    note('detect', await client.keys.detect({ secret }))
    const tested = await client.keys.testCandidate({ secret, provider: 'openai', kind: 'admin' })
    expect(tested.outcome).toBe('valid')
    note('test before save', tested)
    const fields = { accountId: account.id, name: 'Canary', provider: 'openai', kind: 'admin' } as const
    const key = await client.keys.create({ ...fields, secret })
    note('create', key)
    await fails('duplicate', client.keys.create({ ...fields, secret }))
    await fails('bad field', client.keys.create({ ...fields, name: '', secret }))
    await fails('two lines', client.keys.create({ ...fields, secret: `${canary}\n${canary}` }))
    await fails('copy without a clipboard', client.keys.copy({ id: key.id }))
    note('list', await client.keys.list({ query: 'canary' }))
    note('search by the secret itself', await client.keys.list({ query: canary.slice(0, 60) }))
    note('test', await client.keys.test({ id: key.id }))
    note('remote keys', await client.keys.remote({ id: key.id }))

    const progress = await client.usage.progress()
    const { runs } = await client.usage.sync({ days: 7 })
    expect(runs).toHaveLength(1)
    for await (const state of progress) {
      note('progress', state)
      if (state.runId === runs[0]?.runId && !['queued', 'running'].includes(state.state)) {
        expect(state.state).toBe('done')
        break
      }
    }
    note('dashboard', await client.usage.dashboard({ days: 7, groupBy: 'key' }))
    note('export', await client.usage.exportCsv({ days: 7, groupBy: 'key' }))

    gateway.echo('errors')
    note('test through an echoing gateway', await client.keys.test({ id: key.id }))
    const failing = await client.usage.sync({ days: 7 })
    for await (const state of await client.usage.progress()) {
      note('failed progress', state)
      if (state.runId === failing.runs[0]?.runId && state.state === 'failed') break
    }
    note('diagnostics', await client.usage.diagnostics())
    note('sources', await client.usage.sources())

    // Right answers with the key in every name and id: all of it is stored, but without the key.
    gateway.echo('fields')
    const echoed = await client.usage.sync({ days: 7 })
    for await (const state of await client.usage.progress()) {
      note('echoed progress', state)
      if (state.runId === echoed.runs[0]?.runId && !['queued', 'running'].includes(state.state)) {
        expect(state.state).toBe('done')
        break
      }
    }
    const remote = await client.keys.remote({ id: key.id })
    expect(remote.items.length).toBeGreaterThan(1)
    expect(new Set(remote.items.map(({ remoteId }) => remoteId)).size).toBe(remote.items.length)
    expect(remote.items[0]?.name).toContain('[key]')
    note('remote keys with echoes', remote)
    for (const groupBy of ['key', 'model', 'project'] as const) {
      const dashboard = await client.usage.dashboard({ days: 7, groupBy })
      note(`dashboard by ${groupBy} with echoes`, dashboard)
      note(`export by ${groupBy} with echoes`, await client.usage.exportCsv({ days: 7, groupBy }))
      if (groupBy === 'model') expect(JSON.stringify(dashboard)).toContain('[key]')
    }
    gateway.echo('amounts')
    const refused = await client.usage.sync({ days: 7 })
    for await (const state of await client.usage.progress()) {
      note('refused progress', state)
      if (state.runId === refused.runs[0]?.runId && !['queued', 'running'].includes(state.state)) {
        expect(state.state).toBe('failed')
        break
      }
    }
    note('diagnostics of amounts', await client.usage.diagnostics())
    gateway.echo('nothing')

    const text = `# keys\nOPENAI_ADMIN_KEY=${canary}\nBROKEN ${canary}\n`
    const preview = await client.imports.preview({ format: 'env', text })
    note('import preview', preview)
    const taken = preview.rows.filter(({ status }) => status === 'duplicate').map(({ index }) => index)
    expect(taken).toHaveLength(1)
    note('import', await client.imports.commit({ token: preview.token, rows: taken, account: { id: account.id } }))
    note('audit', await client.audit.list({}))

    const revealed = await client.keys.reveal({ id: key.id })
    expect(revealed.secret).toBe(canary)

    for (const path of [
      '/accounts',
      '/keys',
      '/usage?days=7',
      '/inventory/keys?limit=10',
      `/inventory/keys/${key.id}`,
      '/usage/export?days=7',
      '/usage/diagnostics',
      '/audit',
      '/settings/providers',
      '/openapi.json',
      '/keys/999/full',
    ]) {
      const answer = await api(host, path)
      said.push({ where: `GET ${path}`, text: answer.body + JSON.stringify(answer.headers) })
    }
    const refusedReveal = await api(host, `/inventory/keys/${key.id}/reveal`, { method: 'POST', body: {} })
    expect(refusedReveal.status).toBe(403)
    said.push({ where: 'POST reveal', text: refusedReveal.body })
    const duplicate = await api(host, '/keys', {
      method: 'POST',
      body: { name: 'Again', full_key: canary, account_id: account.id },
    })
    expect(duplicate.status).toBe(409)
    said.push({ where: 'POST duplicate', text: duplicate.body })
    const full = await api(host, `/keys/${key.id}/full`)
    expect(JSON.parse(full.body)).toEqual({ full_key: canary })

    session.close()
    await host.kill()
    said.push({ where: 'the output of the killed process', text: host.output() })
    for (const file of filesBelow(dataDir)) expectClean(readFileSync(file, 'latin1'), `${file} after SIGKILL`)

    host = await startHost({ dataDir, args })
    session = await firstSession(host)
    expect((await session.client.keys.reveal({ id: key.id })).secret).toBe(canary)
    note('interrupted runs', await session.client.usage.sources())
    session.close()
    expect(await host.stop()).toBe(0)
    said.push({ where: 'the output of the process', text: host.output() })
    for (const file of filesBelow(dataDir)) expectClean(readFileSync(file, 'latin1'), `${file} after a clean end`)
    for (const { where, text } of said) expectClean(text, where)
    expect(said.length).toBeGreaterThan(25)
    await gateway.close()
    await openai.close()
  })
})

describe('random signing secrets', () => {
  it('leave no trace of their plain text: stored, pasted for a replay and pasted for a probe', async () => {
    const { stored, ofReplay, ofProbe } = signingSecrets
    // Says everything that it was sent, as a careless handler does.
    const handler = createServer((request, response) => {
      response.end(JSON.stringify(request.rawHeaders))
      request.resume()
    })
    const handlerUrl = await new Promise<string>((resolve) =>
      handler.listen(0, '127.0.0.1', () => {
        const address = handler.address()
        resolve(`http://127.0.0.1:${typeof address === 'object' ? address?.port : address}/hook`)
      }),
    )
    const benchDir = join(folder.path, 'bench')
    let host = await startHost({ dataDir: benchDir, args })
    let session = await firstSession(host)
    const said: { where: string; text: string }[] = []
    const note = (where: string, value: unknown) => said.push({ where, text: JSON.stringify(value) })
    const soon = (check: () => Promise<void>) => vi.waitFor(check, { interval: 50, timeout: 20_000 })

    const { receiver, captures, deliveries, sender, audit } = session.client
    const shop = { slug: 'shop', scheme: 'github', secret: stored } as const
    const endpoint = await receiver.createEndpoint(shop)
    note('endpoint', endpoint)
    await receiver.createEndpoint(shop).then(
      () => expect.unreachable(),
      (error: unknown) => note('endpoint that is there already', [String(error), error]),
    )
    await soon(async () => expect((await receiver.status()).state).toBe('listening'))
    const body = '{"action":"opened"}'
    const signature = `sha256=${createHmac('sha256', stored).update(body).digest('hex')}`
    const { localUrl } = await receiver.endpoint({ id: endpoint.id })
    const headers = { 'x-hub-signature-256': signature, 'content-type': 'application/json' }
    expect((await rawRequest(localUrl, { method: 'POST', headers, body })).status).toBe(200)
    await soon(async () => expect((await captures.list({})).items).toMatchObject([{ verdict: 'valid' }]))
    note('captured request', await captures.get({ id: 1 }))

    const job = await deliveries.replay({
      selection: { ids: [1] },
      url: handlerUrl,
      timestamp: 'fresh',
      resign: { scheme: 'gitlab-token', secret: ofReplay },
    })
    note('replay', job)
    await soon(async () => expect(await deliveries.job({ id: job.id })).toMatchObject({ succeeded: 1 }))
    const { items } = await deliveries.attempts({ jobId: job.id })
    expect(items).toHaveLength(1)
    note('attempts', items)
    for (const { id } of items) note('attempt', await deliveries.attempt({ id }))
    note('signed anew with the stored one', await deliveries.replayOne({ id: 1, url: handlerUrl, resign: true }))
    const event = { url: handlerUrl, body, signing: { scheme: 'github', secret: ofProbe } } as const
    const report = await sender.probe({ event })
    expect(report.checks.length).toBeGreaterThan(0)
    note('probe', report)
    note('probes', await sender.probes({}))
    note('audit', await audit.list({}))

    session.close()
    await host.kill()
    said.push({ where: 'the output of the killed process', text: host.output() })
    for (const file of filesBelow(benchDir)) expectClean(readFileSync(file, 'latin1'), `${file} after SIGKILL`)
    host = await startHost({ dataDir: benchDir, args })
    session = await firstSession(host)
    note('attempts after a restart', await session.client.deliveries.attempts({}))
    session.close()
    expect(await host.stop()).toBe(0)
    said.push({ where: 'the output of the process', text: host.output() })
    for (const file of filesBelow(benchDir)) expectClean(readFileSync(file, 'latin1'), `${file} after a clean end`)
    for (const { where, text } of said) expectClean(text, where)
    handler.close()
  })
})
