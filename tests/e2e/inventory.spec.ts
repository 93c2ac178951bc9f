import { expect, type Locator, type Page, test } from '@playwright/test'
import { startOpenRouterSimulator } from '../simulators/openrouter.ts'
import type { RunningHost } from '../support/browser-host.ts'
import {
  anthropicKey,
  type Desk,
  enter,
  expectAccessible,
  projectKey,
  setUpDesk,
  shownProblem,
  takePicture,
  watchPage,
} from './desk.ts'

let desk: Desk
let host: RunningHost
let watched: { readonly findings: string[] }

test.beforeEach(async ({ page }) => {
  desk = await setUpDesk('inventory')
  host = await desk.start({ unlocked: true })
  watched = watchPage(page, host.origin)
})

test.afterEach(async () => {
  await desk.clear()
  expect(watched.findings).toEqual([])
})

function details(page: Page, name: string): Locator {
  return page.getByRole('complementary', { name, exact: true })
}

function keyLink(page: Page, name: string): Locator {
  return page.getByRole('table', { name: 'Provider keys' }).getByRole('link', { name })
}

test('what cannot be a key is refused at its field, in words that help', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await enter(page, host)
  await page.getByRole('link', { name: 'Add key' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add key' })
  const field = dialog.getByRole('textbox', { name: 'Key', exact: true })
  const save = dialog.getByRole('button', { name: 'Save key' })

  await save.click()
  await expect(dialog.getByText('The key is empty. Paste the key as the provider shows it.')).toBeVisible()
  await expect(dialog.getByText('Choose the account that owns the key, or make a new one.')).toBeVisible()
  await expect(dialog.getByText('Give the key a name')).toBeVisible()
  await expect(field).toBeFocused()
  await takePicture(page, 'key-form-empty')
  await expectAccessible(page, 'the form with messages')

  const good = projectKey('good')
  const refused: readonly (readonly [paste: string, message: string])[] = [
    ['   ', 'The key is empty.'],
    [`${good}\n${projectKey('other')}`, 'This has more than one line.'],
    [`sk-${'proj'}-🔑${'x'.repeat(40)}`, 'There is a character inside that no key has, such as an accent, emoji'],
    [JSON.stringify({ key: good }), 'This is JSON, not a key.'],
    [`${good.slice(0, 40)} ${good.slice(40)}`, 'There is a space inside (at position 41).'],
    ['x'.repeat(10_000), 'This has 10,000 characters, far too many for a key.'],
  ]
  for (const [paste, message] of refused) {
    await field.fill(paste)
    await expect(dialog.getByText(message)).toBeVisible()
    await expect(dialog.getByRole('button', { name: 'Test before saving' })).toBeDisabled()
  }

  await test.step('a whole file: the page stays quick and takes none of it', async () => {
    await field.fill('')
    await page.evaluate(() => navigator.clipboard.writeText('x'.repeat(1_000_000)))
    await field.press('ControlOrMeta+V')
    await expect(dialog.getByText('This is far too long for a key.')).toBeVisible({ timeout: 2_000 })
    await expect(field).toHaveValue('')
  })

  await field.fill(`export OPENAI_API_KEY="${good}"`)
  await expect(dialog.getByText('Took the value of OPENAI_API_KEY.')).toBeVisible()
  await expect(dialog.getByText('Took off what was around the key')).toBeVisible()
  await expect(dialog.getByRole('combobox', { name: 'Provider' })).toHaveValue('OpenAI')
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toHaveValue('OpenAI project key')
  await save.click()
  await expect(dialog.getByText('Choose the account that owns the key, or make a new one.')).toBeVisible()
  expect(await desk.keys()).toEqual([])

  await dialog.getByRole('button', { name: 'New account' }).click()
  await dialog.getByLabel('E-mail of the new account').fill('ops@example.com')
  await dialog.getByLabel('E-mail of the new account').press('Enter')
  await expect(dialog.getByRole('combobox', { name: 'Account' })).toHaveValue('ops@example.com')
  await save.click()
  await expect(details(page, 'OpenAI project key')).toBeVisible()
  expect(await page.content()).not.toContain(good)
})

test('a key that is here already is named and linked, and stored twice only on purpose', async ({ page }) => {
  const accountId = await desk.addAccount('ops@example.com')
  const id = await desk.addKey({ accountId, name: 'Production', secret: projectKey('same') })
  await enter(page, host)
  await page.getByRole('link', { name: 'Add key' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add key' })
  await dialog.getByRole('textbox', { name: 'Key', exact: true }).fill(projectKey('same'))
  await expect(dialog.getByText('The same key is here already:')).toContainText('Production of ops@example.com')
  await dialog.getByRole('combobox', { name: 'Account' }).click()
  await page.getByRole('option', { name: 'ops@example.com' }).click()
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Production again')
  await dialog.getByRole('button', { name: 'Save key' }).click()
  await expect(dialog.getByRole('alert')).toContainText('This key is stored already as "Production"')
  await expect(dialog.getByRole('link', { name: 'Open the stored key' })).toHaveAttribute('href', `/keys/${id}`)
  await takePicture(page, 'key-duplicate')
  await expectAccessible(page, 'duplicate key')
  expect(await desk.keys()).toHaveLength(1)
  await dialog.getByRole('button', { name: 'Store anyway' }).click()
  await expect(details(page, 'Production again')).toBeVisible()
  expect(await desk.keys()).toHaveLength(2)
})

test('the provider knows the kind of a key better than its form, and the operator better still', async ({ page }) => {
  const openrouter = await startOpenRouterSimulator()
  try {
    await desk.addAccount('ops@example.com')
    await desk.api('PUT', '/settings/providers/openrouter', { base_url: openrouter.url, allow_admin_key: true })
    await enter(page, host)
    await page.getByRole('link', { name: 'Add key' }).click()
    const dialog = page.getByRole('dialog', { name: 'Add key' })
    const kind = dialog.getByRole('combobox', { name: 'Kind' })
    const tryIt = dialog.getByRole('button', { name: 'Test before saving' })
    await dialog.getByRole('textbox', { name: 'Key', exact: true }).fill(openrouter.keys.management)
    await expect(kind).toHaveValue('Standard')
    await expect(dialog.getByRole('textbox', { name: 'Name' })).toHaveValue('OpenRouter key')
    await tryIt.click()
    await expect(dialog.getByText('so the kind was set to “Admin”.')).toBeVisible()
    await expect(dialog.getByText('The key works and may manage the account.')).toBeVisible()
    await expect(kind).toHaveValue('Admin')
    await expect(dialog.getByRole('textbox', { name: 'Name' })).toHaveValue('OpenRouter admin key')
    await takePicture(page, 'key-kind-reported')

    await kind.click()
    await page.getByRole('option', { name: 'Standard' }).click()
    await expect(dialog.getByText('so the kind was set to')).toBeHidden()
    await tryIt.click()
    await expect(dialog.getByText('the kind of this key is “Admin”. You chose “Standard”.')).toBeVisible()
    await expect(kind).toHaveValue('Standard')
  } finally {
    await openrouter.close()
  }
})

test('a key is changed without touching its secret, and deleted only after its name was typed', async ({ page }) => {
  const accountId = await desk.addAccount('ops@example.com')
  const id = await desk.addKey({ accountId, name: 'Production', secret: projectKey('keep') })
  await enter(page, host)
  await keyLink(page, 'Production').click()
  await details(page, 'Production').getByRole('button', { name: 'Edit' }).click()
  const form = page.getByRole('dialog', { name: 'Edit “Production”' })
  await form.getByRole('textbox', { name: 'Name' }).fill('Production EU')
  await form.getByRole('combobox', { name: 'Environment' }).click()
  await page.getByRole('option', { name: 'Production' }).click()
  await form.getByLabel('Tags').fill('billing')
  await form.getByLabel('Tags').press('Enter')
  await form.getByRole('textbox', { name: 'Description' }).fill('For the shop.')
  await form.getByRole('button', { name: 'Save', exact: true }).click()
  const panel = details(page, 'Production EU')
  await expect(panel.getByText('For the shop.')).toBeVisible()
  await expect(panel.getByText('billing')).toBeVisible()
  await panel.getByRole('button', { name: 'Reveal' }).click()
  await expect(panel.getByText(projectKey('keep'))).toBeVisible()

  await panel.getByRole('button', { name: 'Delete' }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete “Production EU”' })
  const confirm = dialog.getByRole('button', { name: 'Delete key' })
  await expect(dialog.getByText('The key goes on working at OpenAI.')).toBeVisible()
  await expect(confirm).toBeDisabled()
  await dialog.getByRole('textbox').fill('production eu')
  await expect(confirm).toBeDisabled()
  await takePicture(page, 'key-delete')
  await expectAccessible(page, 'deleting a key')
  await dialog.getByRole('textbox').fill('Production EU')
  await confirm.click()
  await expect(page.getByText('No keys yet')).toBeVisible()
  await page.goto(`${host.origin}/keys/${id}`)
  await expect(shownProblem(page)).toBeVisible()
  await takePicture(page, 'key-gone')
})

test('an account with keys asks what becomes of them: moved, or deleted with it', async ({ page }) => {
  const [first, second] = [await desk.addAccount('first@example.com'), await desk.addAccount('second@example.com')]
  await desk.addKey({ accountId: first, name: 'One', secret: projectKey('one') })
  await desk.addKey({ accountId: first, name: 'Two', secret: projectKey('two') })
  await desk.addKey({ accountId: second, name: 'Three', secret: projectKey('three') })
  await enter(page, host)
  await page.goto(`${host.origin}/accounts/${first}`)
  await details(page, 'first@example.com').getByRole('button', { name: 'Delete' }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete first@example.com' })
  await expect(dialog.getByText('This account has 2 keys. What happens to them?')).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Delete account' })).toBeDisabled()
  await dialog.getByRole('combobox', { name: 'Move to' }).click()
  await expect(page.getByRole('option')).toHaveText(['second@example.com'])
  await page.getByRole('option', { name: 'second@example.com' }).click()
  await takePicture(page, 'account-delete')
  await expectAccessible(page, 'deleting an account')
  await dialog.getByRole('button', { name: 'Delete account' }).click()
  await expect(page.getByText('first@example.com is deleted. 2 keys moved.')).toBeVisible()
  await expect(page.getByRole('table', { name: 'Accounts' }).getByRole('row')).toHaveCount(2)

  await page.getByRole('button', { name: 'Actions for second@example.com' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  const last = page.getByRole('dialog', { name: 'Delete second@example.com' })
  await last.getByRole('radio', { name: 'Delete the 3 keys too' }).check()
  const confirm = last.getByRole('button', { name: 'Delete account and 3 keys' })
  await expect(confirm).toBeDisabled()
  await last.getByRole('textbox').fill('second@example.com')
  await confirm.click()
  await expect(page.getByText('No accounts yet')).toBeVisible()
  expect(await desk.keys()).toEqual([])
})

test('search and filters narrow the list; addresses, reload, back and forward keep what is shown', async ({ page }) => {
  const [ops, lab] = [await desk.addAccount('ops@example.com'), await desk.addAccount('lab@example.com')]
  const one = await desk.addKey({ accountId: ops, name: 'Alpha', secret: projectKey('alpha'), tags: ['billing'] })
  await desk.addKey({ accountId: lab, name: 'Beta', secret: projectKey('beta'), environment: 'staging' })
  const claude = { provider: 'anthropic', kind: 'standard' }
  await desk.addKey({ accountId: lab, name: 'Gamma', secret: anthropicKey('gamma'), ...claude })
  await enter(page, host)
  const count = page.getByRole('search').getByRole('status')
  const search = page.getByRole('textbox', { name: 'Search keys' })
  await expect(count).toHaveText('3 keys')

  await test.step('search finds beginnings of words in names, tags, environments and accounts', async () => {
    for (const [text, names] of [
      ['alp', ['Alpha']],
      ['bill', ['Alpha']],
      ['stag', ['Beta']],
      ['lab', ['Beta', 'Gamma']],
      ['lab claude', []],
    ] as const) {
      await search.fill(text)
      await expect(count).toHaveText(`${names.length} ${names.length === 1 ? 'key' : 'keys'}`)
      for (const name of names) await expect(keyLink(page, name)).toBeVisible()
    }
    await expect(page.getByText('No key matches')).toBeVisible()
    await page.getByRole('button', { name: 'Clear filters' }).first().click()
    await expect(count).toHaveText('3 keys')
    await expect(search).toHaveValue('')
  })

  await test.step('filters are in the address', async () => {
    await page.getByRole('combobox', { name: 'Provider' }).click()
    await page.getByRole('option', { name: 'OpenAI' }).click()
    await expect(count).toHaveText('2 keys')
    await page.getByRole('combobox', { name: 'Account' }).click()
    await page.getByRole('option', { name: 'ops@example.com' }).click()
    await expect(count).toHaveText('1 key')
    await expect(page).toHaveURL(new RegExp(`/keys\\?account=${ops}&provider=openai$`))
    await keyLink(page, 'Alpha').click()
    await expect(details(page, 'Alpha')).toBeVisible()
    await page.reload()
    await expect(details(page, 'Alpha')).toBeVisible()
    await expect(count).toHaveText('1 key')
    await expect(page.getByRole('combobox', { name: 'Provider' })).toHaveValue('OpenAI')
    await expect(page.getByRole('combobox', { name: 'Account' })).toHaveValue('ops@example.com')
  })

  await test.step('back and forward', async () => {
    await page.goto(`${host.origin}/keys/${one}`)
    await expect(details(page, 'Alpha')).toBeVisible()
    await keyLink(page, 'Beta').click()
    await expect(details(page, 'Beta')).toBeVisible()
    await page.goBack()
    await expect(details(page, 'Alpha')).toBeVisible()
    await page.goForward()
    await expect(details(page, 'Beta')).toBeVisible()
    await details(page, 'Beta').getByRole('link', { name: 'lab@example.com' }).click()
    await expect(details(page, 'lab@example.com').getByRole('heading', { name: '2 keys' })).toBeVisible()
    await page.goBack()
    await expect(details(page, 'Beta')).toBeVisible()
  })
})

test('all of it works with the keyboard alone', async ({ page }) => {
  const accountId = await desk.addAccount('ops@example.com')
  for (const name of ['Alpha', 'Beta', 'Gamma']) await desk.addKey({ accountId, name, secret: projectKey(name) })
  await enter(page, host)
  await expect(keyLink(page, 'Gamma')).toBeVisible()

  await test.step('skip the rail, reach the list, walk it, open and close a key', async () => {
    await page.keyboard.press('Tab')
    await expect(page.getByRole('link', { name: 'Skip to the page' })).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(page.getByRole('main')).toBeFocused()
    await tabTo(page, keyLink(page, 'Alpha'))
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await expect(keyLink(page, 'Gamma')).toBeFocused()
    await page.keyboard.press('ArrowUp')
    await expect(keyLink(page, 'Beta')).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(details(page, 'Beta').getByRole('heading', { name: 'Beta' })).toBeFocused()
    await page.keyboard.press('Escape')
    await expect(details(page, 'Beta')).toBeHidden()
    await expect(keyLink(page, 'Beta')).toBeFocused()
  })

  await test.step('the menu of a row', async () => {
    await page.keyboard.press('Tab')
    await expect(page.getByRole('button', { name: 'Actions for Beta' })).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(page.getByRole('menuitem', { name: 'Copy key' })).toBeVisible()
    await expect(page.locator('[role="menu"]:focus, [role="menu"] :focus')).toBeAttached()
    await page.keyboard.press('Escape')
    await expect(page.getByRole('menuitem', { name: 'Copy key' })).toBeHidden()
    await expect(page.getByRole('button', { name: 'Actions for Beta' })).toBeFocused()
  })

  await test.step('add a key', async () => {
    await page.getByRole('link', { name: 'Add key' }).focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Add key' })
    const field = dialog.getByRole('textbox', { name: 'Key', exact: true })
    await expect(field).toBeFocused()
    await page.keyboard.insertText(projectKey('typed'))
    await expect(dialog.getByRole('combobox', { name: 'Provider' })).toHaveValue('OpenAI')
    await page.keyboard.press('Escape')
    const asking = page.getByRole('dialog', { name: 'Discard what you entered?' })
    await expect(asking.getByRole('button', { name: 'Cancel' })).toBeFocused()
    await page.keyboard.press('Escape')
    await expect(asking).toBeHidden()
    await expect(field).toBeFocused()
    await expect(field).toHaveValue(projectKey('typed'))
    await tabTo(page, dialog.getByRole('combobox', { name: 'Account' }))
    await page.keyboard.press('ArrowDown')
    await expect(page.getByRole('option', { name: 'ops@example.com' })).toBeVisible()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await expect(dialog.getByRole('combobox', { name: 'Account' })).toHaveValue('ops@example.com')
    await tabTo(page, dialog.getByRole('textbox', { name: 'Name' }))
    await page.keyboard.press('Enter')
    await expect(details(page, 'OpenAI project key').getByRole('heading', { level: 2 })).toBeFocused()
  })
})

test('a second tab shows at once what the first one changes', async ({ page, context }) => {
  const accountId = await desk.addAccount('ops@example.com')
  await desk.addKey({ accountId, name: 'Alpha', secret: projectKey('alpha') })
  await enter(page, host)
  const other = await context.newPage()
  await other.goto(`${host.origin}/accounts`)
  const accountRow = other.getByRole('row').filter({ hasText: 'ops@example.com' })
  await expect(accountRow).toContainText('1')
  const third = await context.newPage()
  await third.goto(`${host.origin}/keys`)
  await expect(keyLink(third, 'Alpha')).toBeVisible()

  await page.getByRole('button', { name: 'Actions for Alpha' }).click()
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Omega')
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click()
  await expect(keyLink(third, 'Omega')).toBeVisible()
  await expect(keyLink(third, 'Alpha')).toBeHidden()
  await desk.addKey({ accountId, name: 'Beta', secret: projectKey('beta') })
  await expect(keyLink(third, 'Beta')).toBeVisible()
  await expect(accountRow).toContainText('2')
})

/** Presses Tab until the element has the focus; fails after thirty. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  const isThere = () => target.evaluate((element) => element === document.activeElement)
  for (let presses = 0; presses < 30 && !(await isThere()); presses += 1) await page.keyboard.press('Tab')
  await expect(target).toBeFocused()
}
