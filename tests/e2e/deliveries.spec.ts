import { expect, type Page, test } from '@playwright/test'
import { z } from 'zod'
import { ok, startWebhookTarget, type WebhookTarget } from '../simulators/webhook-target.ts'
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
let target: WebhookTarget
let watched: { readonly findings: string[] }

const endpointSchema = z.object({ id: z.number(), localUrl: z.string() })
const failing = { kind: 'answer', status: 503, body: 'out of order' } as const

/** An endpoint of this name, and the page of deliveries open on one of its tabs. */
async function open(page: Page, slug: string, tab: string) {
  host = await desk.start({ unlocked: true })
  watched = watchPage(page, host.origin)
  const endpoint = endpointSchema.parse(await desk.api('POST', '/receiver/endpoints', { slug }))
  await enter(page, host)
  await page.getByRole('link', { name: 'Webhook bench' }).click()
  await page.getByRole('navigation', { name: 'Webhook bench' }).getByRole('link', { name: 'Deliveries' }).click()
  await section(page, tab)
  return endpoint
}

async function section(page: Page, tab: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Deliveries' }).getByRole('link', { name: tab }).click()
}

/** Sends events to an endpoint from outside, as a provider does. */
async function sendEvents(url: string, count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'order.created', number }),
    })
    expect(answer.status).toBe(200)
  }
}

test.beforeEach(async () => {
  desk = await setUpDesk('deliveries')
  target = await startWebhookTarget()
})

test.afterEach(async () => {
  await desk.clear()
  await target.close()
  expect(watched.findings).toEqual([])
})

