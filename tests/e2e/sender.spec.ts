import { readFile } from 'node:fs/promises'
import { expect, type Page, test } from '@playwright/test'
import { type Handler, type HandlerOptions, startHandler } from '../simulators/webhook-handlers.ts'
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

/** With the form of a signing secret of Stripe. */
const SECRET = `whsec_${'0123456789abcdef'.repeat(2)}`

let desk: Desk
let host: RunningHost
let watched: { readonly findings: string[] }
let handlers: Handler[] = []

async function handler(options: Omit<HandlerOptions, 'scheme' | 'secret'>): Promise<Handler> {
  const started = await startHandler({ scheme: 'stripe', secret: SECRET, ...options })
  handlers.push(started)
  return started
}

/** The page of test events, on one of its tabs. */
async function open(page: Page, tab: string): Promise<void> {
  await page.getByRole('link', { name: 'Webhook bench' }).click()
  await page.getByRole('navigation', { name: 'Webhook bench' }).getByRole('link', { name: 'Test events' }).click()
  await section(page, tab)
}

async function section(page: Page, tab: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Test events' }).getByRole('link', { name: tab }).click()
}

async function chooseSample(page: Page, words: string, name: RegExp): Promise<void> {
  await page.getByRole('combobox', { name: 'Event' }).fill(words)
  await page.getByRole('option', { name }).click()
}

/** Signs with a secret that is pasted and not stored. */
async function pasteSecret(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: 'Secret', exact: true }).fill(SECRET)
}

test.beforeEach(async ({ page }) => {
  desk = await setUpDesk('sender')
  host = await desk.start({ unlocked: true })
  watched = watchPage(page, host.origin)
  await enter(page, host)
})

test.afterEach(async () => {
  await desk.clear()
  await Promise.all(handlers.map((each) => each.close()))
  handlers = []
  expect(watched.findings).toEqual([])
})

