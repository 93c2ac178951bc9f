import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Host } from '../../main/host.ts'
import { openWorkspace, type Workspace } from '../../main/workspace.ts'
import { temporaryFolder } from '../support/browser-host.ts'
import { fillKeys } from '../support/fill-keys.ts'

const host: Host = { kind: 'browser', version: 'test', clipboard: null, secretStore: null }
const PASSPHRASE = 'a passphrase of a test'

let folder: ReturnType<typeof temporaryFolder>
let workspace: Workspace
beforeEach(() => {
  folder = temporaryFolder('workspace')
  workspace = openWorkspace({ dataDir: folder.path, host })
})
afterEach(async () => {
  await workspace.close()
  folder.remove()
})

const backups = () => readdirSync(join(folder.path, 'backups'))
const turns = async (count: number) => {
  for (let n = 0; n < count; n++) await new Promise((resolve) => setImmediate(resolve))
}

describe('an open workspace', () => {
  it('is locked right after it was unlocked, with thousands of keys still to be checked', async () => {
    await workspace.vault.initialise({ passphrase: PASSPHRASE, useOs: false })
    fillKeys(workspace, 3_000)
    await workspace.vault.lock()
    await workspace.vault.unlock({ with: 'passphrase', passphrase: PASSPHRASE })
    await turns(2)
    await workspace.vault.lock()
    await turns(50)
    expect(workspace.vault.isReady()).toBe(false)
    expect(workspace.notices.list()).toEqual([])
    expect(workspace.keys.list({ sort: 'name', limit: 10 }).total).toBe(3_000)
  })

  it('says so when the check of stored keys fails, and goes on', async () => {
    await workspace.vault.initialise({ passphrase: PASSPHRASE, useOs: false })
    fillKeys(workspace, 250)
    await workspace.vault.lock()
    const heard: string[] = []
    workspace.changes.subscribe((topic) => heard.push(topic))
    workspace.store.db.exec("UPDATE provider_keys SET secret = zeroblob(3), secret_state = 'stored' WHERE id = 1")
    workspace.store.db.exec("CREATE TRIGGER full BEFORE UPDATE ON provider_keys BEGIN SELECT raise(ABORT, 'full'); END")
    await workspace.vault.unlock({ with: 'passphrase', passphrase: PASSPHRASE })
    await turns(10)
    expect(workspace.notices.list()).toMatchObject([{ severity: 'warning', detail: expect.stringContaining('full') }])
    expect(heard).toContain('notices')
    workspace.store.db.exec('DROP TRIGGER full')
  })

  it('names a key that cannot be read in a notice, once', async () => {
    await workspace.vault.initialise({ passphrase: PASSPHRASE, useOs: false })
    fillKeys(workspace, 3)
    workspace.store.db.exec("UPDATE provider_keys SET provider = 'gone' WHERE id = 2")
    for (let n = 0; n < 2; n++) expect(workspace.keys.list({ sort: 'name', limit: 10 }).items).toHaveLength(2)
    expect(workspace.notices.list()).toMatchObject([{ message: 'The stored key 2 cannot be read.' }])
  })

  it('names an entry of the log that cannot be read, and does not call it a defect', () => {
    workspace.store.db.exec("INSERT INTO audit_entries (at, action, source) VALUES (1, 'never.heard.of', 'app')")
    expect(() => workspace.audit.list({ limit: 10 })).toThrow(
      expect.objectContaining({ code: 'STORE_FAILED', message: 'The stored audit entry 1 cannot be read.' }),
    )
  })

  it('is backed up when it is closed, without any secret in clear', async () => {
    await workspace.vault.initialise({ passphrase: PASSPHRASE, useOs: false })
    fillKeys(workspace, 3)
    const { secret } = workspace.keys.reveal({ source: 'app' }, 2, 'show')
    await workspace.close()
    expect(backups()).toHaveLength(1)
    expect(backups()[0]).toMatch(/-daily\.db$/)
    const copy = readFileSync(join(folder.path, 'backups', backups()[0] ?? ''))
    expect(copy.includes('Key number 1')).toBe(true)
    expect(copy.includes(secret)).toBe(false)
  })

  it('closes although no backup can be made', async () => {
    await workspace.vault.initialise({ passphrase: PASSPHRASE, useOs: false })
    writeFileSync(join(folder.path, 'backups'), 'a file where the folder should be')
    await workspace.close()
    expect(workspace.notices.list()).toMatchObject([{ message: 'No backup of the workspace could be made.' }])
  })
})