test('what an endpoint captures is forwarded, and what fails is sent again once the handler is repaired', async ({
  page,
}) => {
  const endpoint = await open(page, 'orders', 'Forward targets')
  const panel = page.getByRole('complementary')

  await test.step('a target is refused without an address, then added', async () => {
    await expect(page.getByRole('heading', { name: 'Nothing is forwarded yet' })).toBeVisible()
    await expectAccessible(page, 'forward targets without any')
    await page.getByRole('button', { name: 'Add target' }).first().click()
    const dialog = page.getByRole('dialog', { name: 'Add forward target' })
    await dialog.getByRole('button', { name: 'Add target' }).click()
    await expect(dialog.getByText('The address is empty.')).toBeVisible()
    await dialog.getByLabel('Forward to').fill('not an address')
    await dialog.getByRole('button', { name: 'Add target' }).click()
    await expect(dialog.getByText('This is not an http or https address.')).toBeVisible()
    await expectAccessible(page, 'adding a forward target')
    await dialog.getByLabel('Forward to').fill(`${target.url}/hooks`)
    await dialog.getByRole('radio', { name: 'None' }).check()
    await dialog.getByRole('button', { name: 'Add target' }).click()
    await expect(dialog).toBeHidden()
  })

  await test.step('requests go there as they come', async () => {
    await sendEvents(endpoint.localUrl, 2)
    await target.received(2)
    expect(target.requests.map(({ body }) => JSON.parse(body.toString()).number)).toEqual([1, 2])
    await expect(page.getByRole('row', { name: /\/hooks/ })).toContainText('Ready')
    await expect(panel.getByRole('button', { name: /200 Request #2/ })).toBeVisible()
    await takePicture(page, 'forward-target')
  })

  await test.step('failures are said, and end as dead letters', async () => {
    target.act(failing)
    await sendEvents(endpoint.localUrl, 3)
    await expect(page.getByRole('row', { name: /\/hooks/ })).toContainText('Failing')
    await expect(panel.getByText('The target answered with 503.').first()).toBeVisible()
    await panel.getByRole('link', { name: '3', exact: true }).click()
    await expect(page.getByText('3 dead letters')).toBeVisible()
  })

  await test.step('one is looked at, with both sides of its attempt', async () => {
    await page.getByRole('link', { name: '#3', exact: true }).click()
    await panel.getByRole('button', { name: /503 Request #3/ }).click()
    await expect(panel.getByRole('region', { name: 'Body of the answer' })).toHaveText('out of order')
    await expectAccessible(page, 'a dead letter')
    await takePicture(page, 'dead-letter')
    await page.getByRole('button', { name: 'Close the details' }).click()
  })

  await test.step('one is discarded after a question', async () => {
    await page
      .getByRole('checkbox', { name: /^Select dead letter/ })
      .first()
      .click()
    await page.getByRole('button', { name: 'Discard' }).click()
    const dialog = page.getByRole('dialog', { name: 'Discard 1 dead letter' })
    await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused()
    await dialog.getByRole('button', { name: 'Discard' }).click()
    await expect(page.getByText('2 dead letters')).toBeVisible()
  })

  await test.step('the others arrive when the handler is repaired', async () => {
    target.act(ok)
    await page.getByRole('checkbox', { name: 'Select all rows that are loaded' }).click()
    await expect(page.getByText('2 selected')).toBeVisible()
    await page.getByRole('button', { name: 'Try again' }).click()
    await target.received(7)
    await expect(page.getByRole('heading', { name: /No dead letters/ })).toBeVisible()
  })

  await test.step('every attempt is in the history, and can be narrowed', async () => {
    await section(page, 'Attempts')
    await expect(page.getByText('7 attempts')).toBeVisible()
    await page.getByRole('combobox', { name: 'Result' }).click()
    await page.getByRole('option', { name: 'Failed' }).click()
    await expect(page.getByText('3 attempts')).toBeVisible()
    await expect(page).toHaveURL(/\?result=failed$/)
    await page.reload()
    await expect(page.getByText('3 attempts')).toBeVisible()
    await page.getByRole('table', { name: 'Attempts' }).getByRole('link').first().click()
    await expect(panel.getByText('The target answered with 503.')).toBeVisible()
    await expectAccessible(page, 'an attempt')
  })

  await test.step('switched off, nothing goes there any more; deleted, it is gone', async () => {
    await section(page, 'Forward targets')
    await page.getByRole('switch', { name: /^Forward to/ }).press('Space')
    await expect(page.getByRole('row', { name: /\/hooks/ })).toContainText('Off')
    await sendEvents(endpoint.localUrl, 1)
    await page.getByRole('link', { name: /\/hooks/ }).click()
    await expect(panel.getByText('Always this address as it stands')).toBeVisible()
    expect(target.requests).toHaveLength(7)
    const other = endpointSchema.parse(await desk.api('POST', '/receiver/endpoints', { slug: 'other' })).id
    await page.goto(`${host.origin}/webhooks/endpoints/${other}`)
    await page.getByRole('link', { name: 'Forwarding' }).click()
    await expect(page.getByRole('heading', { name: 'Nothing of this endpoint is forwarded' })).toBeVisible()
    await page.getByRole('combobox', { name: 'Endpoint' }).click()
    await page.getByRole('option', { name: 'orders' }).click()
    await page.getByRole('link', { name: /\/hooks/ }).click()
    await panel.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await expect(page.getByRole('heading', { name: 'Nothing of this endpoint is forwarded' })).toBeVisible()
  })
})

test('a replay is followed live, paused, resumed and cancelled, and its results are told apart', async ({ page }) => {
  const endpoint = await open(page, 'orders', 'Replays')
  await expect(page.getByRole('heading', { name: 'No replays yet' })).toBeVisible()
  await sendEvents(endpoint.localUrl, 30)
  target.act((_, index) => (index % 2 === 0 ? ok : failing))
  const selection = { ids: Array.from({ length: 30 }, (_, place) => place + 1) }
  const panel = page.getByRole('complementary', { name: 'Replay #1' })

  await test.step('it goes on while it is watched', async () => {
    const pace = { kind: 'rate', perSecond: 2 }
    await desk.api('POST', '/receiver/replays', { selection, url: `${target.url}/again`, pace, concurrency: 1 })
    await page.getByRole('link', { name: '#1' }).click()
    await target.received(4)
    await expect(panel.getByRole('button', { name: 'Pause' })).toBeVisible()
    await expect(panel.getByText(/^[1-9]\d? of 30 requests sent$/)).toBeVisible()
    await expectAccessible(page, 'a replay under way')
  })

  await test.step('paused, it stands still; resumed, it goes on', async () => {
    await panel.getByRole('button', { name: 'Pause' }).click()
    await expect(panel.getByText('Paused')).toBeVisible()
    await panel.getByRole('button', { name: 'Go on' }).click()
    await target.received(target.requests.length + 1)
    await expect(panel.getByText('Sending')).toBeVisible()
  })

  await test.step('results are told apart', async () => {
    await panel.getByText(/^Failed \(/).click()
    await expect(panel.getByRole('button', { name: /503 Request #/ }).first()).toBeVisible()
    await expect(panel.getByRole('button', { name: /200 Request #/ })).toHaveCount(0)
  })

  await test.step('cancelled after a question, what was sent stays', async () => {
    await panel.getByRole('button', { name: 'Cancel replay' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel replay' }).click()
    await expect(panel.getByText('Cancelled')).toBeVisible()
    expect(target.requests.length).toBeLessThan(30)
    await expect(panel.getByRole('button', { name: 'Go on' })).toHaveCount(0)
  })

  await test.step('one that is fast ends with what failed in words', async () => {
    await desk.api('POST', '/receiver/replays', { selection, url: `${target.url}/again` })
    const row = page.getByRole('row', { name: /#2/ })
    await expect(row).toContainText('30 of 30')
    await expect(row).toContainText('Finished, some failed')
    await takePicture(page, 'replays')
  })

  await test.step('on a phone the details lie over the list', async () => {
    await page.setViewportSize({ width: 360, height: 740 })
    await expect(page.getByRole('dialog').getByText('Cancelled')).toBeVisible()
    await expectNoSidewaysScroll(page, 'a replay on a phone')
    await page.getByRole('button', { name: 'Close the details' }).click()
    await expectNoSidewaysScroll(page, 'replays on a phone')
    await expect(shownProblem(page)).toHaveCount(0)
  })
})
