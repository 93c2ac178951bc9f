import { describe, expect, it } from 'vitest'
import { contentSecurityPolicy } from '../../../main/hosts/policies/csp.ts'
import { refuseForeign } from '../../../main/hosts/policies/loopback-guard.ts'
import { isAppUrl, mayNavigate, mayOpenOutside } from '../../../main/hosts/policies/navigation.ts'
import { mayHavePermission } from '../../../main/hosts/policies/permissions.ts'
import { judgeSender } from '../../../main/hosts/policies/senders.ts'
import { windowOptions } from '../../../main/hosts/policies/window.electron.ts'
import { product } from '../../../main/hosts/product.ts'

describe('the loopback guard', () => {
  const port = 4_711
  it.each([
    ['our own page', { host: '127.0.0.1:4711', origin: 'http://127.0.0.1:4711' }, true, null],
    ['our own page by name', { host: 'localhost:4711', origin: 'http://localhost:4711' }, true, null],
    ['a program without a browser', { host: '127.0.0.1:4711', origin: undefined }, false, null],
    ['a page request that names no origin', { host: '127.0.0.1:4711', origin: undefined }, true, 403],
    ['a rebound name', { host: 'evil.example:4711', origin: 'http://evil.example:4711' }, true, 421],
    ['a rebound name without an origin', { host: 'evil.example:4711', origin: undefined }, false, 421],
    ['another port of this machine', { host: '127.0.0.1:4711', origin: 'http://127.0.0.1:4712' }, true, 403],
    ['a look-alike host', { host: '127.0.0.1:4711.evil.example', origin: undefined }, false, 421],
    ['a look-alike origin', { host: '127.0.0.1:4711', origin: 'http://127.0.0.1:4711.evil.example' }, false, 403],
    ['https of the same address', { host: '127.0.0.1:4711', origin: 'https://127.0.0.1:4711' }, true, 403],
    ['an opaque origin', { host: '127.0.0.1:4711', origin: 'null' }, true, 403],
    ['the two names mixed', { host: '127.0.0.1:4711', origin: 'http://localhost:4711' }, true, 403],
    ['no host', { host: undefined, origin: undefined }, false, 421],
    ['an empty host', { host: '', origin: undefined }, false, 421],
  ])('%s', (_name, request, needsOrigin, status) => {
    expect(refuseForeign(request, port, needsOrigin)?.status ?? null).toBe(status)
  })
})

describe('navigation', () => {
  const foreign = [
    'https://keyhold/',
    'app://keyhold.evil.example/',
    'app://evil/',
    'app://user@keyhold/',
    'app://user:pass@keyhold/',
    'file:///etc/passwd',
    'about:blank',
    'javascript:alert(1)',
    'data:text/html,x',
    'blob:app://keyhold/1',
    'APP2://keyhold/',
    'app://KEYHOLD/',
    'app:/keyhold',
    'app:keyhold',
    '',
    'http://localhost:5173/?app://keyhold/',
  ]
  it.each(foreign)('%s is not a page of ours', (url) => {
    expect(isAppUrl(url)).toBe(false)
    expect(mayNavigate(url, true)).toBe(false)
  })

  it('lets the main frame go to pages of ours, and no other frame anywhere', () => {
    expect(mayNavigate('app://keyhold/keys/1', true)).toBe(true)
    expect(mayNavigate('APP://keyhold/', true)).toBe(true)
    expect(mayNavigate('app://keyhold/keys/1', false)).toBe(false)
  })

  it.each([
    ['https://platform.openai.com/api-keys', true],
    ['HTTPS://EXAMPLE.COM/', true],
    ['http://example.com/', false],
    ['https://user@example.com/', false],
    ['https://user:pass@example.com/', false],
    ['javascript:alert(1)', false],
    ['file:///etc/passwd', false],
    ['smb://server/share', false],
    ['ms-msdt:/id', false],
    ['mailto:a@example.com', false],
    [`https://example.com/${'a'.repeat(2_000)}`, false],
    ['https://', false],
  ])('%s outside: %s', (url, allowed) => {
    expect(mayOpenOutside(url)).toBe(allowed)
  })
})

describe('permissions', () => {
  it('grants writing the clipboard to our own page and nothing else', () => {
    expect(mayHavePermission('clipboard-sanitized-write', true)).toBe(true)
    expect(mayHavePermission('clipboard-sanitized-write', false)).toBe(false)
    for (const permission of [
      'clipboard-read',
      'deprecated-sync-clipboard-read',
      'display-capture',
      'fullscreen',
      'geolocation',
      'hid',
      'idle-detection',
      'media',
      'mediaKeySystem',
      'midi',
      'midiSysex',
      'notifications',
      'openExternal',
      'pointerLock',
      'serial',
      'speaker-selection',
      'storage-access',
      'top-level-storage-access',
      'usb',
      'window-management',
      'fileSystem',
      'unknown',
      'a-permission-of-tomorrow',
    ]) {
      expect(mayHavePermission(permission, true), permission).toBe(false)
    }
  })
})

describe('the sender gate', () => {
  const page = { url: 'app://keyhold/', parent: null, detached: false }
  it('accepts the main frame of our own page', () => {
    expect(judgeSender(page)).toEqual({ accepted: true })
  })
  it.each([
    ['no frame', null],
    ['a detached frame', { ...page, detached: true }],
    ['a frame inside the page', { ...page, parent: page }],
    ['a blank page', { ...page, url: 'about:blank' }],
    ['an empty address', { ...page, url: '' }],
    ['a file', { ...page, url: 'file:///tmp/index.html' }],
    ['a look-alike host', { ...page, url: 'app://keyhold.evil.example/' }],
    ['a web page', { ...page, url: 'https://evil.example/app://keyhold/' }],
    ['a development server', { ...page, url: 'http://localhost:5173/' }],
  ])('refuses %s', (_name, frame) => {
    expect(judgeSender(frame)).toMatchObject({ accepted: false, reason: expect.any(String) })
  })
})

describe('the content security policy', () => {
  it('starts at nothing and allows no inline script and no foreign source', () => {
    const policy = contentSecurityPolicy('abc', ['ws://127.0.0.1:1'])
    const directives = new Map(policy.split('; ').map((line) => [line.split(' ')[0], line.split(' ').slice(1)]))
    expect(directives.get('default-src')).toEqual(["'none'"])
    expect(directives.get('script-src')).toEqual(["'self'"])
    expect(directives.get('style-src')).toEqual(["'self'", "'nonce-abc'"])
    expect(directives.get('connect-src')).toEqual(["'self'", 'ws://127.0.0.1:1'])
    expect(directives.get('frame-ancestors')).toEqual(["'none'"])
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
  })
})

describe('window options', () => {
  it('are sandboxed and isolated in development and in a packaged app', () => {
    for (const packaged of [false, true]) {
      expect(windowOptions('/preload.cjs', packaged).webPreferences).toMatchObject({
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInSubFrames: false,
        nodeIntegrationInWorker: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        experimentalFeatures: false,
        webviewTag: false,
        devTools: !packaged,
      })
    }
  })
})

describe('the identity of the app', () => {
  it('is frozen, because the key store of the operating system is bound to it', () => {
    expect(
      { name: product.name, appId: product.appId, scheme: product.scheme, schemeHost: product.schemeHost },
      'A change here loses the keys of every operator who relies on the operating system as protector.',
    ).toEqual({ name: 'Keyhold', appId: 'dev.keyhold.desktop', scheme: 'app', schemeHost: 'keyhold' })
  })
})
