import { readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { afterEach, describe, expect, it } from 'vitest'
import type { Tunnel } from '../../shared/contract/tunnels.ts'
import { listening } from '../simulators/cloudflared.ts'
import { caller, only, startNonceServer, TunnelBench } from './tunnels-support.ts'

// The programs are scripts with a line that says what runs them, which Windows does not know.
const canRunScripts = process.platform !== 'win32'
if (!canRunScripts)
  process.stdout.write('Tunnel programs are not started in this run: scripts do not run on Windows.\n')

const benches: TunnelBench[] = []
afterEach(async () => {
  for (const bench of benches.splice(0)) await bench.close()
})

async function bench(change: Parameters<typeof TunnelBench.start>[0] = {}): Promise<TunnelBench> {
  const made = await TunnelBench.start(change)
  benches.push(made)
  return made
}

async function freePort(): Promise<number> {
  const server = await listening(createServer(), 0)
  await server.close()
  return server.port
}

const quick = { poll: 1_000, interest: 1_000, start: 20_000, proof: 5_000, proofRetry: 30, stop: 300 }
const is =
  (...states: Tunnel['state'][]) =>
  ([tunnel]: readonly Tunnel[]) =>
    tunnel !== undefined && states.includes(tunnel.state)

/** Folders that started programs have. Those of other test runs on this machine are not ours to count. */
function leftovers(before: ReadonlySet<string>): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('keyhold-tunnel-') && !before.has(name))
}

async function answersNothing(url: string | null): Promise<boolean> {
  const port = /p(\d+)\.|:(\d+)$/.exec(url ?? '')
  return fetch(`http://127.0.0.1:${port?.[1] ?? port?.[2]}/`).then(
    () => false,
    () => true,
  )
}

