import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startBraveSimulator } from '../simulators/brave.ts'
import { type OpenAiSimulator, startOpenAiSimulator } from '../simulators/openai.ts'
import { lineFile, type RunningHost, startHost, temporaryFolder } from '../support/browser-host.ts'
import { rawRequest } from '../support/raw-http.ts'

const folder = temporaryFolder('local-api')
const token = 'a-token-for-the-local-api'
const passphraseFile = lineFile(folder.path, 'passphrase', 'a passphrase for the api')
const tokenFile = lineFile(folder.path, 'token', token)

let host: RunningHost
let openai: OpenAiSimulator

beforeAll(async () => {
  // A clock that stands still, or today's figures would grow between the sync and the comparison.
  const now = Date.now()
  openai = await startOpenAiSimulator({ now: () => now })
  host = await startHost({
    dataDir: join(folder.path, 'data'),
    args: ['--passphrase-file', passphraseFile, '--api-token-file', tokenFile, '--api-allow-reveal'],
  })
})

afterAll(async () => {
  await host.stop()
  await openai.close()
  folder.remove()
})

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}, on = host) {
  const answer = await rawRequest(`${on.origin}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { ...answer, json: answer.body === '' ? null : JSON.parse(answer.body) }
}

const keyOf = (label: string) => `custom-${label}-${'k'.repeat(24)}`

describe('the local API (UD-API)', () => {
  it('wants its token and tells a caller without it what to send', async () => {
    for (const authorization of ['', 'Bearer wrong', `Basic ${token}`, `Bearer ${token}x`]) {
      const answer = await call('GET', '/accounts', undefined, { authorization })
      expect(answer.status).toBe(401)
      expect(answer.json.data.remedies[0]).toContain('Authorization: Bearer')
    }
    expect((await call('GET', '/accounts', undefined, { origin: 'https://evil.example' })).status).toBe(403)
  })

  it('UD-API-01…04 lists, creates, updates and deletes accounts with the names of the older tables', async () => {
    const created = await call('POST', '/accounts', { email: 'Ops@Example.com', organization_name: 'Example' })
    expect(created.status).toBe(201)
    expect(created.json).toEqual({
      id: expect.any(Number),
      email: expect.stringMatching(/ops@example\.com/i),
      name: null,
      organization_name: 'Example',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      updated_at: expect.any(String),
    })
    const { id } = created.json
    expect((await call('POST', '/accounts', { email: 'ops@example.com' })).status).toBe(409)
    const bad = await call('POST', '/accounts', { email: 'nobody' })
    expect(bad.status).toBe(400)
    expect(bad.json).toMatchObject({ code: 'INVALID_INPUT', data: { fields: [{ field: 'email' }] } })
    expect((await call('PUT', `/accounts/${id}`, { name: 'Operations' })).json).toMatchObject({
      name: 'Operations',
      organization_name: 'Example',
    })
    const list = await call('GET', '/accounts')
    expect(Array.isArray(list.json)).toBe(true)
    expect(list.json).toHaveLength(1)
    expect((await call('DELETE', `/accounts/${id}`)).json).toEqual({ ok: true })
    expect((await call('GET', '/accounts')).json).toEqual([])
    expect((await call('DELETE', `/accounts/${id}`)).status).toBe(404)
  })

  it('UD-API-05…09 keeps keys, masked everywhere but in …/full', async () => {
    const account = (await call('POST', '/accounts', { email: 'keys@example.com' })).json
    const created = await call('POST', '/keys', { name: 'First', full_key: keyOf('first'), account_id: account.id })
    expect(created.status).toBe(201)
    expect(created.json).toMatchObject({
      name: 'First',
      provider: 'custom',
      key_type: 'unknown',
      account_id: account.id,
      admin_key_id: null,
    })
    expect(JSON.stringify(created.json)).not.toContain('kkkkkkkkk')
    const { id } = created.json
    expect(
      (await call('POST', '/keys', { name: 'Twice', full_key: keyOf('first'), account_id: account.id })).status,
    ).toBe(409)
    expect(
      (await call('POST', '/keys', { name: 'No account', full_key: keyOf('x'), account_id: 4_711 })).json.code,
    ).toMatch(/NOT_FOUND|INVALID_INPUT/)
    expect((await call('PUT', `/keys/${id}`, { name: 'Renamed' })).json).toMatchObject({
      id,
      name: 'Renamed',
      masked_key: created.json.masked_key,
    })
    expect((await call('GET', `/keys/${id}/full`)).json).toEqual({ full_key: keyOf('first') })
    const second = await call('POST', '/keys', { name: 'Second', full_key: keyOf('second'), account_id: account.id })
    const page = await call('GET', '/keys?limit=1')
    expect(page.json).toHaveLength(1)
    const rest = await call('GET', `/keys?limit=1&cursor=${encodeURIComponent(String(page.headers['x-next-cursor']))}`)
    expect(rest.json).toHaveLength(1)
    expect(rest.json[0].id).not.toBe(page.json[0].id)
    expect((await call('DELETE', `/accounts/${account.id}`)).status).toBe(409)
    expect((await call('DELETE', `/keys/${second.json.id}`)).json).toEqual({ ok: true })
    expect((await call('DELETE', `/accounts/${account.id}?keys=delete`)).json).toEqual({ ok: true })
    expect((await call('GET', `/keys/${id}/full`)).status).toBe(404)
  })

  it('UD-API-10 and 11 tests keys and reads usage against a replaced address', async () => {
    const account = (await call('POST', '/accounts', { email: 'usage@example.com' })).json
    const admin = await call('POST', '/keys', { name: 'Admin', full_key: openai.keys.admin, account_id: account.id })
    expect(admin.json).toMatchObject({ provider: 'openai', key_type: 'admin' })
    const put = await call('PUT', '/settings/providers/openai', { base_url: openai.url })
    expect(put.json).toMatchObject({ baseUrl: openai.url, allowAdminKey: false })
    expect((await call('POST', `/keys/${admin.json.id}/test`)).json.code).toBe('FORBIDDEN')
    const disguised = { name: 'Disguised', full_key: openai.keys.adminWithoutUsage, account_id: account.id }
    const project = await call('POST', '/keys', { ...disguised, provider: 'openai', key_type: 'project' })
    expect((await call('POST', `/keys/${project.json.id}/test`)).json.code).toBe('FORBIDDEN')
    await call('DELETE', `/keys/${project.json.id}`)
    expect(openai.requests).toHaveLength(0)
    await call('PUT', '/settings/providers/openai', { base_url: openai.url, allow_admin_key: true })
    expect((await call('POST', `/keys/${admin.json.id}/test`)).json).toMatchObject({ valid: true, outcome: 'valid' })
    const before = await call('GET', '/usage?days=7')
    expect(before.json).toMatchObject({ days: 7, keys: [], totals: { cost: [] } })
    const after = await call('GET', '/usage?days=7&refresh=1')
    expect(after.json.sources).toMatchObject([{ key_id: admin.json.id, provider: 'openai', error: null }])
    expect(after.json.totals.cost.length).toBeGreaterThan(0)
    const { from, to } = after.json
    expect(after.json.totals.input_tokens).toBe(openai.totals(Date.parse(from), Date.parse(to)).inputTokens)
    expect((await call('GET', '/usage?days=13')).json.days).toBe(13)
    expect((await call('GET', '/usage?days=0')).status).toBe(400)
    expect((await call('GET', '/usage?days=soon')).status).toBe(400)
  })

  it('reads a provider whose good key is a 422', async () => {
    const brave = await startBraveSimulator()
    const account = (await call('POST', '/accounts', { email: 'brave@example.com' })).json
    await call('PUT', '/settings/providers/brave', { base_url: brave.url })
    const key = await call('POST', '/keys', {
      name: 'Brave',
      full_key: brave.keys.payAsYouGo,
      account_id: account.id,
      provider: 'brave',
    })
    expect((await call('POST', `/keys/${key.json.id}/test`)).json).toMatchObject({ valid: true, status: 422 })
    await brave.close()
  })

  it('refuses addresses that are none, and names the field', async () => {
    for (const base_url of [
      'ftp://x.example',
      'https://user:pass@x.example',
      'x',
      'https://x.example/?key=1',
      'javascript:alert(1)',
      'http://example.com',
      'http://localhost.example.com',
    ]) {
      const answer = await call('PUT', '/settings/providers/openai', { base_url })
      expect(answer.status, base_url).toBe(400)
      expect(answer.json.data.fields[0].field).toBe('base_url')
    }
  })

  it('describes every route in OpenAPI, and every procedure has one', async () => {
    const { json } = await call('GET', '/openapi.json')
    expect(json.openapi).toMatch(/^3\.1/)
    for (const [path, method] of [
      ['/accounts', 'get'],
      ['/accounts', 'post'],
      ['/accounts/{id}', 'put'],
      ['/accounts/{id}', 'delete'],
      ['/keys', 'get'],
      ['/keys', 'post'],
      ['/keys/{id}', 'put'],
      ['/keys/{id}', 'delete'],
      ['/keys/{id}/full', 'get'],
      ['/keys/{id}/test', 'post'],
      ['/usage', 'get'],
      ['/settings/providers/{provider}', 'put'],
      ['/vault', 'get'],
      ['/usage/dashboard', 'get'],
    ] as const) {
      expect(json.paths[path]?.[method], `${method} ${path}`).toBeDefined()
    }
    expect((await call('GET', '/nothing-here')).status).toBe(404)
  })

  it('never answers with a code or a secret where only the window may', async () => {
    for (const [method, path, body] of [
      ['POST', '/vault/initialise', { passphrase: 'a new passphrase' }],
      ['POST', '/vault/recovery-code', {}],
      ['PUT', '/vault/passphrase', { current: null, next: 'a new passphrase' }],
      ['POST', '/inventory/keys/1/reveal', {}],
      ['POST', '/inventory/keys/1/copy', {}],
      ['PUT', '/settings/local-api', { enabled: true }],
    ] as const) {
      const answer = await call(method, path, body)
      expect(answer.json.code, path).toBe('FORBIDDEN')
    }
  })

  it('is off by default, refuses …/full without permission and while locked', async () => {
    const plain = await startHost({ dataDir: join(folder.path, 'off'), args: ['--passphrase-file', passphraseFile] })
    expect((await call('GET', '/accounts', undefined, {}, plain)).json).toMatchObject({
      code: 'FORBIDDEN',
      message: 'The local API is off.',
    })
    await plain.stop()
    const closed = await startHost({
      dataDir: join(folder.path, 'off'),
      args: ['--passphrase-file', passphraseFile, '--api-token-file', tokenFile],
    })
    const account = (await call('POST', '/accounts', { email: 'a@example.com' }, {}, closed)).json
    const key = (await call('POST', '/keys', { name: 'A', full_key: keyOf('a'), account_id: account.id }, {}, closed))
      .json
    expect((await call('GET', `/keys/${key.id}/full`, undefined, {}, closed)).json.code).toBe('FORBIDDEN')
    await call('POST', '/vault/lock', {}, {}, closed)
    const log = (await call('GET', '/audit?limit=1', undefined, {}, closed)).json
    expect(log.items[0]).toMatchObject({ action: 'vault.locked', source: 'api' })
    expect((await call('GET', `/keys/${key.id}/full`, undefined, {}, closed)).json.code).toBe('VAULT_LOCKED')
    expect(
      (await call('POST', '/keys', { name: 'B', full_key: keyOf('b'), account_id: account.id }, {}, closed)).json.code,
    ).toBe('VAULT_LOCKED')
    expect((await call('GET', '/keys', undefined, {}, closed)).json).toHaveLength(1)
    await closed.stop()
  })

  it('survives bodies that are no JSON, too large, or hostile', async () => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const send = (body: string) => rawRequest(`${host.origin}/api/accounts`, { method: 'POST', headers, body })
    const torn = await send('{"email":')
    expect(torn.status).toBe(400)
    expect(JSON.parse(torn.body)).toMatchObject({ code: 'INVALID_INPUT', data: { remedies: [expect.any(String)] } })
    expect((await send('[]')).status).toBe(400)
    expect((await send('{"__proto__":{"email":"x@example.com"}}')).status).toBe(400)
    expect((await send(JSON.stringify({ email: `${'x'.repeat(100_000)}@example.com` }))).status).toBe(400)
    expect((await call('GET', '/accounts?cursor=garbage')).json).toMatchObject({
      code: 'INVALID_INPUT',
      data: { fields: [{ field: 'cursor' }] },
    })
    expect((await call('GET', '/keys/abc/full')).status).toBe(400)
  })
})
