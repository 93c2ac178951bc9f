import { execFileSync } from 'node:child_process'
import { existsSync, globSync, statSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** What the bundles are made of. */
const sources = [
  'main/**/*',
  'preload/**/*',
  'renderer/**/*',
  'shared/**/*',
  'resources/**/*',
  'package.json',
  'package-lock.json',
  'electron.vite.config.ts',
]
const results = ['out/main/desktop.js', 'out/main/browser.js', 'out/preload/preload.cjs', 'out/renderer/index.html']

/** Whether a source is newer than the oldest result, or a result is missing. */
export function isBuildStale(): boolean {
  const built = results.map((file) => join(root, file))
  if (!built.every((file) => existsSync(file))) return true
  const oldest = Math.min(...built.map((file) => statSync(file).mtimeMs))
  return globSync(sources, { cwd: root }).some((file) => statSync(join(root, file)).mtimeMs > oldest)
}

/** Builds if the build is stale. Throws when the build fails; its output is on the console. */
export function buildIfStale(): void {
  if (!isBuildStale()) return
  console.error('Building Keyhold …')
  // The build's own lines go to stderr, so that stdout holds only what the host says.
  execFileSync(
    process.execPath,
    [join(root, 'node_modules/electron-vite/bin/electron-vite.js'), 'build', '--logLevel', 'warn'],
    {
      cwd: root,
      stdio: ['ignore', 2, 2],
    },
  )
}
