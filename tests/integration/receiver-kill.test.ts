import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { killRounds } from '../support/receiver-kills.ts'

const ROUNDS = 5

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyhold-receiver-kill-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('a receiver that is killed under load has every request that it acknowledged', async () => {
  const { acknowledged, lost } = await killRounds(folder, ROUNDS)
  expect(acknowledged).toBeGreaterThan(100)
  expect(lost).toBe(0)
}, 120_000)