describe.runIf(canRunScripts)('a tunnel started from here', () => {
  it('has an address, is proved, is in force while it is used, and ends with its stop', async () => {
    const before = new Set(readdirSync(tmpdir()))
    const made = await bench()
    made.environment.TUNNEL_URL = 'http://127.0.0.1:1'
    made.program('cloudflared', 'cloudflared-program.ts')
    made.tunnels.open()
    const { id, state, startedHere } = only(made.tunnels.start(caller, { kind: 'cloudflared' }).tunnels, 'cloudflared')
    expect([state, startedHere]).toEqual(['starting', true])
    expect(() => made.tunnels.start(caller, { kind: 'cloudflared' })).toThrow(
      expect.objectContaining({ code: 'CONFLICT' }),
    )
    made.tunnels.use(caller, { id })
    expect(made.receiver.publicUrls).toEqual([])
    const [proved] = await made.until(is('proved', 'failed'))
    expect(proved).toMatchObject({ state: 'proved', problem: null, inUse: true })
    expect(proved?.url).toMatch(/^https:\/\/p\d+\.trycloudflare\.com$/)
    expect(proved?.roundTripMs).toBeGreaterThan(0)
    expect(made.receiver.publicUrls).toEqual([proved?.url])
    await made.tunnels.stop(caller, { id })
    expect(made.view()).toMatchObject([{ state: 'stopped', url: null, inUse: false }])
    expect(made.receiver.publicUrls.at(-1)).toBeNull()
    expect(await answersNothing(proved?.url ?? null)).toBe(true)
    await expect(made.tunnels.stop(caller, { id })).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(leftovers(before)).toEqual([])
  })

  it('is found by what it prints where it cannot be asked', async () => {
    const made = await bench({ times: quick })
    made.environment.CLOUDFLARED_MODE = 'prints'
    made.program('cloudflared', 'cloudflared-program.ts')
    made.tunnels.start(caller, { kind: 'cloudflared' })
    expect((await made.until(is('proved', 'failed')))[0]).toMatchObject({ state: 'proved' })
  })

  it('works with ngrok, and is the same tunnel when it is found by a search', async () => {
    const port = await freePort()
    const made = await bench({ times: quick, ngrokPorts: [port] })
    made.environment.NGROK_PORT = String(port)
    made.program('ngrok', 'ngrok-agent-program.ts')
    made.tunnels.start(caller, { kind: 'ngrok' })
    const [proved] = await made.until(is('proved', 'failed'))
    expect(proved).toMatchObject({ kind: 'ngrok', state: 'proved', startedHere: true })
    expect((await made.tunnels.discover()).tunnels).toEqual([proved])
  })

  it('says why it failed, without a token', async () => {
    const made = await bench({ times: quick })
    made.environment.NGROK_MODE = 'unknown'
    made.environment.CLOUDFLARED_MODE = 'exits'
    made.program('ngrok', 'ngrok-agent-program.ts')
    made.program('cloudflared', 'cloudflared-program.ts')
    made.tunnels.start(caller, { kind: 'ngrok' })
    made.tunnels.start(caller, { kind: 'cloudflared' })
    const failed = await made.until((tunnels) => tunnels.every(({ state }) => state === 'failed'))
    expect(only(failed, 'ngrok').problem).toMatchObject({
      code: 'TUNNEL_FAILED',
      cause: expect.stringContaining('ERR_NGROK_4018'),
    })
    expect(JSON.stringify(failed)).not.toContain('SECRET')
    expect(only(failed, 'cloudflared').problem?.cause).toContain('no route to host')
    // Starting again takes the place of the one that failed.
    made.environment.CLOUDFLARED_MODE = ''
    made.tunnels.start(caller, { kind: 'cloudflared' })
    const again = await made.until((tunnels) => only(tunnels, 'cloudflared').state === 'proved')
    expect(again).toHaveLength(2)
  })

  it('is given up when it gets no address in time', async () => {
    const made = await bench({ times: { ...quick, start: 400 } })
    made.environment.CLOUDFLARED_MODE = 'silent'
    made.program('cloudflared', 'cloudflared-program.ts')
    made.tunnels.start(caller, { kind: 'cloudflared' })
    const [late] = await made.until(is('failed', 'proved'))
    expect(late).toMatchObject({
      state: 'failed',
      url: null,
      problem: { message: expect.stringContaining('no address') },
    })
  })

  it('can be stopped while it starts', async () => {
    const made = await bench({ times: quick })
    made.environment.CLOUDFLARED_MODE = 'silent'
    made.program('cloudflared', 'cloudflared-program.ts')
    const { id } = only(made.tunnels.start(caller, { kind: 'cloudflared' }).tunnels, 'cloudflared')
    expect((await made.tunnels.stop(caller, { id })).tunnels).toMatchObject([{ state: 'stopped', problem: null }])
    await made.tunnels.remove(caller, { id })
    expect(made.view()).toEqual([])
  })

  it('ends with Keyhold, also when it does not want to', async () => {
    const made = await bench({ times: quick })
    made.environment.CLOUDFLARED_MODE = 'stubborn'
    made.program('cloudflared', 'cloudflared-program.ts')
    made.tunnels.start(caller, { kind: 'cloudflared' })
    const [{ url } = { url: null }] = await made.until(is('proved', 'failed'))
    expect(await answersNothing(url)).toBe(false)
    await made.tunnels.close()
    expect(await answersNothing(url)).toBe(true)
  })

  it('says so when its program ends by itself', async () => {
    const port = await freePort()
    const made = await bench({ times: quick, cloudflaredPorts: [port] })
    made.program('cloudflared', 'cloudflared-program.ts')
    made.tunnels.open()
    const { id } = only(made.tunnels.start(caller, { kind: 'cloudflared' }).tunnels, 'cloudflared')
    made.tunnels.use(caller, { id })
    const [proved] = await made.until(is('proved', 'failed'))
    expect(proved?.state).toBe('proved')
    process.kill(made.pidOf('cloudflared'), 'SIGKILL')
    const [gone] = await made.until(is('failed'))
    expect(gone).toMatchObject({ url: null, problem: { cause: expect.stringContaining('SIGKILL') } })
    expect(made.receiver.publicUrls.at(-1)).toBeNull()
    // What is started in its place is used in its place.
    made.tunnels.start(caller, { kind: 'cloudflared' })
    const [next] = await made.until(is('proved'))
    expect(next?.inUse).toBe(true)
    expect(made.receiver.publicUrls.at(-1)).toBe(next?.url)
  })

  it('says so when the receiver moves to another port', async () => {
    const receiver = await startNonceServer()
    const made = await TunnelBench.start({ times: { ...quick, poll: 30 } }, receiver)
    benches.push(made)
    made.program('cloudflared', 'cloudflared-program.ts')
    made.tunnels.open()
    made.tunnels.start(caller, { kind: 'cloudflared' })
    await made.until(is('proved'))
    receiver.showPort(1)
    const [astray] = await made.until(is('failed'))
    expect(astray?.problem?.cause).toBe(
      `It was started for http://127.0.0.1:${receiver.port}; the receiver is at http://127.0.0.1:1 now.`,
    )
  })

  it('is not started where it is not installed', async () => {
    const made = await bench()
    expect(() => made.tunnels.start(caller, { kind: 'ngrok' })).toThrow(
      expect.objectContaining({ code: 'TUNNEL_FAILED', message: 'ngrok is not installed on this machine.' }),
    )
  })
})
