import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
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
} from './workbench.ts'

let bench: Workbench
let owner: number
const clipboard = new MemoryClipboard()

beforeEach(async () => {
  clipboard.text = ''
  bench = await openWorkbench({ clipboard })
  owner = bench.accounts.create(app, account({ email: 'ops@acme.example' })).id
})
afterEach(async () => {
  vi.useRealTimers()
  await bench.close()
})

const lastAudit = () => bench.audit.list({ limit: 1 }).items[0]

describe('showing a key', () => {
  it('UD-KEY-15: gives the plain text, says for how long, and is in the log', () => {
    const key = bench.keys.create(app, newKey(owner))
    bench.clock.time += 60_000
    bench.settings.setPreferences({ revealSeconds: 20 })
    expect(bench.keys.reveal(app, key.id, 'show')).toEqual({ secret: fakeSecret(key.name), hideAfterMs: 20_000 })
    expect(lastAudit()).toMatchObject({ action: 'key.revealed', subjectId: key.id, source: 'app' })
    expect(bench.keys.get(key.id)).toMatchObject({
      lastRevealedAt: START + 60_000,
      lastCopiedAt: null,
      updatedAt: START,
    })
    bench.keys.reveal({ source: 'api' }, key.id, 'copy')
    expect(lastAudit()).toMatchObject({ action: 'key.copied', source: 'api' })
    expect(bench.keys.get(key.id).lastCopiedAt).toBe(START + 60_000)
  })

  it('is refused if it cannot be logged', () => {
    const key = bench.keys.create(app, newKey(owner))
    bench.store.db.exec('DROP TABLE audit_entries')
    expect(() => bench.keys.reveal(app, key.id, 'show')).toThrow('audit_entries')
  })
})

describe('copying a key', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })

  it('UD-KEY-16: takes it off the clipboard after the time that was set', async () => {
    const key = bench.keys.create(app, newKey(owner))
    bench.settings.setPreferences({ clipboardSeconds: 30 })
    expect(await bench.keys.copy(app, key.id)).toEqual({ clearsAt: START + 30_000 })
    expect(clipboard.text).toBe(fakeSecret(key.name))
    expect(lastAudit()).toMatchObject({ action: 'key.copied', subjectId: key.id })
    await vi.advanceTimersByTimeAsync(29_999)
    expect(clipboard.text).toBe(fakeSecret(key.name))
    await vi.advanceTimersByTimeAsync(1)
    expect(clipboard.text).toBe('')
  })

  it('leaves alone what was copied since', async () => {
    const key = bench.keys.create(app, newKey(owner))
    await bench.keys.copy(app, key.id)
    clipboard.text = 'a shopping list'
    await vi.advanceTimersByTimeAsync(600_000)
    await bench.keys.releaseClipboard()
    expect(clipboard.text).toBe('a shopping list')
  })

  it('a second copy has its own full time', async () => {
    const first = bench.keys.create(app, newKey(owner, { name: 'First' }))
    const second = bench.keys.create(app, newKey(owner, { name: 'Second' }))
    await bench.keys.copy(app, first.id)
    await vi.advanceTimersByTimeAsync(20_000)
    await bench.keys.copy(app, second.id)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(clipboard.text).toBe(fakeSecret('Second'))
    await vi.advanceTimersByTimeAsync(10_000)
    expect(clipboard.text).toBe('')
  })

  it('takes it off at once when the vault is locked or Keyhold ends', async () => {
    const key = bench.keys.create(app, newKey(owner))
    await bench.keys.copy(app, key.id)
    await bench.keys.releaseClipboard()
    expect(clipboard.text).toBe('')
    await bench.keys.copy(app, key.id)
    await bench.keys.close()
    expect(clipboard.text).toBe('')
  })

  it('leaves it there when clearing is turned off', async () => {
    const key = bench.keys.create(app, newKey(owner))
    bench.settings.setPreferences({ clipboardSeconds: 0 })
    expect(await bench.keys.copy(app, key.id)).toEqual({ clearsAt: null })
    await vi.advanceTimersByTimeAsync(3_600_000)
    await bench.keys.close()
    expect(clipboard.text).toBe(fakeSecret(key.name))
  })

  it('says so where main has no clipboard, or it does not take the key', async () => {
    const key = bench.keys.create(app, newKey(owner))
    class Busy extends MemoryClipboard {
      override async writeText(): Promise<void> {
        throw new Error('OpenClipboard failed')
      }
    }
    const without = await openWorkbench()
    const busy = await openWorkbench({ clipboard: new Busy() })
    try {
      expect((await problemOf(() => without.keys.copy(app, key.id))).code).toBe('UNSUPPORTED')
      const other = busy.accounts.create(app, account({ email: 'a@example.com' })).id
      const { id } = busy.keys.create(app, newKey(other))
      expect((await problemOf(() => busy.keys.copy(app, id))).code).toBe('CONFLICT')
    } finally {
      await without.close()
      await busy.close()
    }
  })
})

