import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OsSecretStore } from '../../main/host.ts'
import { BuiltFiles } from '../../main/hosts/built-files.ts'
import { runDesktop } from '../../main/hosts/desktop-app.electron.ts'
import { prepareDesktop } from '../../main/hosts/prepare-desktop.electron.ts'
import { sourceThreads } from '../../main/threads.ts'
import type { Workspace } from '../../main/workspace.ts'
import type { WorkspaceClient } from '../../shared/contract/index.ts'
import { temporaryFolder } from '../support/browser-host.ts'
import { createElectronDouble, type ElectronDouble } from '../support/electron-double.ts'

const PASSPHRASE = 'a passphrase for the desktop'

const noSecretStore: OsSecretStore = {
  availability: async () => ({ kind: 'unavailable', temporary: false, reason: 'There is none in this test.' }),
  wrap: () => Promise.reject(new Error('unavailable')),
  unwrap: () => Promise.reject(new Error('unavailable')),
}

let folder: ReturnType<typeof temporaryFolder>
const running: Workspace[] = []

beforeEach(() => {
  folder = temporaryFolder('desktop')
  const renderer = join(folder.path, 'renderer')
  mkdirSync(join(renderer, 'assets'), { recursive: true })
  writeFileSync(join(renderer, 'index.html'), '<meta name="csp-nonce" content="__CSP_NONCE__"><title>Keyhold</title>')
  writeFileSync(join(renderer, 'assets', 'index-1.js'), 'export {}')
})

afterEach(async () => {
  for (const workspace of running.splice(0)) await workspace.close()
  folder.remove()
})

async function start(options: { onlyInstance?: boolean; switches?: Record<string, string> } = {}) {
  const switches = { 'receiver-port': '0', ...options.switches }
  const double = createElectronDouble({ userData: join(folder.path, 'user-data'), ...options, switches })
  if (!prepareDesktop(double.parts)) return { double, workspace: null }
  const workspace = await runDesktop(double.parts, {
    files: new BuiltFiles(join(folder.path, 'renderer')),
    preload: '/out/preload/preload.cjs',
    threads: sourceThreads,
    trayImage: '/out/renderer/tray.png',
    secretStore: noSecretStore,
    version: '0.0.0-test',
    reportDefect: (error) => {
      throw error
    },
  })
  running.push(workspace)
  return { double, workspace }
}

function clientOver(port: NonNullable<ReturnType<ElectronDouble['connect']>>): WorkspaceClient {
  const link = new RPCLink({ port: port as unknown as ConstructorParameters<typeof RPCLink>[0]['port'] })
  port.start()
  return createORPCClient(link)
}

