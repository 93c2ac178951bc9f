import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { biomeConfig } from './lint-rules.ts'

/** node scripts/write-lint-rules.ts: writes `biome.json` from the table in `lint-rules.ts`. */
const root = join(import.meta.dirname, '..')
const biome = join(root, 'node_modules/.bin', process.platform === 'win32' ? 'biome.cmd' : 'biome')

writeFileSync(join(root, 'biome.json'), `${JSON.stringify(biomeConfig)}\n`)
const { status } = spawnSync(biome, ['format', '--write', 'biome.json'], {
  cwd: root,
  stdio: 'inherit',
  shell: process.platform === 'win32',
})
process.exitCode = status ?? 1
