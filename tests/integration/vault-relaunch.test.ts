import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const PROCESS = fileURLToPath(new URL('./vault/one-step.ts', import.meta.url))
const run = promisify(execFile)

let dataDir = ''
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'keyhold-relaunch-'))
})
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

/** Each step is a process of its own, at the production cost of a passphrase. */
async function step(...parts: string[]): Promise<unknown> {
  const { stdout } = await run(process.execPath, ['--no-warnings', PROCESS, dataDir, ...parts])
  return JSON.parse(stdout)
}

describe('a vault across processes', () => {
  const passphrase = `canary ${'z'.repeat(20)}`
  const secret = `sk-${'canary'.repeat(6)}`

  test('what one process encrypts the next one decrypts', async () => {
    const made = await step('make', passphrase, secret)
    expect(made).toMatchObject({ state: 'ready' })
    const { blob, recoveryCode } = Object(made)
    expect(await step('open', passphrase, blob)).toEqual({ state: 'ready', text: secret })
    expect(await step('open', 'not the passphrase', blob)).toEqual({ code: 'WRONG_PASSPHRASE', waits: true })
    expect(await step('recover', recoveryCode, blob)).toEqual({ state: 'ready', text: secret })
  })

  test('no file of the data directory holds the passphrase, the recovery code or the secret', async () => {
    const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    expect(files.map(({ name }) => name)).toContain('workspace.db')
    for (const file of files) {
      const bytes = readFileSync(join(file.parentPath, file.name)).toString('latin1')
      expect(bytes.includes('canary'), file.name).toBe(false)
    }
  })
})