describe('the desktop host over a double of Electron', () => {
  it('sandboxes the app, registers its scheme and opens one hardened window', async () => {
    const { double } = await start()
    expect(double.sandboxEnabled).toBe(true)
    expect(double.privileged).toMatchObject([
      { scheme: 'app', privileges: { standard: true, secure: true, corsEnabled: false } },
    ])
    expect(double.privileged[0]?.privileges).not.toHaveProperty('bypassCSP')
    expect(double.windows).toHaveLength(1)
    expect(double.windows[0]?.loaded).toEqual(['app://keyhold/'])
    expect(double.windows[0]?.options.webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
    })
  })

  it('speaks the contract over the port: first run, errors with code and remedies, live status', async () => {
    const { double } = await start()
    const port = double.connect({})
    if (port === null) throw new Error('no port')
    const client = clientOver(port)
    expect(await client.system.info()).toMatchObject({
      host: 'desktop',
      sample: false,
      capabilities: { clipboard: true },
    })
    const watch = await client.vault.watch()
    expect((await watch.next()).value).toMatchObject({ state: 'uninitialised' })
    const { recoveryCode } = await client.vault.initialise({ passphrase: PASSPHRASE, useOs: false })
    expect(recoveryCode.length).toBeGreaterThan(20)
    expect((await watch.next()).value).toMatchObject({ state: 'ready' })
    await watch.return?.()
    const account = await client.accounts.create({ email: 'ops@example.com' })
    await expect(client.accounts.create({ email: 'OPS@example.com' })).rejects.toMatchObject({
      defined: true,
      code: 'ALREADY_EXISTS',
      data: { cause: expect.any(String), remedies: expect.any(Array) },
    })
    await expect(client.accounts.create({ email: 'not an address' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      data: { fields: [{ field: 'email', message: expect.stringContaining('name@example.com') }] },
    })
    const key = await client.keys.create({
      accountId: account.id,
      name: 'Desktop key',
      provider: 'custom',
      kind: 'unknown',
      secret: `desktop-${'x'.repeat(20)}`,
    })
    await client.keys.copy({ id: key.id })
    expect(double.clipboardText).toBe(`desktop-${'x'.repeat(20)}`)
    port.close()
  })

  it('hands no port to anything but the main frame of its own page', async () => {
    const { double } = await start()
    const parent = {} as never
    expect(double.connect(null)).toBeNull()
    expect(double.connect({ parent })).toBeNull()
    expect(double.connect({ detached: true })).toBeNull()
    for (const url of ['about:blank', '', 'file:///x', 'https://evil.example/', 'app://keyhold.evil.example/']) {
      expect(double.connect({ url }), url).toBeNull()
    }
    expect(double.connect({})).not.toBeNull()
  })

  it('denies navigation, windows, webviews and permissions', async () => {
    const { double } = await start()
    const window = double.windows[0]
    expect(window?.navigate('will-navigate', 'https://evil.example/')).toBe(false)
    expect(window?.navigate('will-redirect', 'https://evil.example/')).toBe(false)
    expect(window?.navigate('will-frame-navigate', 'app://keyhold/', false)).toBe(false)
    expect(window?.navigate('will-navigate', 'app://keyhold/keys')).toBe(true)
    expect(window?.attachWebview()).toBe(false)
    expect(window?.openWindow('https://platform.openai.com/')).toEqual({ action: 'deny' })
    expect(window?.openWindow('file:///etc/passwd')).toEqual({ action: 'deny' })
    expect(double.opened).toEqual(['https://platform.openai.com/'])
    expect(double.requestPermission('media', 'app://keyhold/')).toBe(false)
    expect(double.requestPermission('clipboard-sanitized-write', 'https://evil.example/')).toBe(false)
    expect(double.checkPermission('geolocation', 'app://keyhold')).toBe(false)
    expect(double.checkDevice()).toBe(false)
  })

  it('asks before it leaves a page that wants to stay, and stays unless told to leave', async () => {
    const { double } = await start()
    double.answer = 'Stay'
    expect(double.windows[0]?.leaveReluctantPage()).toBe(false)
    double.answer = 'Leave'
    expect(double.windows[0]?.leaveReluctantPage()).toBe(true)
    expect(double.questions).toHaveLength(2)
  })

  it('serves built files under app:// with a policy, and nothing else', async () => {
    const { double } = await start()
    const page = await double.fetch('app://keyhold/keys/12')
    const policy = page.headers.get('content-security-policy') ?? ''
    const nonce = /'nonce-([\w-]+)'/.exec(policy)?.[1]
    expect(await page.text()).toContain(`content="${nonce}"`)
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect((await double.fetch('app://keyhold/assets/index-1.js')).status).toBe(200)
    for (const url of [
      'app://keyhold/assets/../../../etc/passwd',
      'app://keyhold/%2e%2e/%2e%2e/etc/passwd',
      'app://keyhold/assets/index-1.js%00.png',
      'app://keyhold/assets\\index-1.js',
      'app://evil/index.html',
      'app://keyhold/assets/missing.js',
    ]) {
      const answer = await double.fetch(url)
      // A path of lower-case words is a place in the app, and gets the page whatever it spells.
      if (answer.status === 200) expect(await answer.text(), url).toContain('<title>Keyhold</title>')
      else expect(answer.status, url).toBe(404)
    }
    expect((await double.fetch('app://keyhold/', 'POST')).status).toBe(404)
  })

  it('gives way to an instance that runs already, and comes forward when a second one starts', async () => {
    const { double } = await start({ onlyInstance: false })
    expect(double.windows).toHaveLength(0)
    expect(double.quits).toBe(1)
    expect(existsSync(join(folder.path, 'user-data', 'workspace'))).toBe(false)
    const first = await start()
    const window = first.double.windows[0]
    if (window === undefined) throw new Error('no window')
    window.minimized = true
    first.double.emitApp('second-instance')
    expect(window.minimized).toBe(false)
    expect(window.focused).toBe(1)
  })

  it('ends with its window while there is nothing to receive, and goes on in the tray once there is', async () => {
    const { double, workspace } = await start()
    if (workspace === null) throw new Error('no workspace')
    const { receiver } = workspace
    await expect.poll(() => receiver.status().state, { timeout: 10_000 }).toBe('listening')
    double.windows[0]?.close()
    expect(double.quits).toBe(1)
    expect(double.trays).toHaveLength(0)

    // The double does not really quit.
    double.emitApp('activate')
    const { localUrl } = receiver.createEndpoint({ source: 'app' }, { slug: 'orders' })
    double.windows[1]?.close()
    expect(double.quits).toBe(1)
    const [tray] = double.trays
    expect(tray?.tooltip).toBe('Keyhold receives webhooks')
    expect((await fetch(localUrl, { method: 'POST', body: '{}' })).status).toBe(200)

    tray?.click()
    expect(double.windows).toHaveLength(3)
    expect(tray?.destroyed).toBe(true)
    double.windows[2]?.close()
    double.trays[1]?.menu.find(({ label }) => label === 'Quit')?.click?.()
    expect(double.quits).toBe(2)
  })

  it('locks when the screen is locked, and closes the database before it quits', async () => {
    const { double, workspace } = await start()
    await workspace?.vault.initialise({ passphrase: PASSPHRASE, useOs: false })
    double.emitPower('lock-screen')
    await expect.poll(async () => (await workspace?.vault.status())?.state).toBe('locked')
    let prevented = false
    double.emitApp('will-quit', {
      preventDefault: () => {
        prevented = true
      },
    })
    expect(prevented).toBe(true)
    await expect.poll(() => double.quits).toBe(1)
    expect(workspace?.store.db.open).toBe(false)
  })
})
