import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Caller } from '../../main/audit/audit.ts'
import type { Resign } from '../../shared/contract/deliveries.ts'
import type { SchemeId } from '../../shared/webhook-schemes.ts'
import { generateSecret } from '../../shared/webhook-signatures.ts'
import { ok, startWebhookTarget, type WebhookTarget } from '../simulators/webhook-target.ts'
import { caller, type DeliveryBench, ListedCaptures, openDeliveryBench, removeFolders } from './deliveries-support.ts'

let target: WebhookTarget
let bench: DeliveryBench
let id: number
beforeEach(async () => {
  target = await startWebhookTarget()
  const captures = new ListedCaptures()
  bench = openDeliveryBench({ captures })
  ;[id = 0] = captures.add({ rawHeaders: ['Host', 'hooks.example', 'X-Gitlab-Token', 'of the sender'] })
})
afterEach(async () => {
  await bench.close()
  await target.close()
  removeFolders()
})

/** The endpoint has this scheme, and a secret that was made for `of`. */
function keep(of: SchemeId, scheme: SchemeId | null = of): string {
  const { secret } = generateSecret(of)
  bench.endpoints.secrets = [{ id: 1, label: 'now', secret }]
  bench.endpoints.set({ scheme })
  return secret
}

const replayOne = (who: Caller, resign: true | SchemeId) =>
  bench.deliveries.replayOne(who, { id, url: target.url, resign, timeoutMs: 5_000 })

describe('a secret that was sent in plain', () => {
  it.each(['plain', 'gzip', 'unknown coding', 'cut'] as const)(
    'is not written down where the target sends it back: %s',
    async (how) => {
      const secret = keep('gitlab-token')
      const text = `{"you sent":"${secret}"}`
      const body =
        how === 'gzip' ? gzipSync(text) : Buffer.from(how === 'cut' ? `${' '.repeat(20_000 - 23)}${text}` : text)
      const coding = how === 'gzip' ? ['Content-Encoding', 'gzip'] : how === 'plain' ? [] : ['Content-Encoding', 'own']
      target.act({ kind: 'answer', status: 200, headers: ['X-Echo', secret, ...(how === 'cut' ? [] : coding)], body })
      const attempt = await replayOne(caller, true)
      const shown = JSON.stringify(attempt)
      // Nor a part of it, where the answer is cut in the middle of it.
      for (let at = 0; at + 8 <= secret.length; at += 1) expect(shown).not.toContain(secret.slice(at, at + 8))
      expect(attempt.responseHeaders).toContainEqual(['X-Echo', '(not kept)'])
      if (how === 'plain' || how === 'gzip') expect(attempt.responseBody).toBe('{"you sent":"(not kept)"}')
      else expect(attempt.responseBody.endsWith('(not kept)')).toBe(true)
    },
  )
})

describe('a stored secret that would be sent in plain', () => {
  const script: Caller = { source: 'api' }
  const form = () => ({ url: target.url, keepPath: false, timestamp: 'original', timeoutMs: 5_000, ca: null }) as const
  const token = { scheme: 'gitlab-token', secretId: 1 } as const
  const forbidden = expect.objectContaining({ code: 'FORBIDDEN' })
  const job = (who: Caller, resign: Resign) =>
    bench.deliveries.replay(who, {
      ...form(),
      resign,
      selection: { ids: [1] },
      pace: { kind: 'rate', perSecond: null },
      concurrency: 1,
    })

  it('does not leave for anybody while its endpoint has another scheme', async () => {
    for (const scheme of ['stripe', null] as const) {
      keep('stripe', scheme)
      const edited = (resign: Resign) => bench.deliveries.replayEdited(caller, { ...form(), id, resign })
      for (const who of [caller, script]) {
        await expect(replayOne(who, 'gitlab-token')).rejects.toEqual(forbidden)
        await expect(job(who, token)).rejects.toEqual(forbidden)
      }
      await expect(edited(token)).rejects.toEqual(forbidden)
      await expect(edited({ scheme: 'gitlab-token' })).rejects.toEqual(forbidden)
    }
    expect(target.requests).toHaveLength(0)
  })

  it('does not leave for a script at all, nor by going on with a job', async () => {
    keep('gitlab-token')
    for (const resign of [true, 'gitlab-token'] as const) {
      await expect(replayOne(script, resign)).rejects.toEqual(forbidden)
    }
    await expect(bench.deliveries.replayEdited(script, { ...form(), id, resign: token })).rejects.toEqual(forbidden)
    await expect(job(script, token)).rejects.toEqual(forbidden)
    expect(target.requests).toHaveLength(0)
    target.act({ kind: 'hang' })
    const { id: jobId } = await job(caller, token)
    bench.deliveries.pauseJob(jobId)
    expect(() => bench.deliveries.resumeJob(script, jobId)).toThrow(forbidden)
    expect(bench.deliveries.job(jobId).state).toBe('paused')
    bench.deliveries.cancelJob(jobId)
    target.act(ok)
    const given = { scheme: 'gitlab-token', secret: 'given with the call' } as const
    expect((await bench.deliveries.replayEdited(script, { ...form(), id, resign: given })).status).toBe(200)
  })
})
