import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, type Locator, type Page, test } from '@playwright/test'
import { z } from 'zod'
import { endpointSchema, receiverStatusSchema } from '../../shared/contract/receiver.ts'
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

let desk: Desk
let host: RunningHost
let watched: { readonly findings: string[] }

test.beforeEach(async ({ page }) => {
  desk = await setUpDesk('endpoints')
  host = await desk.start({ unlocked: true })
  watched = watchPage(page, host.origin)
  await enter(page, host)
})

test.afterEach(async () => {
  await desk.clear()
  expect(watched.findings).toEqual([])
})

async function endpoints() {
  return z.array(endpointSchema).parse(await desk.api('GET', '/receiver/endpoints'))
}

async function receiverUrl(): Promise<string> {
  const { url } = receiverStatusSchema.parse(await desk.api('GET', '/receiver'))
  if (url === null) throw new Error('The receiver does not listen.')
  return url
}

async function openEndpoints(page: Page, selection = ''): Promise<void> {
  await page.goto(`${host.origin}/webhooks/endpoints${selection}`)
  await expect(page.getByRole('heading', { name: 'Endpoints', exact: true })).toBeVisible()
}

function details(page: Page, name: string): Locator {
  return page.getByRole('complementary', { name, exact: true })
}

function section(page: Page, name: string): Locator {
  return page.getByRole('button', { name: new RegExp(`^${name}`) })
}

