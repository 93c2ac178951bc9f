import { randomBytes, scryptSync } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { chromium, type Page, type Response } from '@playwright/test'
import { openWorkspace } from '../../main/workspace.ts'
import { findChromium } from '../../scripts/chromium.ts'
import { bestAndMedian, type Print } from '../support/bench.ts'
import { lineFile, startHost, temporaryFolder } from '../support/browser-host.ts'
import { fillKeys } from '../support/fill-keys.ts'

const KEYS = 10_000
const ROUNDS = 5
const PASSPHRASE = 'a passphrase for the bench'
const assets = join(import.meta.dirname, '../../out/renderer/assets')

/** From `node out/main/browser.js` to its ready line, from there to rows in Chromium, and what the page loads for that. */
export async function run(print: Print): Promise<void> {
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
    let scripts: ReadonlyMap<string, number> = new Map()
    const { executablePath, args: chromiumArgs } = await findChromium()
    const browser = await chromium.launch({ executablePath, args: [...chromiumArgs] })
    for (let round = 0; round < ROUNDS; round++) {
      const started = performance.now()
      const running = await startHost({ dataDir, args })
      readyMs.push(performance.now() - started)
      const page = await (await browser.newContext()).newPage()
      const loaded = round === 0 ? recordScripts(page) : null
      const opened = performance.now()
      await page.goto(running.launchUrl)
      await page.getByText('Key number 0').first().waitFor()
      listMs.push(performance.now() - opened)
      if (loaded !== null) scripts = await loaded()
      await page.context().close()
      await running.stop()
    }
    await browser.close()
    const ready = bestAndMedian(readyMs.map((ms) => ms - kdfMs))
    print('start-to-ready', {
      keys: KEYS,
      kdfMs,
      beyondKdfMs: ready.best,
      medianMs: ready.median,
      ...limit(ready.best, 700),
    })
    const list = bestAndMedian(listMs)
    print('first-list-in-chromium', { keys: KEYS, ms: list.best, medianMs: list.median, ...limit(list.best, 1_500) })
    initialScripts(print, scripts)
  } finally {
    folder.remove()
  }
}

function limit(value: number, target: number): { target: number; ok: boolean } {
  return { target, ok: value <= target }
}

function timeKdf(): number {
  const started = performance.now()
  scryptSync(PASSPHRASE, randomBytes(16), 32, { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 })
  return performance.now() - started
}

/**
 * Notes every script the page fetches, also those of the first screen that are loaded on demand. The answer tells those
 * fetched until it is asked, with their size as gzip would make it.
 */
function recordScripts(page: Page): () => Promise<ReadonlyMap<string, number>> {
  const responses: Response[] = []
  page.on('response', (response) => {
    if (new URL(response.url()).pathname.endsWith('.js')) responses.push(response)
  })
  return async () => {
    const upToNow = [...responses]
    const sizes = upToNow.map(async (response): Promise<[string, number]> => {
      const file = new URL(response.url()).pathname.split('/').at(-1) ?? ''
      return [file, gzipSync(await response.body()).length]
    })
    return new Map(await Promise.all(sizes))
  }
}

/** What the browser really loads before the first list is there. Charts are not part of that screen. */
function initialScripts(print: Print, scripts: ReadonlyMap<string, number>): void {
  const gzipKilobytes = [...scripts.values()].reduce((sum, size) => sum + size, 0) / 1_024
  const charts = readdirSync(assets).filter((file) => /chart/.test(file) && file.endsWith('.js'))
  const chartsLazy = charts.length > 0 && charts.every((file) => !scripts.has(file))
  print('initial-scripts', {
    files: scripts.size,
    gzipKilobytes,
    chartsLazy,
    target: 300,
    ok: gzipKilobytes <= 300 && chartsLazy,
  })
}
