import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { expect, type Locator, type Page } from '@playwright/test'
import { z } from 'zod'
import { startAnthropicSimulator } from '../simulators/anthropic.ts'
import { startBraveSimulator } from '../simulators/brave.ts'
import { startOpenAiSimulator } from '../simulators/openai.ts'
import { startOpenRouterSimulator } from '../simulators/openrouter.ts'
import { lineFile, type RunningHost, startHost, temporaryFolder } from '../support/browser-host.ts'

export const PASSPHRASE = 'correct horse battery staple'
const API_TOKEN = 'a-token-for-the-end-to-end-tests'
const pictures = join(import.meta.dirname, '../.artifacts/pictures')

/** The four providers, simulated, as one newcomer would have them. */
export async function startProviders() {
  const now = Date.now()
  const clock = { now: () => now }
  const [openai, anthropic, brave, openrouter] = await Promise.all([
    startOpenAiSimulator(clock),
    startAnthropicSimulator(clock),
    startBraveSimulator(),
    startOpenRouterSimulator(clock),
  ])
  return {
    openai,
    anthropic,
    brave,
    openrouter,
    close: () => Promise.all([openai.close(), anthropic.close(), brave.close(), openrouter.close()]),
  }
}

export type Providers = Awaited<ReturnType<typeof startProviders>>

export interface StartOptions {
  readonly unlocked?: boolean
  readonly sample?: boolean
  readonly api?: boolean
  /** A port of the last run keeps an open page at the right address. */
  readonly port?: number
  readonly env?: Readonly<Record<string, string>>
}

/** A desk for one test: a folder, the host in it, and the local API to point providers at their simulators. */
export async function setUpDesk(label: string) {
  const folder = temporaryFolder(`e2e-${label}`)
  const dataDir = join(folder.path, 'data')
  const tokenFile = lineFile(folder.path, 'token', API_TOKEN)
  const passphraseFile = lineFile(folder.path, 'passphrase', PASSPHRASE)
  let host: RunningHost | null = null
  return {
    dataDir,
    /**
     * Starts the host, or starts it again; `unlocked` gives it the passphrase. Without `api` the local API is as the
     * settings have it, so that `api()` below cannot be used.
     */
    async start(options: StartOptions = {}): Promise<RunningHost> {
      const { unlocked = false, sample = false, api = true, port = 0, env = {} } = options
      await host?.stop()
      const args = ['--port', String(port)]
      if (api) args.push('--api-token-file', tokenFile)
      if (unlocked) args.push('--passphrase-file', passphraseFile)
      if (sample) args.push('--sample')
      host = await startHost({ dataDir, args, env })
      return host
    },
    async api(method: string, path: string, body?: unknown): Promise<unknown> {
      if (host === null) throw new Error('The host is not running.')
      const answer = await fetch(`${host.origin}/api${path}`, {
        method,
        headers: { authorization: `Bearer ${API_TOKEN}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
      return answer.json()
    },
    async addAccount(email: string): Promise<number> {
      return itemSchema.parse(await this.api('POST', '/inventory/accounts', { email })).id
    },
    async addKey(key: { accountId: number; name: string; secret: string; [field: string]: unknown }): Promise<number> {
      const fields = { provider: 'openai', kind: 'project', ...key }
      return itemSchema.parse(await this.api('POST', '/inventory/keys', fields)).id
    },
    async keys(): Promise<readonly Item[]> {
      return itemsOf(await this.api('GET', '/inventory/keys?limit=200'))
    },
    async accounts(): Promise<readonly Item[]> {
      return itemsOf(await this.api('GET', '/inventory/accounts?limit=200'))
    },
    async useProviders(providers: Providers): Promise<void> {
      for (const name of ['openai', 'anthropic', 'brave', 'openrouter'] as const) {
        await this.api('PUT', `/settings/providers/${name}`, { base_url: providers[name].url, allow_admin_key: true })
      }
    },
    async clear(): Promise<void> {
      await host?.stop()
      folder.remove()
    },
  }
}

export type Desk = Awaited<ReturnType<typeof setUpDesk>>

/** A key with the form of an OpenAI project key, different for every label of up to 20 letters. */
export function projectKey(label: string): string {
  return `sk-${'proj'}-${label.padEnd(58, 'x')}T3Blbk${'FJ'}${label.padEnd(58, 'y')}`
}

/** A key with the form of an Anthropic key. */
export function anthropicKey(label: string): string {
  return `sk-${'ant'}-api03-${label.padEnd(93, 'x')}AA`
}

/** What a list of the local API holds, as far as these tests look. */
export function itemsOf(answer: unknown): readonly Item[] {
  return z.object({ items: z.array(itemSchema) }).parse(answer).items
}

const itemSchema = z.object({
  id: z.number(),
  name: z.string().nullable(),
  email: z.string().optional(),
  keyCount: z.number().optional(),
})
export type Item = z.infer<typeof itemSchema>

/** Opens the address of a host with an open vault and waits for the first page. */
export async function enter(page: Page, host: RunningHost): Promise<void> {
  await page.goto(host.launchUrl)
  await expect(page.getByRole('heading', { name: 'Provider keys' })).toBeVisible()
}

/** The failure that the page shows, apart from notices of the start. */
export function shownProblem(page: Page): Locator {
  return page.locator('[role="alert"][data-problem]')
}

/** Fails when the page is wider than the window, with the elements that stick out. */
export async function expectNoSidewaysScroll(page: Page, where: string): Promise<void> {
  const wide = await page.evaluate(() => {
    const width = document.documentElement.clientWidth
    if (document.documentElement.scrollWidth <= width) return []
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > width + 1)
      .slice(0, 3)
      .map((element) => element.outerHTML.slice(0, 120))
  })
  expect(wide, `${where} scrolls sideways`).toEqual([])
}

/** No serious or critical finding of axe on the page as it is now. */
export async function expectAccessible(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze()
  const serious = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, help, nodes }) =>
        `${id}: ${help} — ${nodes
          .slice(0, 3)
          .map(({ html }) => html.slice(0, 160))
          .join(' | ')}`,
    )
  expect(serious, `accessibility of ${where}`).toEqual([])
}

/** A picture of the page, kept with the results of the run. */
export async function takePicture(page: Page, name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true })
  await page.screenshot({ path: join(pictures, `${name}.png`), animations: 'disabled' })
}

/** Watches for what a page must never do: errors, refused scripts or styles, requests to anywhere else. */
export function watchPage(page: Page, origin: string): { findings: string[] } {
  const findings: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource|WebSocket connection/.test(message.text()))
      findings.push(message.text())
  })
  page.on('pageerror', (error) => findings.push(String(error)))
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (!['data:', 'blob:'].includes(url.protocol) && url.host !== new URL(origin).host)
      findings.push(`asked ${url.host}`)
  })
  return { findings }
}
