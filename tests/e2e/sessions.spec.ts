import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, type Page, test } from '@playwright/test'
import { formatRecoveryCode, mintRecoverySecret } from '../../main/vault/recovery-code.ts'
import { type RunningHost, temporaryFolder } from '../support/browser-host.ts'
import {
  type Desk,
  enter,
  expectAccessible,
  PASSPHRASE,
  projectKey,
  setUpDesk,
  shownProblem,
  takePicture,
} from './desk.ts'

const NOT_CONNECTED = 'This page is not connected to your workspace'

let desk: Desk

test.beforeEach(async () => {
  desk = await setUpDesk('sessions')
})

test.afterEach(async () => {
  await desk.clear()
})

/** A desk with one account and one key, and the page open at the list. */
async function startWithKey(page: Page, options: Parameters<Desk['start']>[0] = {}): Promise<RunningHost> {
  const host = await desk.start({ unlocked: true, ...options })
  const accountId = await desk.addAccount('ops@example.com')
  await desk.addKey({ accountId, name: 'Production', secret: projectKey('production') })
  await enter(page, host)
  await expect(page.getByRole('link', { name: 'Production' })).toBeVisible()
  return host
}

test('a page without a session explains itself, and becomes one when the whole address is opened', async ({
  page,
  browser,
}) => {
  const host = await desk.start({ unlocked: true })
  await page.goto(host.origin)
  await expect(page.getByRole('heading', { name: NOT_CONNECTED })).toBeVisible()
  await expect(page.getByText('Only a browser that opened the address from the terminal')).toBeVisible()
  await takePicture(page, 'no-session')
  await expectAccessible(page, 'page without a session')

  // The same page: only the part after "#" is new, so the browser does not load it again.
  await page.goto(host.launchUrl)
  await expect(page.getByRole('heading', { name: 'Provider keys' })).toBeVisible()
  expect(page.url()).not.toContain('token')

  const elsewhere = await browser.newContext()
  try {
    const stranger = await elsewhere.newPage()
    await stranger.goto(host.launchUrl)
    await expect(stranger.getByText('The address was used already')).toBeVisible()
    expect(stranger.url()).not.toContain('token')
    await stranger.getByRole('button', { name: 'Try again' }).click()
    await expect(stranger.getByRole('heading', { name: NOT_CONNECTED })).toBeVisible()
  } finally {
    await elsewhere.close()
  }
})

test('the host goes away and comes back: what was read stays, and nothing pretends to work', async ({ page }) => {
  const host = await startWithKey(page)
  const port = Number(new URL(host.origin).port)
  await host.stop()
  const bar = page.locator('[data-connection="lost"]')
  await expect(bar).toContainText('Connection to Keyhold lost. What you see may be out of date.')
  await expect(page.getByRole('link', { name: 'Production' })).toBeVisible()
  await page.getByRole('link', { name: 'Production' }).click()
  await takePicture(page, 'connection-lost')
  await expectAccessible(page, 'lost connection')
  await bar.getByRole('button', { name: 'Try now' }).click()
  await expect(bar).toBeVisible()

  // A session ends with the process: the new one is entered with its own address, in the same tab.
  const again = await desk.start({ unlocked: true, port })
  await expect(page.getByRole('heading', { name: NOT_CONNECTED })).toBeVisible({ timeout: 15_000 })
  await enter(page, again)
  await expect(page.getByRole('link', { name: 'Production' })).toBeVisible()
  await expect(bar).toBeHidden()
})

test('the recovery code opens the vault; a slip of the pen is told from the code of another vault', async ({
  page,
}) => {
  const host = await desk.start()
  await page.goto(host.launchUrl)
  await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE)
  await page.getByLabel('Passphrase again').fill(PASSPHRASE)
  await page.getByRole('button', { name: 'Create the vault' }).click()
  const shown = await page.locator('[data-recovery-code]').textContent()
  const code = /(?:[0-9A-Z]{6}-){5}[0-9A-Z]{6}/.exec(shown ?? '')?.[0] ?? ''
  expect(code).not.toBe('')
  await page.getByLabel('I have stored it').check()
  await page.getByRole('button', { name: 'Open Keyhold' }).click()
  await expect(page.getByText('No keys yet')).toBeVisible()
  expect(await page.content()).not.toContain(code)

  await page.getByRole('button', { name: 'Lock' }).click()
  await page.getByRole('button', { name: 'Use the recovery code instead' }).click()
  const field = page.getByRole('textbox', { name: 'Recovery code' })
  const unlock = page.getByRole('button', { name: 'Unlock', exact: true })
  const wrongCharacter = code.startsWith('7') ? '8' : '7'
  await field.fill(wrongCharacter + code.slice(1))
  await unlock.click()
  await expect(shownProblem(page)).toContainText('The recovery code has a typing mistake')
  await field.fill(code.slice(0, 20))
  await unlock.click()
  await expect(shownProblem(page)).toContainText('A recovery code has 36 letters and digits')
  await field.fill(formatRecoveryCode(mintRecoverySecret()))
  await unlock.click()
  await expect(shownProblem(page)).toContainText('written correctly, but it does not open this vault')
  await takePicture(page, 'recovery-wrong')
  await expectAccessible(page, 'wrong recovery code')
  await field.fill(` ${code.toLowerCase().replaceAll('-', ' ')} `)
  await unlock.click()
  await expect(page.getByText('No keys yet')).toBeVisible()
})

