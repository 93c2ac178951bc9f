import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, type Locator, type Page, test } from '@playwright/test'
import { z } from 'zod'
import type { RunningHost } from '../support/browser-host.ts'
import {
  type Desk,
  enter,
  expectAccessible,
  expectNoSidewaysScroll,
  setUpDesk,
  shownProblem,
  takePicture,
  watchPage,
} from './desk.ts'

const SECRET = `whsec_${'q7Wz'.repeat(8)}`

let desk: Desk
let host: RunningHost
let watched: { readonly findings: string[] }

test.beforeEach(async ({ page }) => {
  desk = await setUpDesk('captures')
  host = await desk.start({ unlocked: true })
  watched = watchPage(page, host.origin)
})

test.afterEach(async () => {
  await desk.clear()
  expect(watched.findings).toEqual([])
})

const endpointSchema = z.object({ id: z.number(), localUrl: z.string() })

async function makeEndpoint(slug: string, fields: Readonly<Record<string, unknown>> = {}) {
  return endpointSchema.parse(await desk.api('POST', '/receiver/endpoints', { slug, ...fields }))
}

interface Sent {
  readonly body?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
}

async function send(url: string, { body = '{}', path = '', headers = {} }: Sent = {}): Promise<void> {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
  expect(answer.status).toBe(200)
}

function event(type: string, amount: number): string {
  return JSON.stringify({ id: `evt_${type}_${amount}`, type, data: { object: { amount, currency: 'eur' } } })
}

/** As Stripe signs: the time and the body, with the secret as it is shown. */
function stripeHeaders(body: string, secret: string): Record<string, string> {
  const t = Math.floor(Date.now() / 1_000)
  const v1 = createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')
  return { 'stripe-signature': `t=${t},v1=${v1}` }
}

