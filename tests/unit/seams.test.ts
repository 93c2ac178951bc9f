import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { biomeConfig, domains, features, rooms } from '../../scripts/lint-rules.ts'

const root = join(import.meta.dirname, '../..')
const biome = join(root, 'node_modules/.bin', process.platform === 'win32' ? 'biome.cmd' : 'biome')

/** Files of `main/` that are in no folder. */
const topFiles = readdirSync(join(root, 'main')).flatMap((name) => (name.endsWith('.ts') ? [`main/${name}`] : []))

const forbidden = [
  ['renderer/features/keys/x.tsx', '../../../main/keys/keys.ts', 'The renderer imports only shared/ and itself'],
  ['renderer/app/x.ts', 'node:fs', 'No Node modules'],
  ['renderer/ui/x.ts', '../app/connection.ts', 'renderer/ui knows nothing of the program'],
  ['renderer/ui/x.ts', '../parts/account-select.tsx', 'renderer/ui knows nothing of the program'],
  ['renderer/ui/x.ts', '../features/keys/key-words.ts', 'renderer/ui knows nothing of the program'],
  ['renderer/parts/x.tsx', '../features/keys/key-words.ts', 'Only gate.tsx and pages.tsx'],
  ['renderer/app/x.tsx', '../features/keys/key-words.ts', 'Only gate.tsx and pages.tsx'],
  ['renderer/features/keys/x.tsx', '../accounts/account-form.tsx', 'Pages do not import each other'],
  ['renderer/features/usage/charts/x.tsx', '../../vault/unlock.tsx', 'Pages do not import each other'],
  ['renderer/features/keys/x.tsx', '../../app/shell.tsx', 'does not know the frame'],
  ['shared/x.ts', '../main/keys/keys.ts', 'shared/ is the bottom'],
  ['shared/x.ts', 'node:fs', 'No Node modules'],
  ['shared/key-formats.ts', './contract/keys.ts', 'Key formats and signatures are below the contract'],
  ['shared/key-formats/x.ts', '../contract/keys.ts', 'Key formats and signatures are below the contract'],
  ['shared/webhook-signatures/x.ts', '../contract/receiver.ts', 'Key formats and signatures are below the contract'],
  ['renderer/features/receiver/x.ts', '../../../shared/webhook-signatures.ts', 'Signing needs node:crypto'],
  ['main/keys/x.ts', '../accounts/rows.ts', 'SQL stays in its domain'],
  ['main/keys/x.ts', '../usage/figure-rows.ts', 'SQL stays in its domain'],
  ['main/providers/openai/x.ts', '../../usage/rows.ts', 'SQL stays in its domain'],
  ['main/keys/x.ts', '../hosts/browser.ts', 'Imports point down'],
  ['main/keys/x.ts', '../router.ts', 'nobody knows the doors'],
  ['main/keys/x.ts', '../doors.ts', 'nobody knows the doors'],
  ['main/keys/x.ts', '../workspace.ts', 'Domains do not know the workspace'],
  ['main/keys/x.ts', 'electron', 'plain Node would spawn a downloader'],
  ['main/keys/x.ts', '../../tests/support/x.ts', 'does not import its tests'],
  ['main/keys/x.ts', '../../renderer/ui/time.ts', 'Nothing outside renderer/'],
  ['main/usage/x.ts', '../keys/key-records.ts', 'an inner one of its domain'],
  ['main/accounts/x.ts', '../vault/cipher.ts', 'an inner one of its domain'],
  ['main/deliveries/x.ts', '../receiver/thread/messages.ts', 'an inner one of its domain'],
  ['main/tunnels/x.ts', '../captures/ledger-rows.ts', 'SQL stays in its domain'],
  ['main/usage/x.ts', '../providers/openai/usage.ts', 'an inner one of its domain'],
  ['main/providers/openai/x.ts', '../../settings/x.ts', 'an inner one of its domain'],
  ['main/sample/x.ts', '../keys/key-records.ts', 'an inner one of its domain'],
  ['main/hosts/x.ts', '../vault/cipher.ts', 'an inner one of its domain'],
  ['main/hosts/x.ts', '../keys/rows.ts', 'SQL stays in its domain'],
  ['main/hosts/x.ts', 'electron', 'plain Node would spawn a downloader'],
  ['main/hosts/policies/x.electron.ts', '../../keys/rows.ts', 'SQL stays in its domain'],
  ['main/vault/x.ts', '../keys/keys.ts', 'below the domains'],
  ['main/vault/x.electron.ts', '../keys/keys.ts', 'below the domains'],
  ['main/vault/x.ts', 'electron', 'plain Node would spawn a downloader'],
  ['main/store/x.ts', '../keys/keys.ts', 'below the domains'],
  ['main/store/migrations/x.ts', '../../keys/keys.ts', 'below the domains'],
  ['main/store/x.ts', '../vault/vault.ts', 'below the domains'],
  ['main/store/x.ts', '../sample/sample.ts', 'below the domains'],
  ['main/http/x.ts', '../vault/vault.ts', 'below the domains'],
  ['main/http/x.ts', '../sample/sample.ts', 'below the domains'],
  ...topFiles.flatMap(
    (file) =>
      [
        [file, './keys/rows.ts', 'SQL stays in its domain'],
        [file, './hosts/browser.ts', 'Imports point down'],
        [file, '../renderer/ui/time.ts', 'Nothing outside renderer/'],
        [file, '../tests/support/x.ts', 'does not import its tests'],
      ] as const,
  ),
  ['main/router.ts', './vault/cipher.ts', 'an inner one of its domain'],
  ['main/workspace.ts', './keys/key-records.ts', 'an inner one of its domain'],
  ['main/workspace.ts', './router.ts', 'nobody knows the doors'],
  ['main/changes.ts', './keys/keys.ts', 'below the domains'],
  ['main/host.ts', './vault/vault.ts', 'below the domains'],
  ['preload/x.ts', '../main/keys/keys.ts', 'preload/ imports only the bridge'],
  ['preload/x.ts', '../shared/problems.ts', 'preload/ imports only the bridge'],
  ['preload/x.ts', 'node:fs', 'preload/ imports only the bridge'],
  ['scripts/x.ts', '../renderer/ui/time.ts', 'Nothing outside renderer/'],
] as const