describe('a damaged secret', () => {
  const flipBit = (id: number) => {
    const { secret } = bench.store.db
      .prepare<[number], { secret: Buffer }>('SELECT secret FROM provider_keys WHERE id = ?')
      .get(id) ?? {
      secret: Buffer.alloc(0),
    }
    const damaged = Buffer.from(secret)
    damaged[20] = (damaged[20] ?? 0) ^ 1
    bench.store.db.prepare('UPDATE provider_keys SET secret = ? WHERE id = ?').run(damaged, id)
    return { secret, damaged }
  }
  const stored = (id: number) => bench.store.db.prepare('SELECT secret FROM provider_keys WHERE id = ?').pluck().get(id)

  it('is said of its row; the others work, and it is kept as it is through every edit', async () => {
    const [bad, good] = ['Bad', 'Good'].map((name) => bench.keys.create(app, newKey(owner, { name })))
    if (!bad || !good) throw new Error('no keys')
    const { damaged } = flipBit(bad.id)
    for (const call of [
      () => bench.keys.reveal(app, bad.id, 'show'),
      () => bench.keys.copy(app, bad.id),
      () => bench.keys.test(app, bad.id),
      () => bench.keys.credential(bad.id),
    ]) {
      const problem = await problemOf(call)
      expect(problem).toMatchObject({ code: 'SECRET_UNREADABLE', relatedIds: [bad.id] })
      expect(problem.message).toContain('"Bad"')
    }
    expect(
      bench.keys.list({ sort: 'name', limit: 10 }).items.map(({ name, secretState }) => [name, secretState]),
    ).toEqual([
      ['Bad', 'unreadable'],
      ['Good', 'stored'],
    ])
    expect(bench.keys.credential(good.id).secret).toBe(fakeSecret('Good'))
    const { id, accountId, provider, kind } = bad
    const fields = {
      id,
      accountId,
      provider,
      kind,
      description: null,
      adminKeyId: null,
      environment: null,
      tags: [],
      allowDuplicate: false,
    }
    expect(bench.keys.update(app, { ...fields, name: 'Still bad' }).secretState).toBe('unreadable')
    expect(stored(id)).toEqual(damaged)
    const mended = bench.keys.update(app, { ...fields, name: 'Mended', secret: fakeSecret('new') })
    expect(mended.secretState).toBe('stored')
    expect(bench.keys.credential(id).secret).toBe(fakeSecret('new'))
  })

  it('is found by trying every secret, and forgotten when the secret comes back', async () => {
    const ids = Array.from({ length: 450 }, (_, n) => bench.keys.create(app, newKey(owner, { name: `Key ${n}` })).id)
    const [a, b] = [ids[3] ?? 0, ids[449] ?? 0]
    const { secret } = flipBit(a)
    bench.store.db
      .prepare('UPDATE provider_keys SET secret = (SELECT secret FROM provider_keys WHERE id = ?) WHERE id = ?')
      .run(ids[5], b)
    const heard: string[] = []
    bench.changes.subscribe((topic) => heard.push(topic))
    expect(await bench.keys.checkSecrets()).toEqual({ checked: 450, unreadable: 2 })
    expect(heard).toContain('keys')
    expect([a, b].map((id) => bench.keys.get(id).secretState)).toEqual(['unreadable', 'unreadable'])
    bench.store.db.prepare('UPDATE provider_keys SET secret = ? WHERE id = ?').run(secret, a)
    expect(await bench.keys.checkSecrets()).toEqual({ checked: 450, unreadable: 1 })
    expect(bench.keys.get(a).secretState).toBe('stored')
  })

  it('stops without a failure when the vault is locked meanwhile', async () => {
    for (let n = 0; n < 450; n++) bench.keys.create(app, newKey(owner, { name: `Key ${n}` }))
    const checking = bench.keys.checkSecrets()
    await bench.vault.lock()
    const { checked, unreadable } = await checking
    expect(unreadable).toBe(0)
    expect(checked).toBeLessThan(450)
  })

  it('a row that cannot be read is left out of lists and named, and takes nothing else with it', async () => {
    const [a, b, c] = ['A', 'B', 'C'].map((name) => bench.keys.create(app, newKey(owner, { name })).id)
    bench.store.db.prepare("UPDATE provider_keys SET provider = 'gone' WHERE id = ?").run(b)
    const first = bench.keys.list({ sort: 'name', limit: 2 })
    expect(first.items.map(({ id }) => id)).toEqual([a])
    const second = bench.keys.list({ sort: 'name', limit: 2, cursor: first.nextCursor ?? '' })
    expect(second).toMatchObject({ items: [{ id: c }], nextCursor: null, total: 3 })
    expect(bench.unreadable).toEqual([`The stored key ${b} cannot be read.`])
    expect(await problemOf(() => bench.keys.get(b ?? 0))).toMatchObject({
      code: 'STORE_FAILED',
      message: `The stored key ${b} cannot be read.`,
      relatedIds: [b],
    })
    expect(await bench.keys.checkSecrets()).toEqual({ checked: 3, unreadable: 1 })
  })

  it('is not confused with a locked vault', async () => {
    const key = bench.keys.create(app, newKey(owner))
    await bench.vault.lock()
    expect((await problemOf(() => bench.keys.checkSecrets())).code).toBe('VAULT_LOCKED')
    expect(bench.keys.get(key.id).secretState).toBe('stored')
  })
})
