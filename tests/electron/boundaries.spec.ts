import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, type Frame, type JSHandle, type Page, test } from '@playwright/test'
import { temporaryFolder } from '../support/browser-host.ts'
import { type Desktop, launchDesktop } from './launch.ts'
import { APP } from './page.ts'

/** What the page, and any other page that got into the app, cannot get out of main and of the system. */
const folder = temporaryFolder('electron-boundaries')
let desktop: Desktop
let foreign: Server
let foreignUrl: string
let gate: JSHandle<{ asked: string[]; handedTo: string[] }>
let seen: JSHandle<{ navigations: { url: string; prevented: boolean }[]; opened: string[] }>

const FOREIGN_PAGE = '<!doctype html><title>Elsewhere</title><iframe src="/frame"></iframe>'

test.beforeAll(async () => {
  foreign = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(FOREIGN_PAGE)
  })
  await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve))
  foreignUrl = `http://127.0.0.1:${(foreign.address() as AddressInfo).port}`
  desktop = await launchDesktop(folder.path, '--use-fake-device-for-media-stream')
  await expect(desktop.page.getByRole('heading', { name: 'Set up your vault' })).toBeVisible()

  // Listeners of ours come after those of the app: what they see has been decided.
  gate = await desktop.app.evaluateHandle(({ BrowserWindow, ipcMain }) => {
    const record: { asked: string[]; handedTo: string[] } = { asked: [], handedTo: [] }
    ipcMain.on('keyhold:connect', ({ senderFrame }) =>
      record.asked.push(`${senderFrame?.parent ? 'frame' : 'page'} ${senderFrame?.url}`),
    )
    const frames = Object.getPrototypeOf(BrowserWindow.getAllWindows()[0]?.webContents.mainFrame)
    const postMessage: unknown = frames.postMessage
    if (typeof postMessage !== 'function') throw new Error('Frames of this Electron cannot be watched.')
    frames.postMessage = function (this: { url: string }, ...message: unknown[]) {
      record.handedTo.push(this.url)
      return Reflect.apply(postMessage, this, message)
    }
    return record
  })
  seen = await desktop.app.evaluateHandle(({ BrowserWindow, shell }) => {
    const record: { navigations: { url: string; prevented: boolean }[]; opened: string[] } = {
      navigations: [],
      opened: [],
    }
    BrowserWindow.getAllWindows()[0]?.webContents.on('will-frame-navigate', (event) =>
      record.navigations.push({ url: event.url, prevented: event.defaultPrevented }),
    )
    shell.openExternal = async (url) => {
      record.opened.push(url)
    }
    return record
  })
})

test.beforeEach(async () => {
  await gate.evaluate((record) => {
    record.asked.length = 0
    record.handedTo.length = 0
  })
  await seen.evaluate((record) => {
    record.navigations.length = 0
    record.opened.length = 0
  })
})

test.afterAll(async () => {
  await desktop.signal('SIGKILL')
  foreign.close()
  folder.remove()
})

/** Another window of the app with the same preload, in frames as well, which no window of Keyhold allows. */
async function openOther(kind: 'foreign' | 'app'): Promise<Page> {
  const opened = desktop.app.waitForEvent('window')
  await desktop.app.evaluate(
    async ({ app, BrowserWindow, session }, { url, html }) => {
      const other = session.fromPartition('another window')
      if (url.startsWith('app:') && !other.protocol.isProtocolHandled('app')) {
        other.protocol.handle('app', () => new Response(html, { headers: { 'content-type': 'text/html' } }))
      }
      const window = new BrowserWindow({
        show: false,
        webPreferences: {
          session: other,
          preload: `${app.getAppPath()}/out/preload/preload.cjs`,
          sandbox: true,
          contextIsolation: true,
          nodeIntegrationInSubFrames: true,
        },
      })
      await window.loadURL(url)
    },
    {
      url: kind === 'app' ? 'app://keyhold/' : `${foreignUrl}/`,
      html: '<!doctype html><title>Inside</title><script>if (top === self) document.write("<iframe src=/frame></iframe>")</script>',
    },
  )
  const page = await opened
  await page.waitForLoadState('load')
  return page
}

