import { expect, type Page, test } from '@playwright/test'
import type { RunningHost } from '../support/browser-host.ts'
import {
  type Desk,
  enter,
  expectAccessible,
  PASSPHRASE,
  projectKey,
  setUpDesk,
  shownProblem,
  takePicture,
  watchPage,
} from './desk.ts'

const NEXT_PASSPHRASE = 'another horse, another staple'

let desk: Desk
let host: RunningHost
let watched: { readonly findings: string[] }

/** Opens a section of the settings of a host with an open vault. */
async function open(page: Page, section: string, options: Parameters<Desk['start']>[0] = {}): Promise<void> {
  host = await desk.start({ unlocked: true, ...options })
  watched = watchPage(page, host.origin)
  await enter(page, host)
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('navigation', { name: 'Sections of the settings' }).getByRole('link', { name: section }).click()
}

test.beforeEach(async () => {
  desk = await setUpDesk('settings')
})

test.afterEach(async () => {
  await desk.clear()
  expect(watched.findings).toEqual([])
})

test('passphrase and recovery code are changed, and the new ones open the vault', async ({ page }) => {
  await open(page, 'Vault')
  const protectors = page.getByRole('region', { name: 'Protectors' })

  await test.step('a new passphrase, after the present one', async () => {
    await protectors.getByRole('button', { name: 'Change passphrase' }).click()
    const dialog = page.getByRole('dialog', { name: 'Change the passphrase' })
    const [present, next, again] = [
      dialog.getByLabel('Present passphrase'),
      dialog.getByLabel('New passphrase', { exact: true }),
      dialog.getByLabel('New passphrase again'),
    ] as const
    await present.fill('not it')
    await next.fill(NEXT_PASSPHRASE)
    await again.fill('something else')
    await dialog.getByRole('button', { name: 'Change', exact: true }).click()
    await expect(dialog.getByText('This is not the same as above.')).toBeVisible()
    await again.fill(NEXT_PASSPHRASE)
    await dialog.getByRole('button', { name: 'Change', exact: true }).click()
    await expect(dialog.getByText('The passphrase is wrong.')).toBeVisible()
    await takePicture(page, 'passphrase-wrong')
    await expectAccessible(page, 'changing the passphrase')
    // The next try is accepted a second after a wrong one.
    await expect.poll(() => desk.api('GET', '/vault')).toMatchObject({ retryAfterMs: 0 })
    await present.fill(PASSPHRASE)
    await dialog.getByRole('button', { name: 'Change', exact: true }).click()
    await expect(dialog).toBeHidden()
    await expect(page.getByText('The passphrase was changed.')).toBeVisible()
  })

  const code = await test.step('a recovery code, shown once', async () => {
    await protectors.getByRole('button', { name: 'Make a recovery code' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Make the code' }).click()
    const dialog = page.getByRole('dialog', { name: 'Your new recovery code' })
    await expect(dialog.getByRole('button', { name: 'Done' })).toBeDisabled()
    const shown = /(?:[0-9A-Z]{6}-){5}[0-9A-Z]{6}/.exec((await dialog.textContent()) ?? '')?.[0] ?? ''
    expect(shown).not.toBe('')
    await page.keyboard.press('Escape')
    await expect(dialog).toBeVisible()
    await dialog.getByLabel('I have stored it').check()
    await dialog.getByRole('button', { name: 'Done' }).click()
    await expect(dialog).toBeHidden()
    expect(await page.content()).not.toContain(shown)
    await expect(protectors.getByRole('button', { name: 'Renew recovery code' })).toBeVisible()
    await takePicture(page, 'settings-vault')
    await expectAccessible(page, 'vault with two protectors')
    return shown
  })

  await test.step('both of them open it, the old passphrase does not', async () => {
    const unlock = page.getByRole('button', { name: 'Unlock', exact: true })
    await page.getByRole('button', { name: 'Lock' }).click()
    await page.getByLabel('Passphrase', { exact: true }).fill(NEXT_PASSPHRASE)
    await unlock.click()
    await expect(protectors).toBeVisible()
    await page.getByRole('button', { name: 'Lock' }).click()
    await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE)
    await unlock.click()
    await expect(shownProblem(page)).toContainText('The passphrase is wrong.')
    await page.getByRole('button', { name: 'Use the recovery code instead' }).click()
    await page.getByRole('textbox', { name: 'Recovery code' }).fill(code)
    await expect(unlock).toBeEnabled()
    await unlock.click()
    await expect(protectors).toBeVisible()
  })
})

test("a provider's address is checked, and admin keys go there only after a tick", async ({ page }) => {
  await open(page, 'Providers')
  const row = page.locator('[data-provider="openai"]')
  await page.getByRole('button', { name: 'Change the address of OpenAI' }).click()
  const dialog = page.getByRole('dialog', { name: 'Address of OpenAI' })
  const field = dialog.getByLabel('Base URL')
  const tick = dialog.getByRole('checkbox', { name: 'Allow admin keys for this address' })
  const save = dialog.getByRole('button', { name: 'Save' })
  await expect(tick).toBeDisabled()
  for (const [address, message] of [
    ['ftp://gateway.example.com', 'This is not an http(s) address.'],
    ['gateway', 'This is not an http(s) address.'],
    ['https://user:word@gateway.example.com/v1', 'The address carries a user name or password.'],
    ['https://gateway.example.com/v1?team=1', 'The address carries a query or fragment.'],
  ] as const) {
    await field.fill(address)
    await save.click()
    await expect(dialog.getByText(message)).toBeVisible()
  }
  await takePicture(page, 'provider-address')
  await expectAccessible(page, 'address of a provider')
  await field.fill('https://gateway.example.com/v1')
  await save.click()
  await expect(row).toContainText('Replaced; admin keys are not sent')
  await expect(row).toContainText('https://gateway.example.com/v1')

  await page.getByRole('button', { name: 'Change the address of OpenAI' }).click()
  await tick.check()
  await save.click()
  await expect(row).toContainText('admin keys are allowed')

  await page.getByRole('button', { name: 'Change the address of OpenAI' }).click()
  await field.fill('https://other.example.com/v1')
  await expect(tick).not.toBeChecked()
  await dialog.getByRole('button', { name: 'Use the usual address' }).click()
  await expect(row).toContainText('https://api.openai.com/v1')
  await expect(row).not.toContainText('Replaced')
})

test('the local API: off, on with a token that is shown once, and off again', async ({ page, request }) => {
  await open(page, 'Local API', { api: false })
  const ask = async (token: string, path = '/keys') => {
    const answer = await request.get(`${host.origin}/api${path}`, { headers: { authorization: `Bearer ${token}` } })
    return answer.status()
  }
  expect(await ask('no-token')).toBe(403)
  await page.getByRole('button', { name: 'Turn on' }).click()
  const dialog = page.getByRole('dialog', { name: 'Token of the local API' })
  const token = (await dialog.getByRole('status', { name: 'Token' }).textContent()) ?? ''
  expect(token.length).toBeGreaterThanOrEqual(32)
  await takePicture(page, 'local-api-token')
  await expectAccessible(page, 'token of the local API')
  await page.keyboard.press('Escape')
  await expect(dialog.getByRole('button', { name: 'Done' })).toBeDisabled()
  await dialog.getByLabel('I have stored it').check()
  await dialog.getByRole('button', { name: 'Done' }).click()
  await expect(dialog).toBeHidden()
  expect(await page.content()).not.toContain(token)

  expect(await ask(token)).toBe(200)
  expect(await ask(`${token}x`)).toBe(401)
  const created = await request.post(`${host.origin}/api/accounts`, {
    headers: { authorization: `Bearer ${token}` },
    data: { email: 'script@example.com' },
  })
  const { id } = await created.json()
  const key = await request.post(`${host.origin}/api/keys`, {
    headers: { authorization: `Bearer ${token}` },
    data: { name: 'Scripted', full_key: projectKey('scripted'), account_id: id },
  })
  expect(key.status()).toBe(201)
  const path = `/keys/${(await key.json()).id}/full`
  expect(await ask(token, path)).toBe(403)
  await page.getByLabel('Allow revealing over the API').click()
  await expect(page.getByText('Keys can be read with the token')).toBeVisible()
  await takePicture(page, 'local-api-on')
  await expectAccessible(page, 'local API with revealing')
  expect(await ask(token, path)).toBe(200)

  await page.getByRole('button', { name: 'Make a new token' }).click()
  const renewed = (await dialog.getByRole('status', { name: 'Token' }).textContent()) ?? ''
  expect(renewed).not.toBe(token)
  await dialog.getByLabel('I have stored it').check()
  await dialog.getByRole('button', { name: 'Done' }).click()
  expect(await ask(token)).toBe(401)
  expect(await ask(renewed)).toBe(200)

  await page.getByRole('button', { name: 'Turn off' }).click()
  await expect(page.getByRole('button', { name: 'Turn on' })).toBeVisible()
  expect(await ask(renewed)).toBe(403)
})

test('the activity log shows what was revealed, by which door', async ({ page }) => {
  await open(page, 'Activity')
  const accountId = await desk.addAccount('ops@example.com')
  await desk.addKey({ accountId, name: 'Production', secret: projectKey('production') })
  const entries = page.getByRole('region', { name: 'Activity' }).getByRole('listitem')
  await expect(entries.filter({ hasText: 'Key added Production' })).toContainText('Local API')
  await page.getByRole('link', { name: 'Production' }).click()
  await page.getByRole('button', { name: 'Reveal' }).click()
  await expect(page.getByText(projectKey('production'))).toBeVisible()
  await page.goto(`${host.origin}/settings/activity`)
  await expect(entries.first()).toContainText('Key revealed Production')
  await expect(entries.first()).toContainText('This app')
  expect(await page.content()).not.toContain(projectKey('production'))
  await takePicture(page, 'settings-activity')
})