/** A handler of the operator: takes everything, remembers it. */
async function startHandler() {
  const taken: { readonly body: string; readonly signature: string | undefined }[] = []
  const server: Server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += String(chunk)
    })
    request.on('end', () => {
      taken.push({ body, signature: request.headers['stripe-signature']?.toString() })
      response.setHeader('content-type', 'application/json')
      response.end('{"received":true}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/hooks`, taken, close: () => server.close() }
}

async function openRequests(page: Page, search = ''): Promise<void> {
  await enter(page, host)
  await page.goto(`${host.origin}/webhooks/requests${search}`)
  await expect(page.getByRole('heading', { name: 'Captured requests' })).toBeVisible()
}

function table(page: Page): Locator {
  return page.getByRole('table', { name: 'Captured requests' })
}

function row(page: Page, id: number): Locator {
  return table(page).locator(`tr[data-row-id="${id}"]`)
}

function details(page: Page, id: number): Locator {
  return page.getByRole('complementary', { name: `Request #${id}` })
}

test('the first endpoint is made on the spot, and the first request is there as it comes', async ({ page }) => {
  await openRequests(page)
  await expect(page.getByText('Listening')).toBeVisible()
  await takePicture(page, 'captures-first')
  await expectAccessible(page, 'the page before the first endpoint')

  await page.getByRole('textbox', { name: 'Name in the address' }).fill('Not A Slug')
  await page.getByRole('button', { name: 'Make endpoint' }).click()
  await expect(page.getByText('A slug has only lower-case letters')).toBeVisible()
  await page.getByRole('textbox', { name: 'Name in the address' }).fill('shop')
  await page.getByRole('button', { name: 'Make endpoint' }).click()
  await expect(page.getByText('Waiting for the first request')).toBeVisible()
  const line = await page.getByText('curl -X POST').innerText()
  const address = /http:\S+\/h\/shop/.exec(line)?.[0] ?? ''
  expect(address).not.toBe('')

  await send(address, { body: event('invoice.paid', 4_200) })
  await expect(row(page, 1)).toContainText('invoice.paid')
  await expect(row(page, 1)).toContainText('Unsigned')
  await row(page, 1).getByRole('link').click()
  await expect(details(page, 1).getByText('"amount": 4200')).toBeVisible()
  await takePicture(page, 'captures-panel')
  await expectAccessible(page, 'the list with the details of a request')

  await details(page, 1).getByRole('tab', { name: 'Headers' }).click()
  await expect(details(page, 1).getByRole('row', { name: /content-type application\/json/i })).toBeVisible()
  await details(page, 1).getByRole('tab', { name: 'Answer' }).click()
  await expect(details(page, 1).getByText('The endpoint’s own answer')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(details(page, 1)).toBeHidden()
  await expect(page).toHaveURL(/\/webhooks\/requests$/)
})

test('a signature without a secret is checked once the secret is given, and one that does not fit is explained', async ({
  page,
}) => {
  const { localUrl } = await makeEndpoint('shop', { scheme: 'stripe' })
  const body = event('charge.refunded', 100)
  await send(localUrl, { body, headers: stripeHeaders(body, SECRET) })
  await openRequests(page)
  await expect(row(page, 1)).toContainText('No secret')
  await row(page, 1).getByRole('link').click()
  await details(page, 1).getByRole('tab', { name: 'Signature' }).click()
  await details(page, 1).getByRole('textbox', { name: 'Signing secret' }).fill(SECRET)
  await details(page, 1).getByRole('button', { name: 'Store secret' }).click()
  await expect(details(page, 1).locator('[data-verdict="valid"]').first()).toBeVisible()

  const wrong = event('charge.refunded', 101)
  await send(localUrl, { body: wrong, headers: stripeHeaders(wrong, SECRET.replace('whsec_', '')) })
  await expect(row(page, 2)).toContainText('Invalid')
  await row(page, 2).getByRole('link').click()
  await details(page, 2).getByRole('tab', { name: 'Signature' }).click()
  await details(page, 2).getByRole('button', { name: 'Why does it not fit?' }).click()
  await expect(details(page, 2).getByText('Proven')).toBeVisible()
  await takePicture(page, 'captures-doctor')
  await expectAccessible(page, 'the diagnosis')
  expect(await page.content()).not.toContain(SECRET)
})

test('filters stand in the address, find what fits, and are taken off again', async ({ page }) => {
  const { localUrl } = await makeEndpoint('shop')
  const other = await makeEndpoint('ci')
  await send(localUrl, { body: event('invoice.paid', 1), path: '/a?page=2' })
  await send(localUrl, { body: event('invoice.failed', 2) })
  await send(other.localUrl, { body: '{"needle":"haystack-7"}', headers: { 'x-github-event': 'push' } })
  await openRequests(page)
  await expect(row(page, 3)).toBeVisible()

  await page.keyboard.press('/')
  const search = page.getByRole('textbox', { name: 'Search captured requests' })
  await expect(search).toBeFocused()
  await search.fill('haystack')
  await expect(page).toHaveURL(/q=haystack/)
  await expect(table(page).locator('tr[data-row-id]')).toHaveCount(1)
  await expect(row(page, 3)).toBeVisible()
  await search.fill('')
  await page.getByRole('combobox', { name: 'Event type' }).click()
  await page.getByRole('option', { name: 'invoice.paid' }).click()
  await expect(page).toHaveURL(/requests\?type=invoice\.paid$/)
  await expect(table(page).locator('tr[data-row-id]')).toHaveCount(1)
  await page.reload()
  await expect(row(page, 1)).toBeVisible()
  await expect(page.getByRole('combobox', { name: 'Event type' })).toHaveValue('invoice.paid')

  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('switch', { name: 'Pinned' }).click()
  await page.keyboard.press('Escape')
  await expect(page.getByText('No request matches')).toBeVisible()
  await page.getByRole('button', { name: 'Clear filters' }).last().click()
  await expect(table(page).locator('tr[data-row-id]')).toHaveCount(3)
  await expect(page).toHaveURL(/\/webhooks\/requests$/)
})

test('what the operator looks at stays in its place while more arrives, and pausing holds all of it back', async ({
  page,
}) => {
  const { localUrl } = await makeEndpoint('shop')
  for (let count = 1; count <= 80; count += 1) await send(localUrl, { body: event('order.made', count) })
  await openRequests(page)
  await expect(row(page, 80)).toBeVisible()
  await row(page, 80).hover()
  await page.mouse.wheel(0, 1_400)
  await expect(row(page, 30)).toBeVisible()
  const before = await row(page, 30).boundingBox()
  for (let count = 81; count <= 85; count += 1) await send(localUrl, { body: event('order.made', count) })
  const news = page.getByRole('button', { name: '5 new requests' })
  await expect(news).toBeVisible()
  expect(await row(page, 30).boundingBox()).toEqual(before)
  await takePicture(page, 'captures-waiting')
  await news.click()
  await expect(row(page, 85)).toBeVisible()

  await page.getByRole('button', { name: 'Pause' }).click()
  await send(localUrl, { body: event('order.made', 86) })
  await expect(page.getByRole('button', { name: '1 new request' })).toBeVisible()
  await expect(row(page, 86)).toBeHidden()
  await page.getByRole('button', { name: 'Follow' }).click()
  await expect(row(page, 86)).toBeVisible()

  await page.keyboard.press('j')
  await expect(row(page, 86).getByRole('link')).toBeFocused()
  await page.keyboard.press('j')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('k')
  await expect(row(page, 85).getByRole('link')).toBeFocused()
  await page.keyboard.press('x')
  await expect(page.getByText('1 request selected')).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(details(page, 85)).toBeVisible()
})

test('one request is edited, signed again and replayed; several are replayed as a job', async ({ page }) => {
  const handler = await startHandler()
  try {
    const { localUrl } = await makeEndpoint('shop', { scheme: 'stripe', secret: SECRET })
    for (let amount = 1; amount <= 3; amount += 1) {
      const body = event('invoice.paid', amount)
      await send(localUrl, { body, headers: stripeHeaders(body, SECRET) })
    }
    await openRequests(page)
    await row(page, 3).getByRole('link').click()
    await details(page, 3).getByRole('button', { name: 'Replay…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Replay request #3' })
    await expect(dialog).toBeVisible()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await expect(details(page, 3).getByRole('button', { name: 'Replay…' })).toBeFocused()
    await page.keyboard.press('Enter')
    await dialog
      .getByRole('combobox', { name: 'To' })
      .or(dialog.getByRole('textbox', { name: 'To' }))
      .fill(handler.url)
    await dialog.getByRole('combobox', { name: 'Signature' }).click()
    await page.getByRole('option', { name: 'Sign again: Stripe' }).click()
    await expect(dialog.getByRole('combobox', { name: 'Signed with' })).toHaveValue(/, shop$/)
    await dialog.getByRole('switch', { name: 'Edit before sending' }).click()
    const changed = event('invoice.paid', 99)
    await dialog.getByRole('textbox', { name: 'Body' }).fill(changed)
    await takePicture(page, 'captures-replay-edited')
    await expectAccessible(page, 'the form of a replay')
    await dialog.getByRole('button', { name: 'Send' }).click()
    await expect(dialog.getByText('{"received":true}')).toBeVisible()
    expect(handler.taken).toHaveLength(1)
    const [first] = handler.taken
    expect(first?.body).toBe(changed)
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]+)$/.exec(first?.signature ?? '') ?? []
    expect(v1).toBe(createHmac('sha256', SECRET).update(`${t}.${changed}`).digest('hex'))
    await dialog.getByRole('button', { name: 'Done' }).click()
    await details(page, 3).getByRole('tab', { name: 'Attempts' }).click()
    await details(page, 3)
      .getByRole('button', { name: /Replay to/ })
      .click()
    await expect(details(page, 3).getByText('{"received":true}')).toBeVisible()
    await page.keyboard.press('Escape')

    await page.getByRole('checkbox', { name: 'Select request #3' }).click()
    await page.getByRole('checkbox', { name: 'Select request #1' }).click({ modifiers: ['Shift'] })
    await expect(page.getByText('3 requests selected')).toBeVisible()
    await takePicture(page, 'captures-selected')
    await page.getByRole('button', { name: 'Replay…' }).click()
    const many = page.getByRole('dialog', { name: 'Replay 3 requests' })
    await many.getByRole('button', { name: 'Start replay' }).click()
    await expect(many.getByText('Finished: 3 of 3 requests, 3 answered with 2xx')).toBeVisible()
    expect(handler.taken.slice(1).map(({ body }) => body)).toEqual(
      [1, 2, 3].map((amount) => event('invoice.paid', amount)),
    )
  } finally {
    handler.close()
  }
})

test('two requests are compared, tagged, exported and taken in by another Keyhold', async ({ page }) => {
  const { localUrl } = await makeEndpoint('shop')
  await send(localUrl, { body: event('invoice.paid', 1) })
  await send(localUrl, { body: event('invoice.paid', 2), headers: { 'x-new': 'yes' } })
  await openRequests(page)
  await page.getByRole('checkbox', { name: 'Select request #1' }).click()
  await page.getByRole('checkbox', { name: 'Select request #2' }).click()

  await page.getByRole('button', { name: 'Tag…' }).click()
  await page.getByRole('dialog').getByLabel('Add').first().fill('june')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('Tags of 2 requests changed.')).toBeVisible()

  await page.getByRole('button', { name: 'Export' }).click()
  const downloading = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: 'Bundle for another Keyhold' }).click()
  const bundle = readFileSync(await (await downloading).path())

  await page.getByRole('button', { name: 'Compare' }).click()
  await expect(page.getByRole('heading', { name: 'Requests #1 and #2' })).toBeVisible()
  await expect(
    page.getByRole('region', { name: 'Headers', exact: true }).getByRole('row', { name: /x-new/i }),
  ).toContainText('yes')
  await expect(page.getByRole('row', { name: /amount/ }).first()).toContainText('Changed')
  await takePicture(page, 'captures-diff')
  await expectAccessible(page, 'the comparison')

  await page.goto(`${host.origin}/webhooks/requests/1`)
  await expect(details(page, 1).getByRole('group', { name: 'Tags' })).toContainText('june')
  await details(page, 1).getByRole('button', { name: 'Note and tags' }).click()
  await details(page, 1).getByRole('textbox', { name: 'Note' }).fill('Seen with the customer.')
  await details(page, 1).getByRole('button', { name: 'Save' }).click()
  await expect(details(page, 1).getByText('Seen with the customer.')).toBeVisible()
  await expect(row(page, 1).getByRole('img', { name: 'Has a note' })).toBeVisible()
  await details(page, 1).getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await expect(row(page, 1)).toBeHidden()
  await page.getByRole('button', { name: 'Import' }).click()
  const file = { name: 'captures.json', mimeType: 'application/json', buffer: bundle }
  await page.getByRole('dialog').locator('input[type="file"]').setInputFiles(file)
  await expect(page.getByText('1 request imported, every hash checked. 1 request was here already.')).toBeVisible()
  await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click()
  await expect(table(page).getByRole('img', { name: 'Imported' })).toHaveCount(1)

  await page.getByRole('button', { name: 'Import' }).click()
  const torn = { ...file, buffer: bundle.subarray(0, -20) }
  await page.getByRole('dialog').locator('input[type="file"]').setInputFiles(torn)
  await expect(shownProblem(page)).toContainText('Nothing was imported.')
  await page.getByRole('dialog').locator('input[type="file"]').setInputFiles(file)
  await expect(page.getByText('0 requests imported, every hash checked. 2 requests were here already.')).toBeVisible()
})

