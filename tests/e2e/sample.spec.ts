import { type BrowserContext, expect, type Page, test } from '@playwright/test'
import type { RunningHost } from '../support/browser-host.ts'
import {
  type Desk,
  enter,
  expectAccessible,
  expectNoSidewaysScroll,
  setUpDesk,
  takePicture,
  watchPage,
} from './desk.ts'

const SAMPLE_KEYS = 400
const widths = [360, 1_024, 1_600] as const

let desk: Desk
let host: RunningHost
let context: BrowserContext
let page: Page
let findings: readonly string[]

// One browser context for all: the launch address is good for one exchange.
test.beforeAll(async ({ browser }) => {
  desk = await setUpDesk('sample')
  host = await desk.start({ sample: true })
  context = await browser.newContext({ viewport: { width: 1_280, height: 800 } })
  page = await context.newPage()
  findings = watchPage(page, host.origin).findings
  await enter(page, host)
})

test.afterAll(async () => {
  await context.close()
  await desk.clear()
})

/** Follows links inside the app rather than loading it anew, except where a page has no link. */
async function show(path: string): Promise<void> {
  await page.goto(`${host.origin}${path}`)
  await expect(page.locator('h1')).toBeVisible()
  await expect(page.locator('[aria-busy="true"], .mantine-Skeleton-root')).toHaveCount(0)
}

/** The ids of records that the pictures show: an admin key with usage, and an account with several keys. */
async function records(): Promise<{ key: number; account: number }> {
  const keys = await desk.api('GET', '/inventory/keys?kind=admin&provider=openai&limit=1')
  const accounts = await desk.api('GET', '/inventory/accounts?limit=50')
  const [key] = itemsOf(keys)
  const account = itemsOf(accounts).find(({ keyCount }) => (keyCount ?? 0) > 3)
  if (key === undefined || account === undefined) throw new Error('The sample has no such records.')
  return { key: key.id, account: account.id }
}

function itemsOf(answer: unknown): readonly { readonly id: number; readonly keyCount?: number }[] {
  if (typeof answer !== 'object' || answer === null || !('items' in answer) || !Array.isArray(answer.items)) return []
  return answer.items
}

async function pagesToShow(): Promise<readonly (readonly [name: string, path: string])[]> {
  const { key, account } = await records()
  return [
    ['accounts', '/accounts'],
    ['account', `/accounts/${account}`],
    ['account-new', '/accounts/new'],
    ['keys', '/keys'],
    ['key', `/keys/${key}`],
    ['key-new', '/keys/new'],
    ['import', '/import'],
    ['usage', '/usage'],
    ['usage-table', '/usage?view=table'],
    ['settings-appearance', '/settings'],
    ['settings-vault', '/settings/vault'],
    ['settings-providers', '/settings/providers'],
    ['settings-local-api', '/settings/local-api'],
    ['settings-activity', '/settings/activity'],
    ['settings-about', '/settings/about'],
    ['not-found', '/nowhere'],
  ]
}

for (const scheme of ['light', 'dark'] as const) {
  test(`every page, ${scheme}: labelled, accessible, and fits any window`, async () => {
    test.setTimeout(120_000)
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    for (const [name, path] of await pagesToShow()) {
      await page.setViewportSize({ width: 1_280, height: 800 })
      await show(path)
      await expect(page.locator('[data-sample]'), `label of ${name}`).toBeVisible()
      await expectAccessible(page, `${name}, ${scheme}`)
      for (const width of widths) {
        await page.setViewportSize({ width, height: width === 360 ? 740 : 900 })
        await expectNoSidewaysScroll(page, `${name} at ${width}`)
        await takePicture(page, `sample-${name}-${width}-${scheme}`)
      }
    }
  })
}
