import { expect, type Locator, type Page, test } from '@playwright/test'
import { accountRow, databaseOf, keyRow, schema } from '../unit/imports/older-dashboard.ts'
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
let watched: { readonly findings: string[] }

test.beforeEach(async ({ page }) => {
  desk = await setUpDesk('import')
  const host = await desk.start({ unlocked: true })
  watched = watchPage(page, host.origin)
  await enter(page, host)
  await page.getByRole('link', { name: 'Import' }).first().click()
  await expect(page.getByRole('heading', { name: 'From a file' })).toBeVisible()
})

test.afterEach(async () => {
  await desk.clear()
  expect(watched.findings).toEqual([])
})

function row(page: Page, text: string): Locator {
  return page.getByRole('table', { name: 'Rows of the source' }).getByRole('row').filter({ hasText: text })
}

async function chooseFile(page: Page, name: string, content: string | Buffer): Promise<void> {
  await page.locator('input[type=file]').setInputFiles({
    name,
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(content),
  })
}

/** Drops a file on the zone as a file manager does. */
async function dropFile(page: Page, name: string, content: string): Promise<void> {
  const dataTransfer = await page.evaluateHandle(
    ([fileName, text]) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([text], fileName, { type: 'text/csv' }))
      return transfer
    },
    [name, content] as const,
  )
  await page.getByText('Drop a file here, or choose one').dispatchEvent('drop', { dataTransfer })
}

test('a .env file with all its flaws: every line is accounted for, and only the good ones are stored', async ({
  page,
}) => {
  const stored = projectKey('second')
  const lines = [
    '# keys of the team',
    `export OPENAI_API_KEY="${projectKey('first')}"`,
    `OPENAI_API_KEY=${stored} # the newer one`,
    `ANTHROPIC_API_KEY='${anthropicKey('team')}'`,
    'this line is a sentence',
    'BRAVE_API_KEY=',
    'PORT=3000',
    'GROQ_API_KEY=your-key-here',
  ]
  await chooseFile(page, '.env', lines.join('\r\n'))

  await test.step('the preview gives a reason for every line', async () => {
    await expect(page.getByText('2 of 2 chosen. 2 rows ready, 0 duplicate, 5 bad.')).toBeVisible()
    await expect(page.getByText('1 name is defined more than once; the last one counts.')).toBeVisible()
    await expect(row(page, 'Defined again in line 3').getByRole('checkbox')).toBeDisabled()
    await expect(row(page, 'This line is not of the form NAME=value')).toContainText('line 5')
    await expect(row(page, 'BRAVE_API_KEY')).toContainText('The value is empty')
    await expect(row(page, 'PORT')).toContainText('Neither the name nor the value looks like a key')
    await expect(row(page, 'GROQ_API_KEY')).toContainText('The value is a placeholder')
    await expect(row(page, 'ANTHROPIC_API_KEY')).toContainText('Anthropic')
    await expect(row(page, 'ANTHROPIC_API_KEY')).toContainText('Ready')
    expect(await page.content()).not.toContain(stored)
    await takePicture(page, 'import-preview-env')
    await expectAccessible(page, 'preview of an import')
    expect(await desk.keys()).toEqual([])
  })

  await test.step('an account is asked for, and made on the spot', async () => {
    await page.getByRole('button', { name: 'Import 2 keys' }).click()
    await expect(page.getByText('Choose the account these keys belong to, or make a new one.')).toBeVisible()
    await page.getByRole('button', { name: 'New account' }).click()
    await page.getByLabel('E-mail of the new account').fill('team@example.com')
    await page.getByRole('button', { name: 'Create account' }).click()
    await expect(page.getByRole('combobox', { name: 'Account' })).toHaveValue('team@example.com')
    await page.getByRole('button', { name: 'Import 2 keys' }).click()
    await expect(page.getByText('2 keys imported')).toBeVisible()
  })

  await test.step('the keys are in the list', async () => {
    await page.getByRole('link', { name: 'Show the keys' }).click()
    await expect(page.getByRole('link', { name: 'OPENAI_API_KEY' })).toBeVisible()
    await page.getByRole('link', { name: 'ANTHROPIC_API_KEY' }).click()
    const panel = page.getByRole('complementary', { name: 'ANTHROPIC_API_KEY' })
    await expect(panel.getByRole('link', { name: 'team@example.com' })).toBeVisible()
    await expect(panel.getByText('Imported', { exact: true })).toBeVisible()
  })

  await test.step('the same text a second time is all duplicates, left out unless chosen', async () => {
    await page.getByRole('link', { name: 'Import' }).first().click()
    await page.getByLabel('Text with keys').fill(lines.slice(2, 4).join('\n'))
    await page.getByRole('button', { name: 'Preview' }).click()
    await expect(page.getByText('0 of 2 chosen. 0 rows ready, 2 duplicate, 0 bad.')).toBeVisible()
    await expect(page.getByRole('button', { name: 'Import 0 keys' })).toBeDisabled()
    await row(page, 'ANTHROPIC_API_KEY').getByRole('link', { name: 'Show it' }).click()
    await expect(page.getByRole('complementary', { name: 'ANTHROPIC_API_KEY' })).toBeVisible()
    expect(await desk.keys()).toHaveLength(2)
  })
})