const allowed = [
  ['main/keys/x.ts', './rows.ts'],
  ['main/usage/x.ts', './figure-rows.ts'],
  ['main/keys/x.ts', '../accounts/accounts.ts'],
  ['main/keys/x.ts', '../vault/vault.ts'],
  ['main/keys/x.ts', '../store/store.ts'],
  ['main/keys/x.ts', '../changes.ts'],
  ['main/keys/x.ts', '../../shared/contract/keys.ts'],
  ['main/usage/x.ts', '../providers/provider.ts'],
  ['main/providers/openai/x.ts', '../reports.ts'],
  ['main/vault/x.ts', '../store/store.ts'],
  ['main/vault/x.electron.ts', 'electron'],
  ['main/hosts/desktop.ts', 'electron'],
  ['main/hosts/x.electron.ts', '../vault/safe-storage.electron.ts'],
  ['main/hosts/x.ts', '../router.ts'],
  ['main/router.ts', './local-api.ts'],
  ['main/workspace.ts', './keys/keys.ts'],
  ['preload/x.ts', 'electron'],
  ['preload/x.ts', '../shared/bridge.ts'],
  ['renderer/features/keys/x.tsx', '../../../shared/contract/keys.ts'],
  ['renderer/features/keys/x.tsx', '../../parts/account-picker.tsx'],
  ['renderer/features/keys/x.tsx', '../../app/api.ts'],
  ['renderer/features/usage/charts/x.tsx', '../figures.ts'],
  ['renderer/app/gate.tsx', '../features/vault/unlock.tsx'],
] as const

const folder = mkdtempSync(join(tmpdir(), 'keyhold-seams-'))
/** The imports that are tried in one file; each stands on the line of its position. */
const probes = Map.groupBy([...forbidden, ...allowed], ([file]) => file)
let report: string

/** A house with the project's own rules, in which every file has nothing but the imports that are tried in it. */
beforeAll(() => {
  const config = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'))
  writeFileSync(join(folder, 'biome.json'), JSON.stringify({ ...config, $schema: undefined, vcs: { enabled: false } }))
  for (const [file, tried] of probes) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    const lines = tried.map(([, path], index) => `import { thing as thing${index} } from '${path}'\n`)
    writeFileSync(join(folder, file), lines.join(''))
  }
  const result = spawnSync(biome, ['lint', '--max-diagnostics=none', '--colors=off', '.'], {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  report = result.stdout + result.stderr
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What the lint says about one import. */
function findings(file: string, path: string): string {
  const line = (probes.get(file) ?? []).findIndex((probe) => probe[1] === path) + 1
  return report
    .split(/\n(?=\S+:\d+:\d+ )/)
    .filter((part) => part.trimStart().startsWith(`${file}:${line}:`) && part.includes('noRestrictedImports'))
    .join('\n')
    .replace(/\s+/g, ' ')
}

describe('the seams between the rooms', () => {
  it.each(forbidden)('%s may not import %s', (file, path, message) => {
    expect(findings(file, path)).toContain(message)
  })

  it.each(allowed)('%s may import %s', (file, path) => {
    expect(report).toContain(forbidden[0][2])
    expect(findings(file, path)).toBe('')
  })

  it('stand in biome.json as in the table; if not, run node scripts/write-lint-rules.ts', () => {
    expect(JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'))).toEqual(biomeConfig)
  })

  it('are stated for every folder there is', () => {
    const folders = (path: string) =>
      readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? entry.name : []))
    const stated = new Set(rooms.flatMap(({ files }) => files))
    expect(folders('main').filter((name) => !stated.has(`main/${name}/**`))).toEqual([])
    expect(folders('renderer').filter((name) => name !== 'public' && !stated.has(`renderer/${name}/**`))).toEqual([])
    expect(folders('renderer/features').sort()).toEqual([...features].sort())
    expect(domains.filter((name) => !existsSync(join(root, 'main', name, `${name}.ts`)))).toEqual([])
  })
})
