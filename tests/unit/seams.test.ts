import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const biome = join(root, 'node_modules/.bin', process.platform === 'win32' ? 'biome.cmd' : 'biome')

const forbidden = [
  ['renderer/features/keys/x.tsx', '../../../main/keys/keys.ts', 'The renderer imports only shared/ and itself'],
  ['renderer/app/x.ts', 'node:fs', 'No Node in the renderer'],
  ['shared/x.ts', '../main/keys/keys.ts', 'shared/ is the bottom'],
  ['shared/x.ts', 'node:fs', 'no Node modules'],
  ['main/keys/x.ts', '../accounts/rows.ts', 'No domain reaches into the tables of another'],
  ['main/keys/x.ts', '../hosts/browser.ts', 'Imports point down'],
  ['main/keys/x.ts', '../router.ts', 'Domains do not know the router'],
  ['main/keys/x.ts', 'electron', 'Only main/hosts/desktop.ts'],
  ['main/hosts/x.ts', 'electron', 'Only main/hosts/desktop.ts'],
  ['main/store/x.ts', '../keys/keys.ts', 'below the domains'],
  ['main/vault/x.ts', '../keys/keys.ts', 'below the domains'],
  ['main/router/x.ts', '../keys/rows.ts', 'SQL stays in its domain'],
  ['main/keys/x.ts', '../../tests/support/x.ts', 'does not import its tests'],
] as const

const allowed = [
  ['main/keys/x.ts', './rows.ts'],
  ['main/keys/x.ts', '../accounts/accounts.ts'],
  ['main/vault/x.ts', '../store/store.ts'],
  ['renderer/features/keys/x.tsx', '../../../shared/providers.ts'],
] as const

const folder = mkdtempSync(join(tmpdir(), 'keyhold-seams-'))
let report: string

/** A file of the house with one import, laid out in a copy of the house that has the project's own rules. */
function place(index: number, file: string, path: string): string {
  const name = file.replace(/x(\.tsx?)$/, `probe-${index}$1`)
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), `import { thing } from '${path}'\n\nexport const other = thing\n`)
  return name
}

beforeAll(() => {
  const config = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'))
  writeFileSync(join(folder, 'biome.json'), JSON.stringify({ ...config, $schema: undefined, vcs: { enabled: false } }))
  for (const [index, [file, path]] of [...forbidden, ...allowed].entries()) place(index, file, path)
  const result = spawnSync(biome, ['lint', '--max-diagnostics=none', '--colors=off', '.'], {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  report = result.stdout + result.stderr
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What the lint says about one probe. */
function findings(index: number, file: string): string {
  const name = file.replace(/x(\.tsx?)$/, `probe-${index}$1`)
  return report
    .split(/\n(?=\S+:\d+:\d+ )/)
    .filter((part) => part.trimStart().startsWith(name) && part.includes('noRestrictedImports'))
    .join('\n')
    .replace(/\s+/g, ' ')
}

describe('the seams between the rooms', () => {
  it.each(forbidden.map((probe, index) => [...probe, index] as const))(
    '%s may not import %s',
    (file, _path, message, index) => {
      expect(findings(index, file)).toContain(message)
    },
  )

  it.each(allowed.map((probe, index) => [...probe, forbidden.length + index] as const))(
    '%s may import %s',
    (file, _path, index) => {
      expect(findings(index, file)).toBe('')
    },
  )
})
