import { spawnSync } from 'node:child_process'
import { connect } from 'node:net'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lineFile, type RunningHost, startHost, temporaryFolder } from '../support/browser-host.ts'
import { rawRequest, upgradeHeaders } from '../support/raw-http.ts'
import { credentialsOf, exchangeToken, openSession, type SessionCredentials } from '../support/session.ts'

const entry = join(import.meta.dirname, '../../out/main/browser.js')
const folder = temporaryFolder('browser-host')
const passphraseFile = lineFile(folder.path, 'passphrase', 'a passphrase for the host')

let host: RunningHost
let session: SessionCredentials

beforeAll(async () => {
  host = await startHost({ dataDir: join(folder.path, 'data'), args: ['--passphrase-file', passphraseFile] })
})

afterAll(async () => {
  await host.stop()
  folder.remove()
})

describe('the browser host', () => {
  it('prints exactly one line and serves the page with a policy and without caching', async () => {
    expect(host.output()).toMatch(/^Keyhold is ready at http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}\n$/)
    const page = await rawRequest(`${host.origin}/keys`)
    expect(page.status).toBe(200)
    expect(page.headers['cache-control']).toBe('no-store')
    expect(page.headers['content-security-policy']).toContain("default-src 'none'")
    expect(page.headers['x-content-type-options']).toBe('nosniff')
    expect(page.body).not.toContain('__CSP_NONCE__')
  })

  it('exchanges the launch token once, for a strict HttpOnly cookie', async () => {
    expect((await exchangeToken(host, 'x'.repeat(43))).status).toBe(401)
    const first = await exchangeToken(host)
    expect(first.status).toBe(200)
    expect(String(first.headers['set-cookie'])).toMatch(/^keyhold_\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)
    session = credentialsOf(first)
    const { cookie, proof } = session
    expect((await exchangeToken(host)).status).toBe(401)
    const check = (headers: Record<string, string>) =>
      rawRequest(`${host.origin}/session`, { headers: { origin: host.origin, ...headers } })
    expect((await check({ cookie, 'x-keyhold-proof': proof })).status).toBe(204)
    expect((await check({ cookie })).status).toBe(401)
    expect((await check({ cookie, 'x-keyhold-proof': 'x' })).status).toBe(401)
    expect((await check({ 'x-keyhold-proof': proof })).status).toBe(401)
    // A page that asks its own server sends no Origin, and has to learn that its session is missing.
    const alone = { cookie, 'x-keyhold-proof': proof }
    expect((await rawRequest(`${host.origin}/session`, { headers: alone })).status).toBe(204)
    expect((await rawRequest(`${host.origin}/session`)).status).toBe(401)
  })

  it('refuses foreign hosts and origins on requests and upgrades', async () => {
    const { host: own } = new URL(host.origin)
    const rpc = `${host.origin}/rpc`
    expect(
      (await rawRequest(host.origin, { headers: { host: `evil.example:${new URL(host.origin).port}` } })).status,
    ).toBe(421)
    expect(
      (await rawRequest(`${host.origin}/session`, { method: 'POST', headers: { origin: 'https://evil.example' } }))
        .status,
    ).toBe(403)
    expect((await rawRequest(`${host.origin}/session`, { method: 'POST' })).status).toBe(403)
    expect((await rawRequest(rpc, { headers: upgradeHeaders(own, 'https://evil.example', session) })).status).toBe(403)
    expect((await rawRequest(rpc, { headers: upgradeHeaders(own, null, session) })).status).toBe(403)
    expect((await rawRequest(rpc, { headers: upgradeHeaders('evil.example', host.origin, session) })).status).toBe(421)
    expect(
      (await rawRequest(rpc, { headers: upgradeHeaders(own, host.origin, { ...session, cookie: null }) })).status,
    ).toBe(401)
    expect(
      (await rawRequest(rpc, { headers: upgradeHeaders(own, host.origin, { ...session, cookie: 'keyhold_1=x' }) }))
        .status,
    ).toBe(401)
    expect((await rawRequest(rpc, { headers: upgradeHeaders(own, host.origin, session) })).status).toBe(101)
    expect(
      (await rawRequest(`${host.origin}/api/keys`, { headers: { cookie: session.cookie, origin: host.origin } }))
        .status,
    ).toBe(403)
  })

  it.each([
    '/../../package.json',
    '/%2e%2e/%2e%2e/package.json',
    '/assets/..%2f..%2fmain/browser.js',
    '//etc/passwd',
    '/index.html%00',
    '/assets\\x.js',
  ])('does not serve %s', async (path) => {
    const answer = await rawRequest(host.origin + path)
    expect([200, 404]).toContain(answer.status)
    if (answer.status === 200) expect(answer.body).toContain('<div id="root"')
  })

  it('lets two tabs work at the same time and tells each of the changes of the other', async () => {
    const one = openSession(host, session)
    const two = openSession(host, session)
    const changes = await two.client.system.changes()
    const next = changes.next()
    await one.client.accounts.create({ email: 'two-tabs@example.com' })
    expect((await next).value).toEqual({ topic: expect.stringMatching(/accounts|audit/) })
    expect((await two.client.accounts.list({ query: 'two-tabs' })).items).toHaveLength(1)
    one.close()
    two.close()
  })

  it('asks for the proof too: a cookie alone reaches every port of the machine', async () => {
    const { host: own } = new URL(host.origin)
    const rpc = `${host.origin}/rpc`
    for (const proof of [null, 'none', session.proof.slice(1)]) {
      expect((await rawRequest(rpc, { headers: upgradeHeaders(own, host.origin, { ...session, proof }) })).status).toBe(
        401,
      )
    }
  })

  it('outlives callers that hang up in the middle of a refused upgrade', async () => {
    const { port, host: own } = new URL(host.origin)
    const lines = Object.entries(upgradeHeaders(own, 'http://evil.example', session)).map(
      ([name, value]) => `${name}: ${value}`,
    )
    await Promise.all(
      Array.from(
        { length: 50 },
        () =>
          new Promise<void>((resolve) => {
            const socket = connect(Number(port), '127.0.0.1', () => {
              socket.write(`GET /rpc HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`, () => socket.resetAndDestroy())
            })
            socket.on('close', () => resolve())
            socket.on('error', () => {})
          }),
      ),
    )
    expect((await rawRequest(host.origin)).status).toBe(200)
    expect(host.child.exitCode).toBeNull()
  })

  it('refuses a second process on the same data directory', () => {
    const second = spawnSync(process.execPath, [entry, '--no-open', '--data-dir', host.dataDir], { encoding: 'utf8' })
    expect(second.status).toBe(1)
    expect(second.stderr).toContain('already open in another Keyhold')
  })

  it('closes the database cleanly on Ctrl-C and finds everything after a restart', async () => {
    const dataDir = join(folder.path, 'restart')
    const first = await startHost({ dataDir, args: ['--passphrase-file', passphraseFile] })
    const { client, close } = openSession(first, credentialsOf(await exchangeToken(first)))
    await client.accounts.create({ email: 'kept@example.com' })
    close()
    expect(await first.stop()).toBe(0)
    const db = new Database(join(dataDir, 'workspace.db'), { readonly: true })
    expect(db.prepare('SELECT email FROM accounts').pluck().all()).toEqual(['kept@example.com'])
    db.close()
    const second = await startHost({ dataDir, args: ['--passphrase-file', passphraseFile] })
    const again = openSession(second, credentialsOf(await exchangeToken(second)))
    expect((await again.client.vault.status()).state).toBe('ready')
    expect((await again.client.accounts.list({})).total).toBe(1)
    again.close()
    await second.stop()
  })

  it('says what is wrong with the command line and ends with 2', () => {
    for (const [args, names] of [
      [['--port', 'x'], '--port'],
      [['--port', '70000'], '--port'],
      [['--nonsense'], '--nonsense'],
      [['stray'], 'stray'],
      [['--data-dir'], '--data-dir'],
    ] as const) {
      const result = spawnSync(process.execPath, [entry, ...args], { encoding: 'utf8' })
      expect(result.status, args.join(' ')).toBe(2)
      expect(result.stderr).toContain(names)
      expect(result.stderr).toContain('Usage:')
    }
    expect(spawnSync(process.execPath, [entry, '--help'], { encoding: 'utf8' }).status).toBe(0)
  })

  it('refuses a wrong passphrase file without touching the vault', async () => {
    const dataDir = join(folder.path, 'wrong')
    await (await startHost({ dataDir, args: ['--passphrase-file', passphraseFile] })).stop()
    const wrong = lineFile(folder.path, 'wrong-passphrase', 'not the passphrase')
    const result = spawnSync(
      process.execPath,
      [entry, '--no-open', '--data-dir', dataDir, '--passphrase-file', wrong],
      { encoding: 'utf8' },
    )
    expect(result.status).toBe(1)
    expect(result.stderr).toMatch(/passphrase/i)
    expect(result.stderr).not.toContain('not the passphrase')
  })
})
