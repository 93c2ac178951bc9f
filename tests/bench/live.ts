import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type CDPSession, chromium, type Page } from '@playwright/test'
import { z } from 'zod'
import { findChromium } from '../../scripts/chromium.ts'
import { type Print, percentile } from '../support/bench.ts'
import { lineFile, startHost, temporaryFolder } from '../support/browser-host.ts'
import { load } from '../support/receiver-load.ts'

const STEADY = 200
const SECONDS = 10
const TOKEN = 'a-token-for-the-live-bench'
const endpointSchema = z.object({ localUrl: z.string() })

/** The list of captured requests open in Chromium while requests come: its frames, and how busy its main thread is. */
export async function run(print: Print): Promise<void> {
  const folder = temporaryFolder('bench-live')
  const { executablePath, args } = await findChromium()
  const browser = await chromium.launch({ executablePath, args: [...args] })
  try {
    const host = await startHost({
      dataDir: join(folder.path, 'data'),
      args: [
        '--passphrase-file',
        lineFile(folder.path, 'passphrase', 'a passphrase for the bench'),
        '--api-token-file',
        lineFile(folder.path, 'token', TOKEN),
      ],
    })
    const url = await makeEndpoint(host.origin)
    const page = await (await browser.newContext({ viewport: { width: 1_440, height: 900 } })).newPage()
    await page.goto(host.launchUrl)
    await page.getByRole('link', { name: 'Webhook bench' }).click()
    await send(url, 0)
    await page.getByText('live.tick').first().waitFor()
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('Performance.enable')

    await sleep(1_000)
    const atRest = await watch(page, devtools, () => sleep(3_000))
    const steady = await watch(page, devtools, () => sendSteadily(url))
    print('live-view-at-200-per-second', {
      sent: STEADY * SECONDS,
      frames: steady.frames,
      p99FrameMs: steady.p99Ms,
      longestFrameMs: steady.longestMs,
      // Of the same page while nothing comes: what the machine adds by itself.
      longestFrameAtRestMs: atRest.longestMs,
      target: 50,
      ok: steady.longestMs <= 50,
    })
    print('live-view-ui-thread', { busyPercent: steady.busyPercent, target: 30, ok: steady.busyPercent <= 30 })

    const { port, pathname } = new URL(url)
    let perSecond = 0
    const full = await watch(page, devtools, async () => {
      const result = await load({
        port: Number(port),
        path: pathname,
        connections: 20,
        seconds: SECONDS,
        count: null,
        warmUpSeconds: 0,
        secret: null,
        acknowledgedFile: null,
      })
      perSecond = result.perSecond
    })
    const asked = performance.now()
    await page.getByRole('link', { name: 'Endpoints' }).click()
    await page.getByRole('heading', { name: 'Endpoints' }).waitFor()
    print('live-view-at-full-load', {
      perSecond,
      p95FrameMs: full.p95Ms,
      longestFrameMs: full.longestMs,
      busyPercent: full.busyPercent,
      nextPageMs: performance.now() - asked,
    })
    await host.stop()
  } finally {
    await browser.close()
    folder.remove()
  }
}

async function makeEndpoint(origin: string): Promise<string> {
  const answer = await fetch(`${origin}/api/receiver/endpoints`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ slug: 'live' }),
  })
  return endpointSchema.parse(await answer.json()).localUrl
}

const agent = new Agent({ keepAlive: true, maxSockets: 10 })

function send(url: string, number: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify({ id: `evt_${number}`, type: 'live.tick', data: { number, text: 'x'.repeat(900) } })
    const outgoing = request(url, { method: 'POST', agent, headers: { 'content-type': 'application/json' } })
    outgoing.on('response', (response) => response.resume().on('end', resolve))
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** As many a second as said, evenly. */
async function sendSteadily(url: string): Promise<void> {
  const started = performance.now()
  const all: Promise<void>[] = []
  for (let number = 1; number <= STEADY * SECONDS; number++) {
    const due = started + (number * 1_000) / STEADY
    const early = due - performance.now()
    if (early > 1) await sleep(early)
    all.push(send(url, number))
  }
  await Promise.all(all)
}

interface Watched {
  readonly frames: number
  readonly p95Ms: number
  readonly p99Ms: number
  readonly longestMs: number
  readonly busyPercent: number
}

/** Runs in the page. */
const recordFrames = `
  window.benchFrames = []
  requestAnimationFrame(function first(began) {
    let last = began
    requestAnimationFrame(function next(now) {
      window.benchFrames.push(now - last)
      last = now
      requestAnimationFrame(next)
    })
  })`

async function watch(page: Page, devtools: CDPSession, work: () => Promise<void>): Promise<Watched> {
  await page.evaluate(recordFrames)
  const before = await taskSeconds(devtools)
  const started = performance.now()
  await work()
  const seconds = (performance.now() - started) / 1_000
  const busy = (await taskSeconds(devtools)) - before
  const frames = z.array(z.number()).parse(await page.evaluate('window.benchFrames'))
  return {
    frames: frames.length,
    p95Ms: percentile(frames, 0.95),
    p99Ms: percentile(frames, 0.99),
    longestMs: percentile(frames, 1),
    busyPercent: (100 * busy) / seconds,
  }
}

/** Seconds that the page's main thread has worked so far. */
async function taskSeconds(devtools: CDPSession): Promise<number> {
  const { metrics } = await devtools.send('Performance.getMetrics')
  const metric = metrics.find(({ name }) => name === 'TaskDuration')
  if (metric === undefined) throw new Error('Chromium does not say how long its tasks took.')
  return metric.value
}
