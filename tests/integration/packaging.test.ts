import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fuses, SENTINEL } from '../../scripts/fuses.ts'

/**
 * electron-builder packs a stand-in for the built app with a stand-in for Electron: everything is real but the
 * programs inside. What it took in, unpacked and set is then read from the result. Linux, as it needs no tools.
 */
const root = join(import.meta.dirname, '..', '..')
const built = [
  'main/desktop.js',
  'main/browser.js',
  'main/chunks/shared.js',
  'preload/preload.cjs',
  'renderer/index.html',
]
let project = ''

const unpacked = () => join(project, 'dist', 'linux-unpacked')

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'keyhold-packaging-'))
  for (const file of ['package.json', 'package-lock.json', 'electron-builder.yml']) {
    copyFileSync(join(root, file), join(project, file))
  }
  cpSync(join(root, 'resources'), join(project, 'resources'), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'), 'junction')
  for (const file of [...built, ...built.map((name) => `${name}.map`)]) write(join('out', file), `// ${file}`)
  write('main/hosts/browser.ts', '// a source')
  write('.env', 'A=1')
  makeElectron(join(project, 'electron-dist'))
  const result = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/electron-builder/cli.js'),
      ...['--linux', '--x64', '--dir', '--publish', 'never', '--config', 'electron-builder.yml'],
      `-c.electronDist=${join(project, 'electron-dist')}`,
    ],
    { cwd: project, encoding: 'utf8' },
  )
  if (result.status !== 0) throw new Error(`electron-builder failed:\n${result.stdout}\n${result.stderr}`)
})

afterAll(() => rmSync(project, { recursive: true, force: true }))

function write(file: string, text: string): void {
  mkdirSync(dirname(join(project, file)), { recursive: true })
  writeFileSync(join(project, file), text)
}

/** The few files of an Electron that packing needs: the executable with its fuse wire, all fuses the wrong way round. */
function makeElectron(folder: string): void {
  mkdirSync(join(folder, 'resources'), { recursive: true })
  for (const file of ['LICENSE', 'LICENSES.chromium.html', 'chrome-sandbox']) writeFileSync(join(folder, file), file)
  writeFileSync(join(folder, 'version'), '45.0.0')
  // The ninth cannot be set by electron-builder and is on in every Electron as it comes.
  const states = fuses.map(({ on, option }) => (option === null || !on ? '1' : '0')).join('')
  const wire = Buffer.concat([Buffer.from(SENTINEL), Buffer.from([1, states.length]), Buffer.from(states)])
  writeFileSync(join(folder, 'electron'), Buffer.concat([Buffer.alloc(64), wire, Buffer.alloc(64)]))
  chmodSync(join(folder, 'electron'), 0o755)
}

interface Folder {
  readonly files: Readonly<Record<string, Folder | { readonly unpacked?: boolean | undefined }>>
}
const folderSchema: z.ZodType<Folder> = z.lazy(() =>
  z.object({ files: z.record(z.string(), z.union([folderSchema, z.object({ unpacked: z.boolean().optional() })])) }),
)

/** The paths in an asar archive: four lengths, then the table of contents as JSON (electron/asar, README). */
function filesInArchive(archive: string): string[] {
  const bytes = readFileSync(archive)
  const header: unknown = JSON.parse(bytes.toString('utf8', 16, 16 + bytes.readUInt32LE(12)))
  const walk = (folder: Folder, path: string): string[] =>
    Object.entries(folder.files).flatMap(([name, entry]) =>
      'files' in entry ? walk(entry, `${path}${name}/`) : [`${path}${name}`],
    )
  return walk(folderSchema.parse(header), '')
}

describe('a packaged app', () => {
  it('holds the desktop host, the page and what they need, and nothing else', () => {
    const files = filesInArchive(join(unpacked(), 'resources', 'app.asar'))
    expect(files.filter((file) => !file.startsWith('node_modules/')).sort()).toEqual([
      'out/main/chunks/shared.js',
      'out/main/desktop.js',
      'out/preload/preload.cjs',
      'out/renderer/index.html',
      'package.json',
    ])
    const packages = new Set(files.flatMap((file) => /^node_modules\/([^/]+)/.exec(file)?.[1] ?? []))
    expect([...packages].sort()).toEqual(['better-sqlite3', 'undici'])
    expect(files).toContain('node_modules/undici/index.js')
    expect(files.filter((file) => /\.(?:c|cc|cpp|h|gyp|map)$/.test(file))).toEqual([])
  })

  it('has the database library of its own system outside the archive, and no other', () => {
    const libraries = globSync('**/*.node', { cwd: unpacked() }).map((file) => file.replaceAll('\\', '/'))
    expect(libraries).toEqual(['resources/app.asar.unpacked/node_modules/better-sqlite3/prebuilds/linux-x64.node'])
  })

  it('has every fuse as the table says, read back by the script the release uses', () => {
    const check = (file: string) =>
      spawnSync(process.execPath, [join(root, 'scripts/check-fuses.ts'), file], { encoding: 'utf8' })
    const before = check(join(project, 'electron-dist', 'electron'))
    expect(before.status).toBe(1)
    expect(before.stderr).toMatch(/RunAsNode is "1", not "0"/)
    const after = check(join(unpacked(), 'keyhold'))
    expect(after.stderr).toBe('')
    expect(after.status).toBe(0)
  })
})
