import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { temporaryFolder } from '../support/browser-host.ts'
import { closeWindow, type Desktop, launchDesktop, runPlainProcess } from './launch.ts'
import { makeVault, openKeyhold } from './page.ts'

/** The process: alone on its folder, gone when its window is closed, and clean behind itself. */
let folder: ReturnType<typeof temporaryFolder>
const started: Desktop[] = []

test.beforeEach(() => {
  folder = temporaryFolder('electron-process')
})

test.afterEach(async () => {
  for (const desktop of started.splice(0)) await desktop.signal('SIGKILL')
  folder.remove()
})

async function start(dataDir = folder.path): Promise<Desktop> {
  const desktop = await launchDesktop(dataDir)
  started.push(desktop)
  return desktop
}

/** Whether the database was left as SQLite leaves it when its last connection is closed: without a write-ahead log. */
function isDatabaseClosed(): boolean {
  const files = readdirSync(join(folder.path, 'workspace'))
  return files.includes('workspace.db') && !files.some((name) => name.endsWith('-wal') || name.endsWith('-shm'))
}

test('a second start ends by itself and brings the first window forward', async () => {
  const { app, page } = await start()
  const calls = await app.evaluateHandle(({ BrowserWindow }) => {
    const seen: string[] = []
    const [window] = BrowserWindow.getAllWindows()
    // Without a window manager nothing is ever minimised or in front, so what is asked of the window is looked at.
    if (window !== undefined) {
      window.isMinimized = () => true
      window.restore = () => seen.push('restore')
      window.focus = () => seen.push('focus')
    }
    return seen
  })
  expect(await runPlainProcess(folder.path)).toBe(0)
  await expect.poll(() => calls.jsonValue()).toEqual(['restore', 'focus'])
  await expect(page.getByRole('heading', { name: 'Set up your vault' })).toBeVisible()
  expect(app.windows()).toHaveLength(1)
})

test('another folder is another Keyhold, and both run side by side', async () => {
  const first = await start(join(folder.path, 'first'))
  const second = await start(join(folder.path, 'second'))
  for (const { page } of [first, second]) {
    await expect(page.getByRole('heading', { name: 'Set up your vault' })).toBeVisible()
  }
})

test('closing the window ends the process and closes the database, before a vault is made and after', async () => {
  const untouched = await start()
  await expect(untouched.page.getByRole('heading', { name: 'Set up your vault' })).toBeVisible()
  expect(await closeWindow(untouched)).toBe(0)
  expect(isDatabaseClosed()).toBe(true)

  const used = await start()
  await makeVault(used.page)
  await openKeyhold(used.page)
  expect(isDatabaseClosed()).toBe(false)
  if (process.platform !== 'win32') {
    const { mode } = statSync(join(folder.path, 'workspace', 'workspace.db'))
    expect((mode & 0o777).toString(8)).toBe('600')
  }
  expect(await closeWindow(used)).toBe(0)
  expect(isDatabaseClosed()).toBe(true)
})

test('Quit does the same', async () => {
  const desktop = await start()
  await makeVault(desktop.page)
  await openKeyhold(desktop.page)
  await desktop.app.evaluate(({ app }) => {
    setImmediate(() => app.quit())
  })
  expect(await desktop.exited).toBe(0)
  expect(isDatabaseClosed()).toBe(true)
})

// Windows knows no such signal: ending a process there cannot be noticed by it.
if (process.platform !== 'win32') {
  test('a signal to end closes the database as well', async () => {
    const desktop = await start()
    await expect(desktop.page.getByRole('heading', { name: 'Set up your vault' })).toBeVisible()
    await desktop.signal('SIGTERM')
    expect(isDatabaseClosed()).toBe(true)
  })
}

test('a window with a recovery code that was not stored asks before it closes', async () => {
  const desktop = await start()
  const { app, page } = desktop
  await makeVault(page)
  const code = page.getByRole('status', { name: 'Recovery code' })
  const shown = await code.textContent()
  const questions = await app.evaluateHandle(({ BrowserWindow, dialog }) => {
    const asked: string[] = []
    dialog.showMessageBoxSync = (...parameters: unknown[]) => {
      const options = Object(parameters.at(-1))
      asked.push(`${options.message} ${options.detail}`)
      return options.buttons.indexOf(asked.length === 1 ? 'Stay' : 'Leave')
    }
    BrowserWindow.getAllWindows()[0]?.close()
    return asked
  })
  await expect.poll(() => questions.jsonValue()).toHaveLength(1)
  expect(await questions.jsonValue()).toEqual([expect.stringContaining('cannot be shown again')])
  expect(await code.textContent()).toBe(shown)
  expect(await closeWindow(desktop)).toBe(0)
  expect(isDatabaseClosed()).toBe(true)
})

test('nothing is left of a process that was killed that keeps the next one from starting', async () => {
  const killed = await start()
  await makeVault(killed.page)
  await killed.signal('SIGKILL')
  expect(existsSync(join(folder.path, 'workspace', 'workspace.db-wal'))).toBe(true)
  const next = await start()
  await expect(next.page.getByRole('heading', { name: 'Unlock your vault' })).toBeVisible()
})
