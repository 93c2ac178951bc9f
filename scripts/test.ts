import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { buildIfStale } from './build.ts'
import { findChromium } from './chromium.ts'
import { findElectron, hasDisplay } from './electron-binary.ts'

/**
 * npm test: everything, in the order in which failures are cheapest to find. With the name of a step, only that one. Each runner prints its own summary line; this one ends with what ran and how long it took.
 */
const root = join(import.meta.dirname, '..')
const bin = (name: string) => join(root, 'node_modules/.bin', process.platform === 'win32' ? `${name}.cmd` : name)

interface Step {
  readonly name: string
  readonly run: () => boolean | Promise<boolean>
}

const command =
  (name: string, ...args: string[]): Step['run'] =>
  () =>
    execute(bin(name), args)

function execute(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): boolean {
  const result = spawnSync(file, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
    shell: process.platform === 'win32',
  })
  if (result.error) console.error(result.error.message)
  return result.status === 0
}

async function endToEnd(): Promise<boolean> {
  buildIfStale()
  const chromium = await findChromium()
  console.log(`Chromium: ${chromium.executablePath} (${chromium.origin})`)
  return execute(bin('playwright'), ['test', '--config', 'tests/e2e/playwright.config.ts'], {
    KEYHOLD_CHROMIUM_PATH: chromium.executablePath,
    KEYHOLD_CHROMIUM_ARGS: JSON.stringify(chromium.args),
  })
}

function inElectron(): boolean {
  buildIfStale()
  const electron = findElectron()
  if (electron === null || !hasDisplay()) {
    const reason = electron === null ? "Electron's binary is not on this machine" : 'there is no display'
    console.log('='.repeat(80))
    console.log(`THE ELECTRON SPECS DID NOT RUN: ${reason}.`)
    console.log('What they prove (windows, preload, app://, sender gate) is unproven by this run. See README.md.')
    console.log('='.repeat(80))
    return true
  }
  return execute(bin('playwright'), ['test', '--config', 'tests/electron/playwright.config.ts'], {
    KEYHOLD_ELECTRON_BINARY: electron,
  })
}

const all: readonly Step[] = [
  {
    name: 'types',
    run: () => ['.', 'renderer', 'preload', 'tests/e2e'].every((project) => execute(bin('tsc'), ['-p', project])),
  },
  { name: 'lint', run: command('biome', 'check', '--error-on-warnings', '.') },
  { name: 'dead code', run: command('knip') },
  { name: 'unit', run: command('vitest', 'run', '--project', 'unit') },
  {
    name: 'integration',
    run: () => {
      buildIfStale()
      return execute(bin('vitest'), ['run', '--project', 'integration'])
    },
  },
  { name: 'end-to-end', run: endToEnd },
  { name: 'electron', run: inElectron },
]
if (!existsSync(join(root, 'node_modules'))) {
  console.error('The packages are not installed. Run: npm ci')
  process.exit(1)
}
const wanted = process.argv[2]
const steps = wanted === undefined ? all : all.filter((step) => step.name === wanted)
if (steps.length === 0) {
  console.error(`There is no step "${wanted}". There are: ${all.map((step) => step.name).join(', ')}.`)
  process.exit(2)
}
for (const step of steps) {
  const started = performance.now()
  console.log(`\n--- ${step.name}`)
  const passed = await step.run()
  const seconds = ((performance.now() - started) / 1_000).toFixed(1)
  console.log(`--- ${step.name}: ${passed ? 'passed' : 'FAILED'} after ${seconds} s`)
  if (!passed) process.exit(1)
}
