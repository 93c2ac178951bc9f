import { randomBytes, scryptSync } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { chromium } from '@playwright/test'
import { openWorkspace } from '../../main/workspace.ts'
import { findChromium } from '../../scripts/chromium.ts'
import { lineFile, startHost, temporaryFolder } from '../support/browser-host.ts'
import { fillKeys } from '../support/fill-keys.ts'

const KEYS = 10_000
const ROUNDS = 5
const PASSPHRASE = 'a passphrase for the bench'
const renderer = join(import.meta.dirname, '../../out/renderer')

/** From `node out/main/browser.js` to its ready line, from there to rows in Chromium, and what the page has to load. */
export async function run(): Promise<void> {
  initialScripts()
  const folder = temporaryFolder('bench-start')
  try {
    const dataDir = join(folder.path, 'data')
    const host = { kind: 'browser', version: 'bench', clipboard: null, secretStore: null } as const
    const workspace = openWorkspace({ dataDir, host })
    await workspace.vault.initialise({ passphrase: PASSPHRASE, useOs: false })
    fillKeys(workspace, KEYS)
    await workspace.close()
    const args = ['--passphrase-file', lineFile(folder.path, 'passphrase', PASSPHRASE)]
    const kdfMs = Math.min(...Array.from({ length: 3 }, timeKdf))
    const readyMs: number[] = []
    const listMs: number[] = []
    const { executablePath, args: chromiumArgs } = await findChromium()
    const browser = await chromium.launch({ executablePath, args: [...chromiumArgs] })
    for (let round = 0; round < ROUNDS; round++) {
      const started = performance.now()
      const running = await startHost({ dataDir, args })
      readyMs.push(performance.now() - started)
      const page = await (await browser.newContext()).newPage()
      const opened = performance.now()
      await page.goto(running.launchUrl)
      await page.getByText('Key number 0').first().waitFor()
      listMs.push(performance.now() - opened)
      await page.context().close()
      await running.stop()
    }
    await browser.close()
    print('start-to-ready', { keys: KEYS, kdfMs, beyondKdfMs: Math.min(...readyMs) - kdfMs, target: 700 })
    print('first-list-in-chromium', { keys: KEYS, ms: Math.min(...listMs), target: 1_500 })
  } finally {
    folder.remove()
  }
}

function timeKdf(): number {
  const started = performance.now()
  scryptSync(PASSPHRASE, randomBytes(16), 32, { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 })
  return performance.now() - started
}

/** Everything index.html loads before anything is clicked: its script and what it preloads. */
function initialScripts(): void {
  const page = readFileSync(join(renderer, 'index.html'), 'utf8')
  const named = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, file]) => file ?? '')
  const bytes = named.reduce((sum, file) => sum + gzipSync(readFileSync(join(renderer, file))).length, 0)
  const charts = readdirSync(join(renderer, 'assets')).filter((file) => /chart/.test(file) && file.endsWith('.js'))
  const lazy = charts.every((file) => !named.some((name) => name.endsWith(file)))
  print('initial-scripts', { files: named.length, gzipKilobytes: bytes / 1_024, target: 300, chartsLazy: lazy })
}

function print(bench: string, figures: Record<string, number | boolean>): void {
  const rounded = Object.entries(figures).map(([name, value]) => [
    name,
    typeof value === 'number' ? Number(value.toFixed(2)) : value,
  ])
  console.log(JSON.stringify({ bench, ...Object.fromEntries(rounded) }))
}
