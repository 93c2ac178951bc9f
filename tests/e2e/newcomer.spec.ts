import { readFileSync } from 'node:fs'
import { expect, type Page, test } from '@playwright/test'
import { z } from 'zod'
import { formatNanos } from '../../shared/money.ts'
import {
  type Desk,
  expectAccessible,
  PASSPHRASE,
  type Providers,
  setUpDesk,
  startProviders,
  takePicture,
  watchPage,
} from './desk.ts'

let desk: Desk
let providers: Providers

test.beforeAll(async () => {
  desk = await setUpDesk('newcomer')
  providers = await startProviders()
})

test.afterAll(async () => {
  await desk.clear()
  await providers.close()
})

/** Adds a key as a newcomer does: paste, look at what was recognised, test, save. */
async function addKey(
  page: Page,
  key: { secret: string; name: string; provider: string; kind: string; result: RegExp; admin?: string },
) {
  await page.getByRole('link', { name: 'Add key' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Key', exact: true }).fill(`  ${key.secret}`)
  await expect(dialog.getByRole('combobox', { name: 'Provider' })).toHaveValue(key.provider)
  await expect(dialog.getByRole('combobox', { name: 'Kind' })).toHaveValue(key.kind)
  if ((await dialog.getByRole('combobox', { name: 'Account' }).inputValue()) === '') {
    await dialog.getByRole('combobox', { name: 'Account' }).click()
    await page.getByRole('option', { name: /ops@example\.com/ }).click()
  }
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill(key.name)
  if (key.admin !== undefined) {
    await dialog.getByRole('combobox', { name: 'Admin key' }).click()
    await page.getByRole('option', { name: key.admin }).click()
  }
  await dialog.getByRole('button', { name: /^Test/ }).click()
  await expect(dialog.getByText(key.result).first()).toBeVisible()
  await takePicture(page, `add-key-${key.name.toLowerCase().replaceAll(' ', '-')}`)
  await dialog.getByRole('button', { name: /^(Save|Store|Add)( key)?$/ }).click()
  await expect(dialog.getByRole('textbox', { name: 'Key', exact: true })).toBeHidden()
}

const usageSchema = z.object({
  from: z.string(),
  to: z.string(),
  totals: z.object({
    requests: z.number(),
    input_tokens: z.number(),
    output_tokens: z.number(),
    cost: z.array(z.object({ amount: z.string(), currency: z.string(), provenance: z.string() })),
  }),
  sources: z.array(z.object({ key_name: z.string(), last_synced_at: z.string().nullable() })),
})

/** When each source was last read in full, by the name of its key. */
async function lastSyncs(): Promise<Map<string, string | null>> {
  const { sources } = usageSchema.parse(await desk.api('GET', '/usage?days=90'))
  return new Map(sources.map(({ key_name, last_synced_at }) => [key_name, last_synced_at]))
}

test("a newcomer's day", async ({ page, context }) => {
  test.setTimeout(180_000)
  let host = await desk.start()
  await desk.useProviders(providers)
  const watched = watchPage(page, host.origin)

  await test.step('first run: passphrase and recovery code', async () => {
    await page.goto(host.launchUrl)
    await expect(page.getByRole('heading', { name: 'Set up your vault' })).toBeVisible()
    expect(page.url()).not.toContain('token')
    await takePicture(page, 'first-run')
    await expectAccessible(page, 'first run')
    await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE)
    await page.getByLabel('Passphrase again').fill(PASSPHRASE)
    await page.getByRole('button', { name: 'Create the vault' }).click()
    await expect(page.getByRole('heading', { name: 'Store your recovery code' })).toBeVisible()
    await expectAccessible(page, 'recovery code')
    await page.keyboard.press('Escape')
    await expect(page.getByRole('status', { name: 'Recovery code' })).toBeVisible()
    await page.getByLabel('I have stored it').check()
    await page.getByRole('button', { name: /Continue|Open|Done/ }).click()
  })

  await test.step('an empty workspace says what to do', async () => {
    await expect(page.getByText('No keys yet')).toBeVisible()
    await takePicture(page, 'keys-empty')
    await expectAccessible(page, 'empty keys')
  })

  await test.step('add an account', async () => {
    await page.getByRole('link', { name: 'Accounts' }).click()
    await expect(page.getByText('No accounts yet')).toBeVisible()
    await page
      .getByRole('link', { name: 'Add account' })
      .or(page.getByRole('button', { name: 'Add account' }))
      .first()
      .click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('E-mail').fill('not an address')
    await dialog.getByRole('button', { name: 'Add account' }).click()
    await expect(dialog.getByText(/name@example\.com/)).toBeVisible()
    await dialog.getByLabel('E-mail').fill('ops@example.com')
    await dialog.getByLabel('Organisation').fill('Example')
    await dialog.getByRole('button', { name: 'Add account' }).click()
    await expect(page.getByText('ops@example.com').first()).toBeVisible()
    await expectAccessible(page, 'accounts')
  })

  await test.step('paste keys of four providers and test them', async () => {
    await page.getByRole('link', { name: 'Provider keys' }).click()
    const { openai, anthropic, brave, openrouter } = providers
    await addKey(page, {
      secret: openai.keys.admin,
      name: 'OpenAI admin',
      provider: 'OpenAI',
      kind: 'Admin',
      result: /^Works/,
    })
    await addKey(page, {
      secret: openai.keys.project,
      name: 'OpenAI production',
      provider: 'OpenAI',
      kind: 'Project',
      result: /^Works/,
      admin: 'OpenAI admin',
    })
    await addKey(page, {
      secret: anthropic.keys.admin,
      name: 'Anthropic admin',
      provider: 'Anthropic',
      kind: 'Admin',
      result: /^Works/,
    })
    await addKey(page, {
      secret: brave.keys.payAsYouGo,
      name: 'Brave search',
      provider: 'Brave Search',
      kind: 'Standard',
      result: /^Works/,
    })
    await addKey(page, {
      secret: openrouter.keys.standard,
      name: 'OpenRouter',
      provider: 'OpenRouter',
      kind: 'Standard',
      result: /^Works/,
    })
    await page.getByRole('link', { name: 'Provider keys' }).click()
    await expect(page.getByText('OpenAI production').first()).toBeVisible()
    await takePicture(page, 'keys')
    await expectAccessible(page, 'keys')
  })

  await test.step('the project key is linked to the admin key', async () => {
    await page.getByText('OpenAI production').first().click()
    const panel = page
      .getByRole('complementary')
      .or(page.getByRole('region', { name: 'OpenAI production' }))
      .last()
    await expect(panel.getByText('OpenAI admin')).toBeVisible()
    await takePicture(page, 'key-details')
    await expectAccessible(page, 'key details')
  })

  await test.step('reveal hides again, and the plain text leaves the page', async () => {
    await page.getByRole('button', { name: /^(Reveal|Show)/ }).click()
    await expect(page.getByText(providers.openai.keys.project)).toBeVisible()
    await page.getByRole('button', { name: 'Hide' }).click()
    await expect(page.getByText(providers.openai.keys.project)).toBeHidden()
    expect(await page.content()).not.toContain(providers.openai.keys.project)
  })

  await test.step('sync 90 days and read the chart and the table', async () => {
    await page.getByRole('link', { name: 'Usage and cost' }).click()
    await page.getByText('90 days').click()
    await page.getByRole('button', { name: 'Refresh data' }).first().click()
    await expect(
      page
        .getByRole('region', { name: 'Cost' })
        .or(page.getByText(/billed/i))
        .first(),
    ).toBeVisible({ timeout: 60_000 })
    await expect(page.getByRole('button', { name: /Cancel/ })).toHaveCount(0, { timeout: 60_000 })
    await takePicture(page, 'usage')
    await expectAccessible(page, 'usage')
    await page
      .getByText(/as table|Table/)
      .first()
      .click()
    await expect(page.getByRole('table').first()).toBeVisible()
    await takePicture(page, 'usage-table')
    await expectAccessible(page, 'usage as a table')
  })

  await test.step('the figures are those of the providers', async () => {
    const shown = usageSchema.parse(await desk.api('GET', '/usage?days=90'))
    const [from, to] = [Date.parse(shown.from), Date.parse(shown.to)]
    const [openai, anthropic] = [providers.openai.totals(from, to), providers.anthropic.totals(from, to)]
    expect(shown.totals.requests).toBe(openai.requests)
    expect(shown.totals.input_tokens).toBe(openai.inputTokens + anthropic.inputTokens)
    expect(shown.totals.output_tokens).toBe(openai.outputTokens + anthropic.outputTokens)
    const billed = formatNanos(openai.costNanos + anthropic.costNanos)
    expect(shown.totals.cost).toContainEqual({ amount: billed, currency: 'USD', provenance: 'billed' })
    const [whole] = billed.split('.')
    await expect(page.getByText(Number(whole).toLocaleString('en-US')).first()).toBeVisible()
  })

  await test.step('export what is drawn as CSV', async () => {
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: /CSV/ }).click()
    const file = await (await download).path()
    const csv = readFileSync(file, 'utf8')
    expect(csv).toContain('OpenAI')
    expect(csv).toContain('USD')
    expect(csv.split(/\r?\n/).length).toBeGreaterThan(90)
  })

  await test.step('break one key and read its remedy; the others go on', async () => {
    const before = await lastSyncs()
    await page.getByRole('link', { name: 'Provider keys' }).click()
    await page.getByRole('link', { name: 'Anthropic admin' }).first().click()
    await page.getByRole('button', { name: 'Edit' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: 'New key', exact: true }).fill(providers.anthropic.keys.revokedAdmin)
    await dialog.getByRole('button', { name: 'Save', exact: true }).click()
    await expect(dialog).toBeHidden()
    await page.getByRole('link', { name: 'Usage and cost' }).click()
    await page.getByRole('button', { name: 'Refresh data' }).first().click()
    const card = page.getByRole('region', { name: 'Diagnostics' })
    await expect(card.getByText('Authentication failed')).toBeVisible({ timeout: 60_000 })
    await expect(card.getByText('Anthropic admin')).toBeVisible()
    await expect(card.getByRole('listitem').filter({ hasText: /revoked/ })).toBeVisible()
    await expect.poll(async () => (await lastSyncs()).get('OpenAI admin')).not.toBe(before.get('OpenAI admin'))
    expect((await lastSyncs()).get('Anthropic admin')).toBe(before.get('Anthropic admin'))
    await takePicture(page, 'usage-diagnosis')
    await expectAccessible(page, 'diagnostics')
  })

  await test.step('lock and unlock; a wrong passphrase says so and makes wait', async () => {
    await page.getByRole('button', { name: 'Lock' }).click()
    await expect(page.getByRole('heading', { name: /Unlock/ })).toBeVisible()
    await takePicture(page, 'locked')
    await expectAccessible(page, 'locked')
    await page.getByLabel('Passphrase', { exact: true }).fill('wrong passphrase')
    await page.getByRole('button', { name: 'Unlock', exact: true }).click()
    await expect(
      page.getByText(/passphrase (is|was) (wrong|not)|wrong passphrase|not the passphrase|does not open/i).first(),
    ).toBeVisible()
    await takePicture(page, 'locked-wrong')
    await expect(page.getByRole('button', { name: 'Unlock', exact: true })).toBeEnabled({ timeout: 20_000 })
    await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE)
    await page.getByRole('button', { name: 'Unlock', exact: true }).click()
    await expect(page.getByRole('heading', { name: 'Usage and cost' })).toBeVisible()
  })

  await test.step('restart, and find everything there', async () => {
    host = await desk.start()
    const fresh = await context.newPage()
    await fresh.goto(host.launchUrl)
    await fresh.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE)
    await fresh.getByRole('button', { name: 'Unlock', exact: true }).click()
    for (const name of ['OpenAI admin', 'OpenAI production', 'Anthropic admin', 'Brave search', 'OpenRouter']) {
      await expect(fresh.getByText(name).first()).toBeVisible()
    }
    await fresh.getByRole('link', { name: 'Usage and cost' }).click()
    await expect(fresh.getByText(/billed/i).first()).toBeVisible()
    await fresh.goto(`${host.origin}/settings/vault`)
    await expect(fresh.getByRole('heading', { name: 'Settings' })).toBeVisible()
  })

  expect(watched.findings).toEqual([])
})