test('what strangers send is text and nothing else, and what is hidden in it is seen', async ({ page }) => {
  const { localUrl } = await makeEndpoint('shop')
  const attack =
    '<img src=x onerror="document.title=1"><script>document.title=2</script>\u202egnp.exe http://127.0.0.1:1/'
  await send(localUrl, {
    body: JSON.stringify({ type: attack, note: attack }),
    path: '/%3Cscript%3E',
    headers: { 'x-attack': '<b onmouseover=alert(1)>' },
  })
  await openRequests(page)
  await row(page, 1).getByRole('link').click()
  await expect(details(page, 1).getByRole('region', { name: 'Body' })).toContainText(
    '<script>document.title=2</script>',
  )
  await expect(details(page, 1).getByRole('region', { name: 'Body' })).toContainText('‹202E›gnp.exe')
  await expect(details(page, 1).locator('a[href*="127.0.0.1:1"]')).toHaveCount(0)
  await expect(page).toHaveTitle('Captured requests · Keyhold')
  await details(page, 1).getByRole('tab', { name: 'Headers' }).click()
  await expect(details(page, 1).getByText('<b onmouseover=alert(1)>')).toBeVisible()

  for (const width of [360, 1_024]) {
    await page.setViewportSize({ width, height: 740 })
    await page.goto(`${host.origin}/webhooks/requests/1`)
    await expect(page.getByText('‹202E›gnp.exe').last()).toBeVisible()
    await expectNoSidewaysScroll(page, `the details at ${width} pixels`)
    await page.goto(`${host.origin}/webhooks/requests`)
    await expect(row(page, 1)).toBeVisible()
    await expectNoSidewaysScroll(page, `the list at ${width} pixels`)
    await expectAccessible(page, `the list at ${width} pixels`)
  }
})

