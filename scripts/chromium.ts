import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const commands = ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser', 'chrome', 'microsoft-edge']
const places: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
}

export interface ChromiumChoice {
  readonly executablePath: string
  readonly args: readonly string[]
  /** Where it was found, for the test report. */
  readonly origin: string
}

/** Chromium must not look for the network: every test is local, and looking delays the start. */
const quietArgs = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-gpu',
]

/**
 * A Chromium for the browser tests: `KEYHOLD_CHROMIUM`, an installed one, Playwright's own, and last the one that
 * comes as an npm package on Linux. Throws an error that says what to install when there is none: the browser
 * tests are never skipped silently.
 */
export async function findChromium(): Promise<ChromiumChoice> {
  const sandbox = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const args = [...quietArgs, ...sandbox]
  const named = process.env.KEYHOLD_CHROMIUM
  if (named !== undefined && named !== '') {
    if (!existsSync(named)) throw new Error(`KEYHOLD_CHROMIUM names ${named}, which is not there.`)
    return { executablePath: named, args, origin: 'KEYHOLD_CHROMIUM' }
  }
  const installed = findInstalled()
  if (installed !== null) return { executablePath: installed, args, origin: 'installed' }
  const { chromium } = await import('@playwright/test')
  const own = chromium.executablePath()
  if (own !== '' && existsSync(own)) return { executablePath: own, args, origin: "Playwright's own" }
  if (process.platform === 'linux' && process.arch === 'x64') {
    const packaged = await import('@sparticuz/chromium')
    return {
      executablePath: await packaged.default.executablePath(),
      args: [...args, '--headless=shell', '--no-sandbox', '--no-zygote', '--use-gl=angle', '--use-angle=swiftshader'],
      origin: 'the npm package @sparticuz/chromium',
    }
  }
  throw new Error(
    'No Chromium was found for the browser tests. Install Chrome or Chromium, or run "npx playwright install chromium", ' +
      'or set KEYHOLD_CHROMIUM to the path of one.',
  )
}

function findInstalled(): string | null {
  for (const place of places[process.platform] ?? []) {
    if (existsSync(place)) return place
  }
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const command of commands) {
      const file = join(folder, command)
      if (folder !== '' && existsSync(file)) return file
    }
  }
  return null
}
