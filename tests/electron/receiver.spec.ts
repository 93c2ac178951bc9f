import { expect, test } from '@playwright/test'
import { temporaryFolder } from '../support/browser-host.ts'
import { type Desktop, launchDesktop, runPlainProcess } from './launch.ts'
import { makeVault, openKeyhold } from './page.ts'

/** The receiver in the desktop app: its threads run inside Electron, and go on when the window is closed. */
let folder: ReturnType<typeof temporaryFolder>
let desktop: Desktop

test.beforeEach(async () => {
  folder = temporaryFolder('electron-receiver')
  desktop = await launchDesktop(folder.path)
})

test.afterEach(async () => {
  await desktop.signal('SIGKILL')
  folder.remove()
})

test('captures a webhook, shows it, and goes on without a window', async () => {
  const { app, page } = desktop
  await makeVault(page)
  await openKeyhold(page)
  await page.getByRole('link', { name: 'Webhook bench' }).click()
  await page.getByLabel('Name in the address').fill('orders')
  await page.getByRole('button', { name: 'Make endpoint' }).click()
  const address = page.getByText(/^http:\/\/127\.0\.0\.1:\d+\/h\/orders$/)
  const url = (await address.textContent()) ?? ''

  expect((await fetch(url, { method: 'POST', body: '{"type":"order.paid"}' })).status).toBe(200)
  await expect(page.getByText('order.paid').first()).toBeVisible()

  const windows = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)
  await app.evaluate(({ BrowserWindow }) => {
    setImmediate(() => BrowserWindow.getAllWindows()[0]?.close())
  })
  await expect.poll(windows).toBe(0)
  expect((await fetch(url, { method: 'POST', body: '{"type":"order.shipped"}' })).status).toBe(200)

  expect(await runPlainProcess(folder.path)).toBe(0)
  await expect.poll(windows).toBe(1)
  const again = app.windows().at(-1)
  if (again === undefined) throw new Error('no window')
  await again.getByRole('link', { name: 'Webhook bench' }).click()
  await expect(again.getByText('order.shipped').first()).toBeVisible()
  await app.evaluate(({ app: electron }) => {
    setImmediate(() => electron.quit())
  })
  expect(await desktop.exited).toBe(0)
})