test('kinds of events are learned, a change of their fields is marked, and can be taken for normal', async ({
  page,
}) => {
  const { localUrl } = await makeEndpoint('shop')
  for (let amount = 1; amount <= 12; amount += 1) await send(localUrl, { body: event('invoice.paid', amount) })
  const changed = event('invoice.paid', 13).replace('"amount":13', '"amount":"13"')
  await send(localUrl, { body: changed })
  await openRequests(page)
  await expect(row(page, 13).getByRole('img', { name: 'Fields changed' })).toBeVisible()
  await row(page, 13).getByRole('link').click()
  await details(page, 13)
    .getByRole('tab', { name: /Changes/ })
    .click()
  await expect(details(page, 13).getByText('Other type')).toBeVisible()
  await details(page, 13).getByRole('link', { name: 'Fields seen so far for this event type' }).click()
  const panel = page.getByRole('complementary', { name: 'invoice.paid' })
  await expect(panel.getByRole('row', { name: /amount/ })).toContainText(/number or string|string or number/)
  await takePicture(page, 'captures-event-type')
  await expectAccessible(page, 'the fields of an event type')
  await panel.getByRole('button', { name: 'Take the present fields for normal' }).click()
  await expect(page.getByText('What it looks like now is taken for normal.')).toBeVisible()
})