test('an endpoint is made from its name, keeps what it gets, and answers as the operator says', async ({ page }) => {
  await page.setViewportSize({ width: 1_440, height: 900 })
  const secret = `whsec_${'s'.repeat(32)}`
  await openEndpoints(page)
  await expect(page.getByRole('heading', { name: 'No endpoint yet' })).toBeVisible()
  await expectAccessible(page, 'no endpoint')
  await page.getByRole('link', { name: 'New endpoint' }).click()
  const dialog = page.getByRole('dialog', { name: 'New endpoint' })
  await dialog.getByRole('button', { name: 'Make endpoint' }).click()
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toBeFocused()
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Shop, Größe 2')
  await expect(dialog.getByRole('textbox', { name: 'Slug' })).toHaveValue('shop-grosse-2')
  await dialog.getByRole('combobox', { name: 'Signatures of' }).fill('stripe')
  await page.getByRole('option', { name: 'Stripe' }).click()
  await expect(dialog.getByText('Begins with whsec_.')).toBeVisible()
  await dialog.getByRole('textbox', { name: 'Signing secret' }).fill(secret)
  await expectAccessible(page, 'the form of an endpoint')
  await dialog.getByRole('button', { name: 'Make endpoint' }).click()
  await expect(details(page, 'Shop, Größe 2')).toBeVisible()
  expect(await page.content()).not.toContain(secret)

  const target = `${await receiverUrl()}/h/shop-grosse-2/orders/7`
  await expect(details(page, 'Shop, Größe 2')).toContainText('/h/shop-grosse-2')
  expect((await fetch(target, { method: 'POST', body: '{}' })).status).toBe(200)
  await expect(details(page, 'Shop, Größe 2')).toContainText('1 request')

  await test.step('another answer, and a rule before it', async () => {
    await section(page, 'Answer').click()
    await page.getByRole('button', { name: 'Change the answer' }).click()
    const answer = page.getByRole('dialog', { name: 'Answer' })
    await answer.getByRole('textbox', { name: 'Headers' }).fill('No header at all')
    await answer.getByRole('button', { name: 'Save' }).click()
    await expect(answer.getByText('Line 1 is no header')).toBeVisible()
    await answer.getByRole('textbox', { name: 'Headers' }).fill('Content-Type: application/json\nX-Seen: {{method}}')
    await answer.getByRole('textbox', { name: 'Body' }).fill('{"got":"{{body.id}}"}')
    await answer.getByRole('textbox', { name: 'Status' }).fill('202')
    await answer.getByRole('button', { name: 'Save' }).click()
    await expect(section(page, 'Answer')).toContainText('202 at once')

    await section(page, 'Rules').click()
    await page.getByRole('button', { name: 'Add rule' }).click()
    const rule = page.getByRole('dialog', { name: 'New rule' })
    await rule.getByRole('textbox', { name: 'Name' }).fill('Refuse refunds')
    await rule.getByRole('textbox', { name: 'Field of the body' }).fill('type')
    await rule.getByRole('textbox', { name: 'The field equals' }).fill('refund')
    await rule.getByRole('textbox', { name: 'Status' }).fill('422')
    await expectAccessible(page, 'the form of a rule')
    await rule.getByRole('button', { name: 'Save rule' }).click()
    await expect(page.getByText('Any request where type is “refund”')).toBeVisible()
    await expectAccessible(page, 'the sections of an endpoint')
    await takePicture(page, 'endpoint-panel')
  })

  const usual = await fetch(target, { method: 'PUT', body: '{"id":"evt_1"}' })
  expect([usual.status, usual.headers.get('x-seen'), await usual.text()]).toEqual([202, 'PUT', '{"got":"evt_1"}'])
  expect((await fetch(target, { method: 'POST', body: '{"type":"refund"}' })).status).toBe(422)

  await test.step('a second secret is made, shown once, and the first one removed', async () => {
    await section(page, 'Signature').click()
    await page.getByRole('button', { name: 'Make a new one' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Make secret' }).click()
    const made = page.getByRole('dialog', { name: 'The new signing secret' })
    const value = await made.getByRole('status', { name: 'Signing secret, for the sender' }).textContent()
    expect(value).toMatch(/^whsec_/)
    await page.keyboard.press('Escape')
    await expect(made).toBeVisible()
    await made.getByLabel('I have stored it').check()
    await made.getByRole('button', { name: 'Done' }).click()
    await expect(section(page, 'Signature')).toContainText('2 secrets')
    expect(await page.content()).not.toContain(value ?? 'nothing')
    await page.getByRole('button', { name: 'Remove the secret Signing secret' }).click()
    await page.getByRole('button', { name: 'Remove secret', exact: true }).click()
    await expect(section(page, 'Signature')).toContainText('1 secret')
  })

  await test.step('deleting it says what is lost and asks for its slug', async () => {
    await details(page, 'Shop, Größe 2').getByRole('button', { name: 'Delete' }).click()
    const confirm = page.getByRole('dialog', { name: 'Delete “Shop, Größe 2”' })
    await expect(confirm).toContainText('3 captured requests')
    await expect(confirm).toContainText('1 signing secret')
    await expect(confirm.getByRole('button', { name: 'Delete endpoint' })).toBeDisabled()
    await confirm.getByRole('textbox').fill('shop-grosse-2')
    await confirm.getByRole('button', { name: 'Delete endpoint' }).click()
    await expect(page.getByRole('heading', { name: 'No endpoint yet' })).toBeVisible()
    expect(await endpoints()).toEqual([])
  })
})

test('what is entered is not lost by Escape, beside the list and over it', async ({ page }) => {
  await desk.api('POST', '/receiver/endpoints', { slug: 'test' })
  const [endpoint] = await endpoints()
  for (const width of [1_440, 800]) {
    await page.setViewportSize({ width, height: 900 })
    await openEndpoints(page, `/${endpoint?.id}`)
    await section(page, 'Faults').click()
    await page.getByRole('button', { name: 'Set up faults' }).click()
    const faults = page.getByRole('dialog', { name: 'Faults' })
    await faults.getByRole('slider').press('ArrowRight')
    await expect(faults.getByText('26 % of requests are reset.')).toBeVisible()
    await page.keyboard.press('Escape')
    const asking = page.getByRole('dialog', { name: 'Discard what you entered?' })
    await expect(asking).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(asking).toBeHidden()
    await expect(faults).toBeVisible()
    await page.keyboard.press('Escape')
    await asking.getByRole('button', { name: 'Discard' }).click()
    await expect(faults).toBeHidden()
    await expect(page.getByRole('button', { name: 'Set up faults' })).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(page).toHaveURL(`${host.origin}/webhooks/endpoints`)
  }
  expect((await endpoints())[0]?.behaviour.faults).toEqual([])
})

test('a taken port is said with a way out, and an address that was asked for becomes an endpoint', async ({ page }) => {
  const other = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as AddressInfo
  try {
    await openEndpoints(page)
    await page.getByRole('button', { name: 'Receiver settings' }).click()
    const settings = page.getByRole('dialog', { name: 'Receiver settings' })
    await settings.getByRole('textbox', { name: 'Port' }).fill(String(port))
    await settings.getByRole('switch', { name: 'Reachable from the network' }).check()
    await expect(settings.getByText('Everybody in this network can send here')).toBeVisible()
    await settings.getByRole('switch', { name: 'Reachable from the network' }).uncheck()
    await settings.getByRole('button', { name: 'Save' }).click()
    await expect(shownProblem(page)).toContainText(`Port ${port} is taken`)
    await expect(page.getByRole('region', { name: 'Receiver' })).toContainText('Not receiving')
    await expectAccessible(page, 'a taken port')
    await takePicture(page, 'receiver-port-taken')
    await page.getByRole('button', { name: /^Use port \d+$/ }).click()
    await expect(page.getByRole('region', { name: 'Receiver' })).toContainText('Receiving')
    await expect(shownProblem(page)).toBeHidden()
  } finally {
    await new Promise((resolve) => other.close(resolve))
  }

  expect((await fetch(`${await receiverUrl()}/h/shpo`, { method: 'POST', body: '{}' })).status).toBe(404)
  await page.getByRole('button', { name: '1 unknown address' }).click()
  await expectAccessible(page, 'unknown addresses')
  await page.getByRole('button', { name: 'Make this endpoint: shpo' }).click()
  await expect(details(page, 'shpo').or(page.getByRole('dialog', { name: 'shpo' }))).toBeVisible()
  expect((await fetch(`${await receiverUrl()}/h/shpo`, { method: 'POST', body: '{}' })).status).toBe(200)

  await page.setViewportSize({ width: 360, height: 740 })
  await openEndpoints(page)
  await expectNoSidewaysScroll(page, 'endpoints on a phone')
})

test('a receiver that is off is said on every page of the bench, and turned on from there', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.goto(`${host.origin}/webhooks/requests/77`)
  await expect(shownProblem(page)).toBeVisible()
  await takePicture(page, 'failure-dark')
  const frame = await shownProblem(page).evaluate((alert) => {
    // Whatever the colour is written in: as the screen has it.
    const dot = document.createElement('canvas').getContext('2d')
    if (dot === null) return []
    dot.fillStyle = getComputedStyle(alert).borderTopColor
    dot.fillRect(0, 0, 1, 1)
    return [...dot.getImageData(0, 0, 1, 1).data]
  })
  const [red = 0, green = 0] = frame
  expect(red, `the frame of a failure in the dark scheme: ${frame.join(' ')}`).toBeGreaterThan(1.3 * green)
  await desk.api('PUT', '/receiver', { enabled: false, port: 0, lan: false, autoCreate: false })
  for (const path of ['requests/77', 'requests/types', 'deliveries', 'send', 'tunnels', 'requests']) {
    await page.goto(`${host.origin}/webhooks/${path}`)
    await expect(page.getByText('The receiver is off.'), path).toBeVisible()
  }
  await expect(page.getByText('Receiver off')).toBeVisible()
  await page.getByRole('button', { name: 'Turn on' }).click()
  await expect(page.getByText('The receiver is off.')).toBeHidden()
  await expect(page.getByText('Listening')).toBeVisible()
})