test('a dropped CSV: wrong columns are named, formula cells refused, chosen rows stored with their accounts', async ({
  page,
}) => {
  await dropFile(page, 'keys.csv', 'name,colour\nOne,red\n')
  await expect(shownProblem(page)).toContainText('The first line names no column for the key (found: "name")')
  await expect(shownProblem(page)).toContainText('for example: name,key,provider,email')

  const formula = '=HYPERLINK("http://evil.example","x")'
  await dropFile(
    page,
    'keys.csv',
    [
      'Name;API key;Provider;E-mail;Colour',
      `Production;${projectKey('production')};openai;ops@example.com;red`,
      `${formula.replaceAll('"', '""').replace(/^(.*)$/, '"$1"')};${projectKey('formula')};openai;ops@example.com;red`,
      `Staging;${anthropicKey('staging')};anthropic;lab@example.com;blue`,
      `Elsewhere;${'k'.repeat(40)};Acme Cloud;lab@example.com;blue`,
      `Too;many;cells;in;this;line`,
      `No address;${projectKey('address')};openai;nobody;blue`,
    ].join('\n'),
  )
  await expect(page.getByText('3 of 3 chosen. 3 rows ready, 0 duplicate, 3 bad.')).toBeVisible()
  await expect(page.getByText('1 column with other names was left out.')).toBeVisible()
  await expect(row(page, 'The cell "name" begins like a formula')).toContainText('line 3')
  await expect(row(page, 'This line has 6 cells, but there are 5 columns')).toContainText('line 6')
  await expect(row(page, 'No address')).toContainText('This is not an e-mail address')
  await expect(row(page, 'Elsewhere')).toContainText('"Acme Cloud" is not among the known providers')
  await takePicture(page, 'import-preview-csv')

  await row(page, 'Elsewhere').getByRole('checkbox').uncheck()
  await expect(page.getByRole('combobox', { name: 'Account' })).toHaveCount(0)
  await page.getByRole('button', { name: 'Import 2 keys' }).click()
  await expect(page.getByText('2 keys imported')).toBeVisible()
  await expect(page.getByText('2 new accounts made for them.')).toBeVisible()
  expect((await desk.keys()).map(({ name }) => name).sort()).toEqual(['Production', 'Staging'])
  expect((await desk.accounts()).map(({ email }) => email).sort()).toEqual(['lab@example.com', 'ops@example.com'])
})

test("the older dashboard's database comes over with accounts and links; what is none is refused by name", async ({
  page,
}) => {
  await test.step('a file that only has the name', async () => {
    await chooseFile(page, 'dashboard.db', 'These are my notes, not a database.'.repeat(40))
    await expect(shownProblem(page)).toContainText('This is not an SQLite database.')
    await expect(shownProblem(page)).toContainText('Choose the database file of the API usage dashboard.')
    await chooseFile(page, 'other.sqlite', Buffer.from(databaseOf('CREATE TABLE songs (id INTEGER)'), 'base64'))
    await expect(shownProblem(page)).toContainText('There is no table "accounts" in this database.')
    await chooseFile(page, 'empty.db', '')
    await expect(page.getByText('empty.db: It is empty.')).toBeVisible()
    expect(await desk.keys()).toEqual([])
  })

  await test.step('the real one', async () => {
    const admin = `sk-${'admin'}-${'a'.repeat(58)}T3Blbk${'FJ'}${'b'.repeat(58)}`
    const file = databaseOf(
      schema,
      accountRow(1, 'ops@example.com', 'Ops', 'Example'),
      accountRow(2, 'idle@example.com'),
      keyRow({ id: 1, name: 'Production', key: projectKey('production'), account: 1, admin: 2 }),
      keyRow({ id: 2, name: 'Organisation', key: admin, type: 'admin', account: 1 }),
      keyRow({ id: 3, name: 'Orphan', key: anthropicKey('orphan'), provider: 'anthropic', account: 9 }),
      keyRow({ id: 4, name: 'Nothing', key: '', account: 1 }),
    )
    await chooseFile(page, 'dashboard.db', Buffer.from(file, 'base64'))
    await expect(page.getByText('3 of 3 chosen. 3 rows ready, 0 duplicate, 1 bad.')).toBeVisible()
    await expect(page.getByText('1 account without keys will not be taken in.')).toBeVisible()
    await expect(row(page, 'Orphan')).toContainText('Its account (9) is not in the database.')
    await row(page, 'Orphan').getByRole('checkbox').uncheck()
    await page.getByRole('button', { name: 'Import 2 keys' }).click()
    await expect(page.getByText('2 keys imported')).toBeVisible()
    await page.getByRole('link', { name: 'Show the keys' }).click()
    await page.getByRole('link', { name: 'Production' }).click()
    const panel = page.getByRole('complementary', { name: 'Production' })
    await expect(panel.getByRole('link', { name: 'Organisation' })).toBeVisible()
    await expect(panel.getByRole('link', { name: 'ops@example.com' })).toBeVisible()
  })
})

test('an import that cannot be stored as a whole stores nothing', async ({ page }) => {
  const accountId = await desk.addAccount('ops@example.com')
  await page
    .getByLabel('Text with keys')
    .fill(
      ['name,key,email', `First,${projectKey('first')},new@example.com`, `Second,${projectKey('second')},`].join('\n'),
    )
  await page.getByRole('button', { name: 'Preview' }).click()
  await expect(page.getByText('2 of 2 chosen. 2 rows ready, 0 duplicate, 0 bad.')).toBeVisible()
  // Between preview and import somebody else stores the second of the two keys.
  await desk.addKey({ accountId, name: 'Elsewhere', secret: projectKey('second') })
  await page.getByRole('combobox', { name: 'Account' }).click()
  await page.getByRole('option', { name: 'ops@example.com' }).click()
  await page.getByRole('button', { name: 'Import 2 keys' }).click()
  await expect(shownProblem(page)).toContainText('Elsewhere')
  await takePicture(page, 'import-refused')
  expect((await desk.keys()).map(({ name }) => name)).toEqual(['Elsewhere'])
  expect((await desk.accounts()).map(({ email }) => email)).toEqual(['ops@example.com'])
})