async function closeOther(page: Page): Promise<void> {
  await page.close()
  await expect.poll(() => desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
}

/** Asks for the port as our page does. Resolves when main has decided. */
async function askForPort(frame: Frame): Promise<void> {
  const before = await gate.evaluate(({ asked }) => asked.length)
  await frame.evaluate(() => window.postMessage('keyhold:ready', window.origin))
  await expect.poll(() => gate.evaluate(({ asked }) => asked.length)).toBe(before + 1)
}

test.describe('the port to main', () => {
  test('is handed to the page of the window', async () => {
    await desktop.page.reload()
    await expect(desktop.page.getByRole('heading', { name: 'Set up your vault' })).toBeVisible()
    const here = desktop.page.url()
    expect(await gate.jsonValue()).toEqual({ asked: [`page ${here}`], handedTo: [here] })
  })

  test('is not handed to a page from elsewhere, nor to a frame in it', async () => {
    const other = await openOther('foreign')
    expect(await other.evaluate(() => 'keyhold' in window)).toBe(true)
    const inner = other.frames()[1]
    if (inner === undefined) throw new Error('The page has no frame.')
    await askForPort(other.mainFrame())
    await askForPort(inner)
    expect(await gate.jsonValue()).toEqual({
      asked: [`page ${foreignUrl}/`, `frame ${foreignUrl}/frame`],
      handedTo: [],
    })
    await closeOther(other)
  })

  test('is not handed to a frame, not even under our own address', async () => {
    const other = await openOther('app')
    const inner = other.frames()[1]
    if (inner === undefined) throw new Error('The page has no frame.')
    await askForPort(inner)
    expect(await gate.jsonValue()).toEqual({ asked: [`frame ${APP}/frame`], handedTo: [] })
    // The same window in its main frame: so it was the frame that was refused.
    await askForPort(other.mainFrame())
    expect(await gate.evaluate(({ handedTo }) => handedTo)).toEqual([`${APP}/`])
    await closeOther(other)
  })

  test('is not asked for by a frame that speaks to the page', async () => {
    const { page } = desktop
    await page.evaluate(() => {
      const frame = document.createElement('iframe')
      frame.name = 'inside'
      document.body.append(frame)
    })
    const inner = page.frame('inside')
    if (inner === null) throw new Error('The page has no frame.')
    expect(await inner.evaluate(() => 'keyhold' in window)).toBe(false)
    await inner.evaluate(() => {
      parent.postMessage('keyhold:ready', '*')
      window.postMessage('keyhold:ready', '*')
    })
    // Asked after those two and over the same way, so whatever they led to has arrived before it.
    await askForPort(page.mainFrame())
    expect(await gate.evaluate(({ asked }) => asked)).toEqual([`page ${page.url()}`])
    await page.evaluate(() => document.querySelector('iframe[name=inside]')?.remove())
  })
})

test.describe('the window', () => {
  test('goes nowhere but to pages of ours', async () => {
    const { page } = desktop
    const allowed = `${APP}/accounts`
    const refused = [
      'https://example.com/',
      `${foreignUrl}/`,
      'app://other/',
      'app://keyhold.example.com/',
      'mailto:a@b',
    ]
    const here = page.url()
    for (const url of refused) {
      await page.evaluate((address) => window.location.assign(address), url)
      await expect.poll(() => seen.evaluate(({ navigations }) => navigations.at(-1))).toEqual({ url, prevented: true })
    }
    // Chromium itself refuses these to a page, before Electron is asked.
    for (const url of ['file:///etc/hosts', 'data:text/html,x', 'chrome://version']) {
      const said = page.waitForEvent('console', { predicate: (message) => message.text().startsWith('Not allowed to') })
      await page.evaluate((address) => window.location.assign(address), url)
      await said
    }
    expect(page.url()).toBe(here)
    await page.evaluate((address) => window.location.assign(address), allowed)
    await page.waitForURL(allowed)
    expect(await seen.evaluate(({ navigations }) => navigations.at(-1))).toEqual({ url: allowed, prevented: false })
    expect(await seen.evaluate(({ opened }) => opened)).toEqual([])
  })

  test('opens no other window; only a link over https goes to the browser of the system', async () => {
    const { page } = desktop
    const refused = [
      'http://example.com/',
      'file:///etc/hosts',
      `${APP}/keys`,
      'mailto:a@b',
      'https://user:word@example.com/',
    ]
    for (const url of [...refused, 'about:blank', '']) {
      expect(await page.evaluate((address) => window.open(address) === null, url), url).toBe(true)
    }
    expect(await page.evaluate(() => window.open('https://example.com/opened') === null)).toBe(true)
    await page.evaluate(() => {
      const link = document.createElement('a')
      Object.assign(link, { id: 'outside', href: 'https://example.com/linked', target: '_blank', rel: 'noreferrer' })
      link.textContent = 'outside'
      link.style.cssText = 'position: fixed; inset: 0 auto auto 0; z-index: 9999'
      document.body.append(link)
    })
    await page.click('#outside')
    await page.click('#outside', { modifiers: ['Shift'] })
    await page.click('#outside', { button: 'middle' })
    await expect
      .poll(() => seen.evaluate(({ opened }) => opened))
      .toEqual([
        'https://example.com/opened',
        'https://example.com/linked',
        'https://example.com/linked',
        'https://example.com/linked',
      ])
    await page.evaluate(() => document.querySelector('#outside')?.remove())
    expect(desktop.app.windows()).toHaveLength(1)
    expect(await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
  })
})

test.describe('permissions', () => {
  /** What a page gets of what it may ask for. Runs in the page. */
  const attempts = async () => {
    const nameOf = (error: unknown) => (error instanceof Error ? error.name : 'refused')
    const attempt = async (ask: () => unknown) => {
      try {
        return { got: String(await ask()) }
      } catch (error) {
        return nameOf(error)
      }
    }
    const location = () =>
      new Promise((resolve, reject) =>
        navigator.geolocation.getCurrentPosition(resolve, ({ code, PERMISSION_DENIED }) =>
          reject(code === PERMISSION_DENIED ? new DOMException('', 'NotAllowedError') : new Error('unavailable')),
        ),
      )
    return {
      location: await attempt(location),
      notifications: await attempt(() => Notification.requestPermission()),
      microphone: await attempt(() => navigator.mediaDevices.getUserMedia({ audio: true })),
      screen: await attempt(() => navigator.mediaDevices.getDisplayMedia({ video: true })),
      readClipboard: await attempt(() => navigator.clipboard.readText()),
      instruments: await attempt(() => navigator.requestMIDIAccess({ sysex: true })),
      persistence: await attempt(() => navigator.storage.persist()),
    }
  }
  const nothing = {
    location: 'NotAllowedError',
    notifications: { got: 'denied' },
    microphone: 'NotAllowedError',
    screen: 'NotAllowedError',
    readClipboard: 'NotAllowedError',
    instruments: 'NotAllowedError',
    persistence: { got: 'false' },
  }

  test('the page gets none but to write the clipboard', async () => {
    const { app, page } = desktop
    await page.bringToFront()
    expect(await page.evaluate(attempts)).toEqual(nothing)
    await page.evaluate(() => navigator.clipboard.writeText('written by the page'))
    expect(await app.evaluate(({ clipboard }) => clipboard.readText())).toBe('written by the page')
    const states = await page.evaluate(async () => {
      const names = [
        'geolocation',
        'notifications',
        'camera',
        'microphone',
        'clipboard-read',
        'midi',
        'persistent-storage',
      ]
      const states = names.map(
        async (name) => (await navigator.permissions.query({ name: name as PermissionName })).state,
      )
      return Object.fromEntries((await Promise.all(states)).map((state, index) => [names[index], state]))
    })
    expect(Object.entries(states).filter(([, state]) => state !== 'denied')).toEqual([])
  })

  test('a page from elsewhere gets none, whose own headers would allow them', async () => {
    const { app } = desktop
    const opened = app.waitForEvent('window')
    await app.evaluate(({ BrowserWindow }, url) => {
      void new BrowserWindow({ show: false, webPreferences: { sandbox: true } }).loadURL(url)
    }, `${foreignUrl}/`)
    const other = await opened
    await other.waitForLoadState('load')
    expect(await other.evaluate(() => window.isSecureContext)).toBe(true)
    expect(await other.evaluate(attempts)).toEqual(nothing)
    await closeOther(other)
  })
})
