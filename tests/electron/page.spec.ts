import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@playwright/test'
import { watchPage } from '../e2e/desk.ts'
import { temporaryFolder } from '../support/browser-host.ts'
import { type Desktop, launchDesktop } from './launch.ts'
import { APP, recordViolations } from './page.ts'

/** The page in the real window: what it is given, where it comes from, and what its policy keeps from it. */
const folder = temporaryFolder('electron-page')
let desktop: Desktop
let foreign: Server
let foreignUrl: string
const foreignRequests: string[] = []

test.beforeAll(async () => {
  foreign = createServer((request, response) => {
    foreignRequests.push(request.url ?? '')
    response.writeHead(200, { 'access-control-allow-origin': '*', 'content-type': 'text/javascript' }).end('')
  })
  await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve))
  foreignUrl = `http://127.0.0.1:${(foreign.address() as AddressInfo).port}`
  desktop = await launchDesktop(folder.path)
})

test.afterAll(async () => {
  await desktop.signal('SIGKILL')
  foreign.close()
  folder.remove()
})

test('the window is sandboxed, isolated and without Node', async () => {
  const preferences = await desktop.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map(({ webContents }) => {
      // Electron uses it for windows that pages open, but does not list it in its types.
      const read: unknown = Reflect.get(webContents, 'getLastWebPreferences')
      return typeof read === 'function' ? Reflect.apply(read, webContents, []) : 'not readable'
    }),
  )
  expect(preferences).toEqual([
    expect.objectContaining({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
    }),
  ])
  await expect
    .poll(() => desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible()))
    .toBe(true)
})

test('the page has nothing of Node or Electron, and a bridge that cannot be changed', async () => {
  const found = await desktop.page.evaluate(() => {
    const names = [
      'require',
      'process',
      'Buffer',
      'module',
      'exports',
      'global',
      'setImmediate',
      'ipcRenderer',
      'electron',
    ]
    const bridge: unknown = Reflect.get(window, 'keyhold')
    const attempts = {
      replace: Reflect.set(window, 'keyhold', { host: 'browser' }),
      remove: Reflect.deleteProperty(window, 'keyhold'),
      redefine: Reflect.defineProperty(window, 'keyhold', { value: null }),
      extend: Reflect.set(Object(bridge), 'port', 1),
      change: Reflect.set(Object(bridge), 'host', 'browser'),
    }
    return {
      globals: names.filter((name) => name in window),
      attempts,
      bridge: JSON.stringify(Reflect.get(window, 'keyhold')),
      webview: 'loadURL' in document.createElement('webview'),
    }
  })
  expect(found).toEqual({
    globals: [],
    attempts: { replace: false, remove: false, redefine: false, extend: false, change: false },
    bridge: '{"host":"desktop"}',
    webview: false,
  })
})

test('app:// serves the built files alone, each page with a policy of its own', async () => {
  expect(desktop.page.url()).toMatch(/^app:\/\/keyhold\//)
  const answers = await desktop.page.evaluate(async () => {
    const ask = async (path: string, init: RequestInit = {}) => {
      const answer = await fetch(path, init)
      return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text(), answer }
    }
    const pages = [await ask('/'), await ask('/keys/12')]
    const scripts = [...document.scripts].map(({ src }) => new URL(src).pathname)
    const missing = ['/assets/missing.js', '/..%2f..%2fpackage.json', '/../../package.json', '/%2e%2e/main/desktop.js']
    return {
      origin: window.origin,
      secure: window.isSecureContext,
      isolated: document.referrer === '',
      pages: pages.map(({ status, type, answer, text }) => ({
        status,
        type,
        policy: answer.headers.get('content-security-policy') ?? '',
        cache: answer.headers.get('cache-control'),
        sniffing: answer.headers.get('x-content-type-options'),
        nonce: /name="csp-nonce" content="([^"]*)"/.exec(text)?.[1] ?? '',
      })),
      scripts: await Promise.all(scripts.map(async (path) => (await ask(path)).type)),
      missing: await Promise.all(missing.map(async (path) => (await ask(path)).status)),
      posted: (await ask('/', { method: 'POST', body: 'x' })).status,
    }
  })
  expect(answers).toMatchObject({ origin: APP, secure: true, posted: 404, missing: [404, 404, 404, 404] })
  expect(answers.scripts.length).toBeGreaterThan(0)
  expect(new Set(answers.scripts)).toEqual(new Set(['text/javascript; charset=utf-8']))
  for (const page of answers.pages) {
    expect(page).toMatchObject({ status: 200, cache: 'no-store', sniffing: 'nosniff' })
    expect(page.policy).toContain("default-src 'none'")
    expect(page.nonce.length).toBeGreaterThan(15)
    expect(page.policy).toContain(`'nonce-${page.nonce}'`)
  }
  expect(answers.pages[0]?.nonce).not.toBe(answers.pages[1]?.nonce)
})

