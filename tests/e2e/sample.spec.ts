import { type BrowserContext, expect, type Page, test } from '@playwright/test'
import type { RunningHost } from '../support/browser-host.ts'
import {
  type Desk,
  enter,
  expectAccessible,
  expectNoSidewaysScroll,
  itemsOf,
  setUpDesk,
  takePicture,
  watchPage,
} from './desk.ts'

const SAMPLE_KEYS = 400
/** Colours do not change the layout, so one width shows the dark pages. */
const widths = { light: [360, 1_024, 1_600], dark: [1_024] } as const

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

/** Opens a page and waits until what it reads is there. */
async function show(path: string): Promise<void> {
  await page.goto(`${host.origin}${path}`)
  await expect(page.locator('h1')).toBeVisible()
  await expect(page.locator('[aria-busy="true"], .mantine-Skeleton-root')).toHaveCount(0)
}

type Shown = readonly [name: string, path: string]

/** The lists with their details: an admin key with usage, and an account with several keys. */
async function listPages(): Promise<readonly Shown[]> {
  const [key] = itemsOf(await desk.api('GET', '/inventory/keys?kind=admin&provider=openai&limit=1'))
  const account = (await desk.accounts()).find(({ keyCount }) => (keyCount ?? 0) > 3)
  if (key === undefined || account === undefined) throw new Error('The sample has no such records.')
  return [
    ['accounts', '/accounts'],
    ['account', `/accounts/${account.id}`],
    ['account-new', '/accounts/new'],
    ['keys', '/keys'],
    ['key', `/keys/${key.id}`],
    ['key-new', '/keys/new'],
    ['import', '/import'],
    ['not-found', '/nowhere'],
  ]
}

const otherPages: readonly Shown[] = [
  ['usage', '/usage'],
  ['usage-table', '/usage?view=table'],
  ['settings-appearance', '/settings'],
  ['settings-vault', '/settings/vault'],
  ['settings-providers', '/settings/providers'],
  ['settings-local-api', '/settings/local-api'],
  ['settings-activity', '/settings/activity'],
  ['settings-about', '/settings/about'],
]

const benchPages: readonly Shown[] = [
  ['requests', '/webhooks/requests'],
  ['request', '/webhooks/requests/1'],
  ['event-types', '/webhooks/requests/types'],
  ['diff', '/webhooks/requests/diff/1/2'],
  ['endpoint', '/webhooks/endpoints/1'],
  ['deliveries', '/webhooks/deliveries'],
  ['send', '/webhooks/send'],
  ['retries', '/webhooks/send/retries'],
  ['tunnels', '/webhooks/tunnels'],
]

for (const scheme of ['light', 'dark'] as const) {
  test(`lists and forms, ${scheme}: labelled, accessible, and fit any window`, async () => {
    await lookAt(await listPages(), scheme)
  })
  test(`figures and settings, ${scheme}: labelled, accessible, and fit any window`, async () => {
    await lookAt(otherPages, scheme)
  })
  test(`webhook bench, ${scheme}: labelled, accessible, and fits any window`, async () => {
    await lookAt(benchPages, scheme)
  })
}

async function lookAt(pages: readonly Shown[], scheme: 'light' | 'dark'): Promise<void> {
  test.slow()
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
  for (const [name, path] of pages) {
    await page.setViewportSize({ width: 1_280, height: 800 })
    await show(path)
    await expect(page.locator('[data-sample]'), `label of ${name}`).toBeVisible()
    await expectAccessible(page, `${name}, ${scheme}`)
    for (const width of widths[scheme]) {
      await page.setViewportSize({ width, height: width === 360 ? 740 : 900 })
      await expectNoSidewaysScroll(page, `${name} at ${width}`)
      await takePicture(page, `sample-${name}-${width}-${scheme}`)
    }
  }
}

test('400 keys scroll with only the rows in view in the page', async () => {
  await page.setViewportSize({ width: 1_280, height: 800 })
  await show('/keys')
  const table = page.getByRole('table', { name: 'Provider keys' })
  await expect(table).toHaveAttribute('aria-rowcount', String(SAMPLE_KEYS + 1))
  const box = await table.locator('..').boundingBox()
  if (box === null) throw new Error('The list is not in view.')
  const [x, y] = [box.x + 60, box.y + box.height / 2]
  await page.mouse.move(x, y)
  const lastRow = table.locator(`tr[aria-rowindex="${SAMPLE_KEYS + 1}"]`)
  let steps = 0
  for (; steps < 40 && !(await lastRow.isVisible()); steps += 1) {
    await page.mouse.wheel(0, 700)
    await expect
      .poll(() => linkAt(x, y), { message: 'an empty place in the list', timeout: 2_000 })
      .toMatch(/^\/keys\//)
    expect(await table.getByRole('row').count()).toBeLessThan(80)
  }
  await expect(lastRow).toBeVisible()
  expect(steps).toBeGreaterThan(10)
})

/** Where the row under a point of the window leads to, or nothing. */
function linkAt(x: number, y: number): Promise<string> {
  return page.evaluate(
    ([left, top]) =>
      document.elementFromPoint(left, top)?.closest('tr')?.querySelector('a')?.getAttribute('href') ?? 'nothing',
    [x, y] as const,
  )
}

test('the charts draw cost, tokens and requests by everything they can be grouped by', async () => {
  await page.setViewportSize({ width: 1_280, height: 800 })
  await show('/usage?days=90')
  const figures = page.getByRole('region', { name: 'Figures per day' })
  for (const group of ['provider', 'account', 'key', 'project', 'model']) {
    await page.getByRole('combobox', { name: 'Group by' }).click()
    await page.getByRole('option', { name: `By ${group}` }).click()
    await expect(page.getByRole('heading', { name: new RegExp(`^By ${group}`, 'i') })).toBeVisible()
    for (const metric of ['Tokens', 'Requests', 'Cost']) {
      await figures.getByText(metric, { exact: true }).click()
      await expect(figures.getByRole('heading', { level: 2 })).toContainText(metric.replace(/s$/, ''))
      await expect(figures.locator('svg path.recharts-rectangle, svg path.recharts-curve').first()).toBeAttached()
    }
  }
})

test('the picture of the README', async () => {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  await page.setViewportSize({ width: 1_280, height: 800 })
  await show('/usage')
  await expect(page.getByRole('region', { name: 'Figures per day' }).locator('svg').first()).toBeVisible()
  await takePicture(page, 'readme-usage')
})

test('the sample asks no other host, and no page of it fails', () => {
  expect(findings).toEqual([])
})