test('a revealed key hides by itself', async ({ page }) => {
  await startWithKey(page)
  await desk.api('PUT', '/settings/preferences', { revealSeconds: 5 })
  await page.getByRole('link', { name: 'Production' }).click()
  await page.getByRole('button', { name: 'Reveal' }).click()
  await expect(page.getByText(projectKey('production'))).toBeVisible()
  await expect(page.getByRole('timer')).toContainText(/Hidden again in [1-5] s/)
  await takePicture(page, 'key-revealed')
  await expect(page.getByText(projectKey('production'))).toBeHidden({ timeout: 7_000 })
  await expect(page.getByRole('button', { name: 'Reveal' })).toBeVisible()
  expect(await page.content()).not.toContain(projectKey('production'))
})

test('after too long without anybody the vault locks, and every tab drops what it had read', async ({
  page,
  context,
}) => {
  const clock = movableClock()
  try {
    const host = await startWithKey(page, { env: { NODE_OPTIONS: `--import ${clock.module}` } })
    const other = await context.newPage()
    await other.goto(`${host.origin}/accounts`)
    await expect(other.getByText('ops@example.com')).toBeVisible()
    await page.getByRole('link', { name: 'Production' }).click()
    const revealed = page.getByText(projectKey('production'))
    await page.getByRole('button', { name: 'Reveal' }).click()
    await expect(revealed).toBeVisible()
    expect(await cachedText(page)).toContain('Production')

    // As if the computer had slept: the timer stood still, the clock did not. Whatever asks next finds it locked.
    clock.moveBy(20 * 60_000)
    await desk.api('GET', '/vault')
    for (const tab of [page, other]) {
      await expect(tab.getByRole('heading', { name: 'Unlock your vault' })).toBeVisible()
      const left = `${await tab.content()} ${await cachedText(tab)}`
      for (const trace of ['Production', 'ops@example.com', '••••', projectKey('production')]) {
        expect(left, `"${trace}" is left in a locked tab`).not.toContain(trace)
      }
    }
  } finally {
    clock.remove()
  }
})

/** A module that lets a test move the clock of a host, and the handle to do so. */
function movableClock() {
  const folder = temporaryFolder('clock')
  const offset = join(folder.path, 'offset')
  const module = join(folder.path, 'clock.mjs')
  writeFileSync(offset, '0')
  writeFileSync(
    module,
    `import { readFileSync } from 'node:fs'
const now = Date.now
Date.now = () => now() + Number(readFileSync(${JSON.stringify(offset)}, 'utf8') || 0)
`,
  )
  return {
    module: pathToFileURL(module).href,
    moveBy: (milliseconds: number) => writeFileSync(offset, String(milliseconds)),
    remove: folder.remove,
  }
}

/** Everything the page holds in the cache of what it has read, found through the tree that React keeps. */
function cachedText(page: Page): Promise<string> {
  return page.evaluate(() => {
    const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
    const at = (value: unknown, ...names: string[]): unknown =>
      names.reduce((inner, name) => (isRecord(inner) ? inner[name] : undefined), value)
    const root = document.getElementById('root') ?? {}
    const entry = Object.entries(root).find(([name]) => name.startsWith('__reactContainer$'))
    const fibers: unknown[] = [at(entry?.[1], 'stateNode', 'current')]
    for (let fiber = fibers.pop(); fiber !== undefined; fiber = fibers.pop()) {
      const client = at(fiber, 'memoizedProps', 'client')
      const getCache = at(client, 'getQueryCache')
      if (typeof getCache === 'function') {
        const queries: unknown[] = getCache.call(client).getAll()
        return JSON.stringify(queries.map((query) => at(query, 'state', 'data')))
      }
      for (const next of [at(fiber, 'sibling'), at(fiber, 'child')]) if (isRecord(next)) fibers.push(next)
    }
    throw new Error('The cache of the page was not found.')
  })
}
