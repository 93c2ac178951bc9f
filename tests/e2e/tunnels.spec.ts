import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@playwright/test'
import { receiverStatusSchema } from '../../shared/contract/receiver.ts'
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

let desk: Desk
let host: RunningHost
let watched: { readonly findings: string[] }

test.beforeEach(async ({ page }) => {
  desk = await setUpDesk('tunnels')
  host = await desk.start({ unlocked: true })
  watched = watchPage(page, host.origin)
  await enter(page, host)
})

test.afterEach(async () => {
  await desk.clear()
  expect(watched.findings).toEqual([])
})

/** A tunnel without the internet: hands everything to where it leads. */
async function startProxy(leadsTo: string) {
  const server = createServer((incoming, answer) => {
    const { hostname, port } = new URL(leadsTo)
    const { url: path = '/', method, headers } = incoming
    const outgoing = request({ hostname, port, path, method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.rawHeaders)
      response.pipe(answer)
    })
    outgoing.on('error', () => answer.destroy())
    incoming.pipe(outgoing)
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  }
}

test('an address is typed, proved by a request that comes back, and used', async ({ page }) => {
  const { url: receiver } = receiverStatusSchema.parse(await desk.api('GET', '/receiver'))
  const tunnel = await startProxy(receiver ?? '')
  try {
    await page.goto(`${host.origin}/webhooks/tunnels`)
    await expect(page.getByRole('heading', { name: 'No public address is in use' })).toBeVisible()
    await expect(page.getByText('Twilio, Square, HubSpot')).toBeVisible()

    const field = page.getByRole('textbox', { name: 'Public address' })
    await field.fill('hooks.example.com')
    await page.getByRole('button', { name: 'Add address' }).click()
    await expect(page.getByText('This is not an http or https address.')).toBeVisible()
    await expect(field).toBeFocused()
    await expectAccessible(page, 'tunnels with a wrong address')

    await field.fill(tunnel.url)
    await page.getByRole('button', { name: 'Add address' }).click()
    await expect(field).toHaveValue('')
    await page.getByRole('button', { name: `Prove: ${tunnel.url}` }).click()
    await expect(page.getByText(/A request came back in .* m?s/)).toBeVisible()
    await page.getByRole('button', { name: `Use this address: ${tunnel.url}` }).click()
    await expect(page.getByRole('heading', { name: 'In use' })).toBeVisible()
    await expect(page.getByRole('region', { name: 'Addresses in force' })).toContainText(tunnel.url)
    await expectAccessible(page, 'a tunnel in use')
    await takePicture(page, 'tunnel-in-use')
    expect(receiverStatusSchema.parse(await desk.api('GET', '/receiver')).publicUrl).toBe(tunnel.url)

    await page.setViewportSize({ width: 360, height: 740 })
    await expectNoSidewaysScroll(page, 'tunnels on a phone')
    await page.getByRole('button', { name: `Stop using it: ${tunnel.url}` }).click()
    await expect(page.getByRole('heading', { name: 'No public address is in use' })).toBeVisible()
  } finally {
    await tunnel.close()
  }
})

test('an address that leads somewhere else is not proved, and it is said why', async ({ page }) => {
  const other = createServer((_incoming, answer) => answer.end('Somebody else'))
  other.listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as AddressInfo
  try {
    await page.goto(`${host.origin}/webhooks/tunnels`)
    await page.getByRole('textbox', { name: 'Public address' }).fill(`http://127.0.0.1:${port}`)
    await page.getByRole('button', { name: 'Add address' }).click()
    await page.getByRole('button', { name: /^Prove: / }).click()
    await expect(page.getByText('Failed', { exact: true })).toBeVisible({ timeout: 30_000 })
    await expect(page.locator('[data-problem="TUNNEL_FAILED"]').first()).toBeVisible()
    await page.getByRole('button', { name: /^Remove: / }).click()
    await expect(page.getByText('No tunnel to this machine was found.')).toBeVisible()
  } finally {
    await new Promise((resolve) => other.close(resolve))
  }
})
