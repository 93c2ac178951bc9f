import { globSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { keys as keyContract, validationSchema } from '../../shared/contract/keys.ts'
import { type OpenAiSimulator, startOpenAiSimulator } from '../simulators/openai.ts'
import { type OpenRouterSimulator, startOpenRouterSimulator } from '../simulators/openrouter.ts'
import { type SmallProvidersSimulator, startSmallProvidersSimulator } from '../simulators/small-providers.ts'
import {
  account,
  app,
  fakeSecret,
  MemoryClipboard,
  newKey,
  openWorkbench,
  problemOf,
  START,
  type Workbench,
} from '../unit/keys/workbench.ts'

let small: SmallProvidersSimulator
let openai: OpenAiSimulator
let openrouter: OpenRouterSimulator
let bench: Workbench
let owner: number

beforeAll(async () => {
  small = await startSmallProvidersSimulator()
  openai = await startOpenAiSimulator({ now: () => START })
  openrouter = await startOpenRouterSimulator({ now: () => START })
})
afterAll(() => Promise.all([small.close(), openai.close(), openrouter.close()]))
beforeEach(async () => {
  bench = await openWorkbench()
  bench.settings.setProvider('groq', small.urls.groq, false)
  bench.settings.setProvider('openai', openai.url, true)
  bench.settings.setProvider('openrouter', openrouter.url, true)
  owner = bench.accounts.create(app, account({ email: 'ops@acme.example' })).id
})
afterEach(() => bench.close())

const lastAudit = () => bench.audit.list({ limit: 1 }).items[0]

describe('testing a key', () => {
  it('UD-KEY-10: before it is saved: nothing is stored, the result is kept with the same key for minutes', async () => {
    const secret = `GROQ_API_KEY="${small.keys.groq.good}"`
    const result = await bench.keys.testCandidate({ secret, provider: 'groq', kind: 'standard' })
    expect(validationSchema.parse(result)).toMatchObject({ outcome: 'valid', testedAt: START })
    expect(bench.keys.list({ sort: 'name', limit: 10 }).total).toBe(0)
    const { outcome, message, remedies, testedAt } = result
    const validation = { outcome, message, remedies, testedAt }
    const asTested = { ...newKey(owner), provider: 'groq' as const, kind: 'standard' as const, secret }
    expect(bench.keys.create(app, { ...asTested, kind: 'unknown' }).validation).toBeNull()
    expect(bench.keys.create(app, { ...asTested, secret: `${secret}x`, allowDuplicate: true }).validation).toBeNull()
    const key = bench.keys.create(app, { ...asTested, allowDuplicate: true })
    expect(bench.keys.get(key.id).validation).toEqual(validation)
    bench.clock.time += 11 * 60_000
    expect(bench.keys.create(app, { ...asTested, allowDuplicate: true }).validation).toBeNull()
  })

  it('afterwards: the outcome is kept, listed and logged, and is no change of the record', async () => {
    const good = bench.keys.create(app, {
      ...newKey(owner, { name: 'Good' }),
      provider: 'groq',
      kind: 'standard',
      secret: small.keys.groq.good,
    })
    const revoked = bench.keys.create(app, {
      ...newKey(owner, { name: 'Revoked' }),
      provider: 'groq',
      kind: 'standard',
      secret: small.keys.groq.revoked,
    })
    bench.clock.time += 60_000
    expect((await bench.keys.test(app, good.id)).outcome).toBe('valid')
    const result = await bench.keys.test({ source: 'api' }, revoked.id)
    expect(result.outcome).toBe('invalid')
    expect(lastAudit()).toMatchObject({ action: 'key.tested', subjectId: revoked.id, detail: 'invalid', source: 'api' })
    expect(bench.keys.get(revoked.id)).toMatchObject({
      validation: { outcome: 'invalid', message: result.message, testedAt: START + 60_000 },
      updatedAt: START,
    })
    const listed = (outcome: 'valid' | 'invalid' | 'untested') =>
      bench.keys.list({ sort: 'name', limit: 10, outcome }).items.map(({ name }) => name)
    expect([listed('valid'), listed('invalid'), listed('untested')]).toEqual([['Good'], ['Revoked'], []])
  })

  it('takes over the kind the provider reports where it was not known, says so, and tests as that kind', async () => {
    const secret = openrouter.keys.management
    const key = bench.keys.create(app, { ...newKey(owner), provider: 'openrouter', kind: 'standard', secret })
    const result = await bench.keys.test(app, key.id)
    expect(result.outcome).toBe('valid')
    expect(result.message).toContain('changed from "standard"')
    expect(bench.keys.get(key.id)).toMatchObject({ kind: 'admin', validation: { outcome: 'valid' } })
    expect(bench.keys.list({ sort: 'name', limit: 10, kind: 'admin' }).total).toBe(1)
    expect(lastAudit()?.detail).toBe('valid; kind changed to admin')
    // What the operator chose stays.
    const chosen = bench.keys.create(app, {
      ...newKey(owner, { name: 'Chosen' }),
      provider: 'openrouter',
      kind: 'project',
      secret,
      allowDuplicate: true,
    })
    await bench.keys.test(app, chosen.id)
    expect(bench.keys.get(chosen.id).kind).toBe('project')
  })

  it('says that a custom key cannot be tested', async () => {
    const key = bench.keys.create(app, { ...newKey(owner), provider: 'custom', kind: 'unknown' })
    expect((await problemOf(() => bench.keys.test(app, key.id))).code).toBe('UNSUPPORTED')
    expect(bench.keys.get(key.id).validation).toBeNull()
  })

  it('does not send an admin key to an address it is not allowed for', async () => {
    bench.settings.setProvider('openai', openai.url, false)
    const before = openai.requests.length
    const key = bench.keys.create(app, { ...newKey(owner), kind: 'admin', secret: openai.keys.admin })
    expect((await problemOf(() => bench.keys.test(app, key.id))).code).toBe('FORBIDDEN')
    expect((await problemOf(() => bench.keys.remote(key.id, null))).code).toBe('FORBIDDEN')
    expect(openai.requests.length).toBe(before)
  })
})

describe('a provider that takes its time', () => {
  async function withSlowProvider(work: (arrived: Promise<void>, answer: () => void) => Promise<void>): Promise<void> {
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>()
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
    const server = createServer((_, response) => {
      arrive()
      void answered.then(() =>
        response.setHeader('content-type', 'application/json').end('{"object":"list","data":[]}'),
      )
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    bench.settings.setProvider('groq', `http://127.0.0.1:${port}`, false)
    try {
      await work(arrived, answer)
    } finally {
      answer()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }
  const groqKey = () =>
    bench.keys.create(app, { ...newKey(owner), provider: 'groq', kind: 'standard', secret: small.keys.groq.good })

  it('does not put its answer on a key that got another secret or was deleted meanwhile', async () => {
    await withSlowProvider(async (arrived, answer) => {
      const key = groqKey()
      const other = bench.keys.create(app, { ...newKey(owner, { name: 'Other' }), provider: 'groq', kind: 'standard' })
      const tests = [bench.keys.test(app, key.id), bench.keys.test(app, other.id)]
      await arrived
      const { id, accountId, name, provider, kind } = key
      const fields = { description: null, adminKeyId: null, environment: null, tags: [], allowDuplicate: false }
      bench.keys.update(app, { id, accountId, name, provider, kind, ...fields, secret: fakeSecret('meanwhile') })
      bench.keys.delete(app, other.id)
      answer()
      for (const result of await Promise.all(tests)) expect(result.message).toContain('changed meanwhile')
      expect(bench.keys.get(id).validation).toBeNull()
    })
  })

  it('can be stopped, and the key stays as it was', async () => {
    await withSlowProvider(async (arrived) => {
      const key = groqKey()
      const stop = new AbortController()
      const outcome = problemOf(() => bench.keys.test(app, key.id, stop.signal))
      await arrived
      stop.abort()
      expect((await outcome).code).toBe('CANCELLED')
      expect(bench.keys.get(key.id)).toEqual(key)
    })
  })

  it('the vault may be locked while it answers', async () => {
    await withSlowProvider(async (arrived, answer) => {
      const key = groqKey()
      const test = bench.keys.test(app, key.id)
      await arrived
      await bench.vault.lock()
      answer()
      expect((await test).outcome).toBe('valid')
      expect(bench.keys.get(key.id).validation?.outcome).toBe('valid')
    })
  })
})

describe('the keys a provider lists', () => {
  it('are shown page by page with the stored key each one seems to be', async () => {
    const admin = bench.keys.create(app, {
      ...newKey(owner, { name: 'Admin' }),
      kind: 'admin',
      secret: openai.keys.admin,
    })
    const first = keyContract.remote['~orpc'].outputSchema?.['~standard'].validate(
      await bench.keys.remote(admin.id, null),
    )
    if (first === undefined || first instanceof Promise || first.issues)
      throw new Error('The page breaks the contract.')
    const redacted = first.value.items[0]?.redacted ?? ''
    const [head = '', tail = ''] = redacted.split('...')
    expect(first.value.items.every(({ matchesKeyId }) => matchesKeyId === null)).toBe(true)
    const secret = `${head}${'x'.repeat(40)}${tail}`
    const stored = bench.keys.create(app, newKey(owner, { name: 'Known', secret, adminKeyId: admin.id }))
    const again = await bench.keys.remote(admin.id, null)
    const sameForm = again.items.filter((item) => item.redacted === redacted)
    // Two remote keys of one form would leave it open which one is stored.
    for (const item of sameForm) expect(item.matchesKeyId).toBe(sameForm.length === 1 ? stored.id : null)
    expect(again.nextCursor).not.toBeNull()
    const last = await bench.keys.remote(admin.id, again.nextCursor)
    expect(last.items.find(({ remoteId }) => remoteId === 'key_admin')?.matchesKeyId).toBe(admin.id)
  })

  it('are refused in plain words where there are none to list, and on a failing provider', async () => {
    const project = bench.keys.create(app, newKey(owner, { name: 'Project' }))
    const groq = bench.keys.create(app, { ...newKey(owner, { name: 'Groq' }), provider: 'groq', kind: 'standard' })
    const revoked = bench.keys.create(app, { ...newKey(owner, { name: 'Wrong' }), kind: 'admin' })
    expect(await problemOf(() => bench.keys.remote(project.id, null))).toMatchObject({ code: 'UNSUPPORTED' })
    expect((await problemOf(() => bench.keys.remote(groq.id, null))).message).toContain('Groq')
    const problem = await problemOf(() => bench.keys.remote(revoked.id, null))
    expect(problem.code).toBe('PROVIDER_FAILED')
    expect(problem.remedies.length).toBeGreaterThan(0)
    expect(JSON.stringify(problem)).not.toContain(fakeSecret('Wrong').slice(10))
  })
})

describe('after a restart', () => {
  it('everything is there, and no secret stands in a file in plain text', async () => {
    const clipboard = new MemoryClipboard()
    const secret = fakeSecret('canary')
    const key = bench.keys.create(app, newKey(owner, { name: 'Survivor', secret, tags: ['kept'] }))
    bench.keys.reveal(app, key.id, 'show')
    await bench.close(false)
    bench = await openWorkbench({ dataDir: bench.dataDir, clipboard })
    expect(bench.keys.list({ sort: 'name', limit: 10, query: 'kept survivor' }).items).toEqual([
      { ...key, lastRevealedAt: START },
    ])
    expect(bench.keys.reveal(app, key.id, 'show').secret).toBe(secret)
    await bench.keys.copy(app, key.id)
    const files = globSync('**/*', { cwd: bench.dataDir }).map((name) => `${bench.dataDir}/${name}`)
    const contents = files.filter((file) => statSync(file).isFile()).map((file) => readFileSync(file, 'latin1'))
    expect(contents.length).toBeGreaterThan(0)
    for (const content of contents) expect(content.includes(secret.slice(10, 40))).toBe(false)
  })
})