test('the policy stops scripts, styles and connections that are not ours', async () => {
  const violations = await recordViolations(desktop.page)
  const ran = await desktop.page.evaluate(async (elsewhere) => {
    const add = (name: string, attributes: Record<string, string>, text = '') => {
      const element = document.createElement(name)
      for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value)
      element.textContent = text
      document.body.append(element)
      return element
    }
    const outcome = (attempt: () => unknown) =>
      new Promise<string>((resolve) => {
        // Out of the debugger's call, for which the engine lifts the ban on eval.
        setTimeout(() => {
          try {
            Promise.resolve(attempt()).then(
              () => resolve('done'),
              (error: unknown) => resolve(error instanceof Error ? error.name : 'refused'),
            )
          } catch (error) {
            resolve(error instanceof Error ? error.name : 'refused')
          }
        })
      })
    add('script', {}, 'window.inlineRan = true')
    add('button', { onclick: 'window.handlerRan = true' }).click()
    add('a', { href: 'javascript:void(window.addressRan = true)' }).click()
    add('script', { src: `${elsewhere}/script.js` })
    add('style', {}, 'body { --inline-style: 1 }')
    add('link', { rel: 'stylesheet', href: `${elsewhere}/style.css` })
    add('img', { src: `${elsewhere}/picture.png` })
    add('iframe', { src: `${elsewhere}/frame.html` })
    add('object', { data: `${elsewhere}/object.html` })
    add('video', { src: `${elsewhere}/film.mp4` })
    add('base', { href: `${elsewhere}/` })
    const form = add('form', { action: `${elsewhere}/form`, method: 'post' })
    if (form instanceof HTMLFormElement) form.submit()
    const outcomes = {
      // biome-ignore lint/security/noGlobalEval: that it does not work is what is tested
      eval: await outcome(() => globalThis.eval('1')),
      function: await outcome(() => new Function('return 1')()),
      fetch: await outcome(() => fetch(`${elsewhere}/fetch`)),
      otherApp: await outcome(() => fetch('app://other/')),
      file: await outcome(() => fetch('file:///etc/hosts')),
      module: await outcome(() => import(`${elsewhere}/module.js`)),
      own: await outcome(() => fetch('/icon.svg')),
    }
    new WebSocket(elsewhere.replace('http', 'ws')).onerror = () => undefined
    new EventSource(`${elsewhere}/events`).onerror = () => undefined
    navigator.sendBeacon(`${elsewhere}/beacon`, 'x')
    try {
      new Worker('/assets/worker.js').onerror = () => undefined
    } catch {
      // The engine may refuse at once; the violation is what counts.
    }
    return {
      outcomes,
      base: document.baseURI.startsWith('app://keyhold/'),
      style: getComputedStyle(document.body).getPropertyValue('--inline-style'),
      ran: ['inlineRan', 'handlerRan', 'addressRan'].filter((name) => name in window),
    }
  }, foreignUrl)
  expect(ran).toEqual({
    outcomes: {
      eval: 'EvalError',
      function: 'EvalError',
      fetch: 'TypeError',
      otherApp: 'TypeError',
      file: 'TypeError',
      module: 'TypeError',
      own: 'done',
    },
    base: true,
    style: '',
    ran: [],
  })
  const reported = async () => new Set((await violations()).map(({ directive }) => directive))
  await expect
    .poll(reported)
    .toEqual(
      new Set([
        'script-src',
        'script-src-elem',
        'script-src-attr',
        'style-src-elem',
        'img-src',
        'frame-src',
        'object-src',
        'media-src',
        'base-uri',
        'form-action',
        'connect-src',
        'worker-src',
      ]),
    )
  const blocked = (await violations()).map((violation) => `${violation.directive} ${violation.blocked}`)
  for (const expected of [
    'script-src eval',
    'script-src-elem inline',
    'script-src-attr inline',
    `script-src-elem ${foreignUrl}/script.js`,
    `connect-src ${foreignUrl}/fetch`,
    `connect-src ${foreignUrl}/events`,
    `connect-src ${foreignUrl}/beacon`,
    `connect-src ${foreignUrl.replace('http', 'ws')}/`,
    `img-src ${foreignUrl}/picture.png`,
  ]) {
    expect(blocked).toContain(expected)
  }
  expect(foreignRequests).toEqual([])
})

test('no page of ours breaks the policy', async () => {
  const sampleFolder = temporaryFolder('electron-sample')
  const sample = await launchDesktop(sampleFolder.path, '--sample')
  try {
    const { page } = sample
    const watched = watchPage(page, APP)
    const violations = await recordViolations(page)
    const link = (name: string) => page.getByRole('navigation').getByRole('link', { name, exact: true })
    const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name })
    for (const name of ['Accounts', 'Import', 'Provider keys']) {
      await link(name).click()
      await expect(heading(name)).toBeVisible()
    }
    await page.getByRole('link', { name: 'Add key' }).first().click()
    await expect(page.getByRole('dialog')).toBeVisible()
    await page.keyboard.press('Escape')
    await link('Usage and cost').click()
    await expect(heading('Usage and cost')).toBeVisible()
    await expect(page.locator('.recharts-surface').first()).toBeVisible()
    await link('Settings').click()
    for (const name of ['Appearance', 'Vault', 'Providers', 'Local API', 'Activity', 'About']) {
      await link(name).click()
      await expect(link(name)).toHaveAttribute('aria-current', 'page')
    }
    await page.getByRole('button', { name: 'Lock' }).click()
    await expect(page.getByRole('heading', { name: /Unlock/ })).toBeVisible()
    expect(await violations()).toEqual([])
    expect(watched.findings).toEqual([])
  } finally {
    await sample.signal('SIGKILL')
    sampleFolder.remove()
  }
})