test('an event is composed, previewed and sent to an own endpoint, where its signature fits', async ({ page }) => {
  await desk.api('POST', '/receiver/endpoints', { slug: 'shop', scheme: 'stripe', secret: SECRET })
  await open(page, 'Compose')

  await test.step('nothing is sent without an address, and the field says so', async () => {
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await expect(page.getByText('The address is empty.')).toBeVisible()
    await expect(page.getByRole('combobox', { name: 'Send to' })).toBeFocused()
    await expectAccessible(page, 'composing without an address')
  })

  await test.step('the endpoint brings its scheme and its secret, the catalogue the content', async () => {
    await page.getByRole('button', { name: 'My endpoints' }).click()
    await page.getByRole('menuitem', { name: 'shop' }).click()
    await expect(page.getByRole('combobox', { name: 'Send to' })).toHaveValue(/\/h\/shop$/)
    await expect(page.getByRole('combobox', { name: 'Signature' })).toHaveValue('Stripe')
    await chooseSample(page, 'stripe invoice', /invoice\.payment_failed/)
    await expect(page.getByRole('textbox', { name: 'Body' })).toHaveValue(/"type": "invoice.payment_failed"/)
  })

  await test.step('the preview shows the signature and sends nothing', async () => {
    await page.getByRole('button', { name: 'Preview headers' }).click()
    await expect(page.getByRole('table', { name: 'Headers that would be sent' })).toContainText('Stripe-Signature')
    await takePicture(page, 'event-preview')
  })

  await test.step('sent, the answer stands beside it, with the way to the captured request', async () => {
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await expect(page.getByText(/Answered with 200/)).toBeVisible()
    const link = page.getByRole('link', { name: 'Request #1' })
    await expect(link).toBeVisible()
    await expectAccessible(page, 'the answer to an event')
    await takePicture(page, 'event-answer')
    await page.setViewportSize({ width: 360, height: 740 })
    await expectNoSidewaysScroll(page, 'composing on a phone')
    await page.setViewportSize({ width: 1_280, height: 800 })
    await link.click()
    await expect(page.getByRole('row', { name: /#1/ })).toContainText('Valid')
  })

  await test.step('what was composed is still there, and another sample asks before it replaces changes', async () => {
    await page.goBack()
    const body = page.getByRole('textbox', { name: 'Body' })
    await expect(body).toHaveValue(/invoice.payment_failed/)
    await body.fill('{"type":')
    await expect(page.getByText('This is no JSON')).toBeVisible()
    await chooseSample(page, 'stripe intent', /payment_intent\.succeeded/)
    const dialog = page.getByRole('dialog', { name: 'Replace headers and body' })
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await expect(body).toHaveValue('{"type":')
  })
})

test('a handler that is down at first gets the whole schedule of a sender within seconds', async ({ page }) => {
  const shop = await handler({ memory: 'says', instead: ({ ofId }) => (ofId < 3 ? { status: 503 } : null) })
  await open(page, 'Compose')
  await page.getByRole('combobox', { name: 'Send to' }).fill(shop.url)
  await chooseSample(page, 'stripe intent', /payment_intent\.succeeded/)
  await pasteSecret(page)
  await section(page, 'Retry-time machine')

  await test.step('the schedule is said in words', async () => {
    await page.getByRole('combobox', { name: 'Sender' }).fill('Svix')
    await page.getByRole('option', { name: 'Svix' }).click()
    const facts = page.getByRole('region', { name: 'How Svix retries' })
    await expect(facts).toContainText('8, the last 27 h 35 min 5 s after the first')
    await expect(facts).toContainText('2 times 10 h')
  })

  await test.step('days pass in seconds, and the report says how it went', async () => {
    await page.getByRole('textbox', { name: 'Events' }).fill('2')
    await page.getByRole('button', { name: 'Run schedule' }).click()
    await expect(page.getByText(/^2 of 2 events delivered/)).toBeVisible()
    const timeline = page.getByRole('region', { name: 'Attempts on the virtual clock' })
    await expect(timeline.getByRole('row')).toHaveCount(1 + 8)
    await expect(timeline.getByText('Refused')).toHaveCount(6)
    await expect(timeline.getByText('Accepted')).toHaveCount(2)
    expect([...shop.processed.values()]).toEqual([1, 1])
    await expectAccessible(page, 'a run of the retry-time machine')
    await takePicture(page, 'retry-run')
  })

  await test.step('the run is still there after a look elsewhere', async () => {
    await page.getByRole('link', { name: 'Provider keys' }).click()
    await open(page, 'Retry-time machine')
    await expect(page.getByText(/^2 of 2 events delivered/)).toBeVisible()
  })

  await test.step('a pasted secret is not kept: it is asked for again', async () => {
    await page.getByRole('button', { name: 'Run schedule' }).click()
    await expect(page.getByText('The secret is empty.')).toBeVisible()
  })
})

test('a run against a handler that hangs is cancelled', async ({ page }) => {
  const silent = await handler({ instead: () => 'hang' })
  await open(page, 'Retry-time machine')
  await page.getByRole('combobox', { name: 'Send to' }).fill(silent.url)
  await page.getByRole('button', { name: 'Run schedule' }).click()
  await expect(page.getByText('0 of 1 event settled')).toBeVisible()
  await page.getByRole('button', { name: 'Cancel run' }).click()
  await expect(page.getByText(/^Ended early/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Run schedule' })).toBeEnabled()
})

test('a careless handler scores low, a careful one full marks, and both reports are kept', async ({ page }) => {
  const [careless, careful] = await Promise.all([handler({ trusting: true }), handler({ memory: 'says' })])
  await open(page, 'Probe')

  await test.step('without a signature there is nothing to probe', async () => {
    await expect(page.getByRole('button', { name: 'Run probe' })).toBeDisabled()
    await expect(page.getByText('No handler was probed yet.')).toBeVisible()
  })

  await test.step('what it takes and should not is named, with a remedy', async () => {
    await page.getByRole('combobox', { name: 'Send to' }).fill(careless.url)
    await chooseSample(page, 'stripe intent', /payment_intent\.succeeded/)
    await pasteSecret(page)
    await page.getByRole('button', { name: 'Run probe' }).click()
    const report = page.getByRole('region', { name: 'Report #1' })
    await expect(report).toBeVisible({ timeout: 30_000 })
    await expect(report.getByRole('listitem').first()).toContainText('Failed')
    await expect(report).toContainText('Compute the signature over the raw bytes')
    await expectAccessible(page, 'a report of the probe')
    await takePicture(page, 'probe-report')
  })

  await test.step('a careful one passes, and the report can be taken away', async () => {
    await page.getByRole('combobox', { name: 'Send to' }).fill(careful.url)
    await page.getByRole('button', { name: 'Run probe' }).click()
    const report = page.getByRole('region', { name: 'Report #2' })
    await expect(report).toContainText('100 of 100', { timeout: 30_000 })
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      report.getByRole('button', { name: 'Export JSON' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('keyhold-probe-2.json')
    const text = await readFile(await download.path(), 'utf8')
    expect(JSON.parse(text)).toMatchObject({ id: 2, score: 100, scheme: 'stripe' })
    expect(text).not.toContain(SECRET)
  })

  await test.step('the earlier one is opened again', async () => {
    const reports = page.getByRole('region', { name: 'Reports' })
    await reports.getByRole('button').nth(1).click()
    await expect(page.getByRole('region', { name: 'Report #1' })).toBeVisible()
  })
})
