import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fakeSecret, openWorkbench } from '../unit/keys/workbench.ts'

const COMMITTER = join(import.meta.dirname, 'imports/committer-child.ts')
const KEYS = 800
const OWNERS = 20
const KILLS = 10

let folder = ''
const path = (name: string) => join(folder, name)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keyhold-import-kill-'))
  const bench = await openWorkbench()
  await bench.close(false)
  cpSync(bench.dataDir, path('empty'), { recursive: true })
  rmSync(bench.dataDir, { recursive: true, force: true })
  const lines = Array.from({ length: KEYS }, (_, n) => `Key ${n},${fakeSecret(n)},owner-${n % OWNERS}@example.com`)
  writeFileSync(path('keys.csv'), ['name,key,email', ...lines].join('\n'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Takes the table into a fresh workspace; kills the process so long after it began, unless it was done before. */
async function importAndKill(dataDir: string, killAfterMs: number | null): Promise<{ done: boolean; ms: number }> {
  const child = spawn(process.execPath, ['--no-warnings', COMMITTER, dataDir, path('keys.csv')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const seen = { done: false, ms: 0 }
  let begun = 0
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => {
    if (line === 'begun') {
      begun = performance.now()
      if (killAfterMs !== null) setTimeout(() => child.kill('SIGKILL'), killAfterMs)
    } else {
      seen.done = true
      seen.ms = performance.now() - begun
    }
  })
  await Promise.all([once(child, 'exit'), once(lines, 'close')])
  return seen
}

async function stateOf(dataDir: string) {
  const bench = await openWorkbench({ dataDir })
  try {
    return {
      sound: bench.store.db.pragma('integrity_check', { simple: true }),
      keys: bench.keys.list({ sort: 'created', limit: 1 }).total,
      secrets: await bench.keys.checkSecrets(),
      accounts: bench.accounts.list({ sort: 'email', limit: 1 }).total,
    }
  } finally {
    await bench.close()
  }
}

const nothing = { sound: 'ok', keys: 0, secrets: { checked: 0, unreadable: 0 }, accounts: 0 }
const everything = { sound: 'ok', keys: KEYS, secrets: { checked: KEYS, unreadable: 0 }, accounts: OWNERS }

it('an import that is killed has taken in all keys or none', async () => {
  const fresh = (name: string) => {
    cpSync(path('empty'), path(name), { recursive: true })
    return path(name)
  }
  const whole = await importAndKill(fresh('whole'), null)
  expect(whole.done).toBe(true)
  expect(await stateOf(path('whole'))).toEqual(everything)
  let withNothing = 0
  for (let kill = 0; kill < KILLS; kill += 1) {
    const name = `killed-${kill}`
    const { done } = await importAndKill(fresh(name), (whole.ms * kill) / (KILLS - 1))
    const state = await stateOf(path(name))
    expect([nothing, everything]).toContainEqual(state)
    if (done) expect(state).toEqual(everything)
    if (state.keys === 0) withNothing += 1
  }
  expect(withNothing).toBeGreaterThan(0)
}, 120_000)
