import { createServer, type RequestListener } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { listening, type Running, startCloudflaredMetrics, startForwarder } from '../simulators/cloudflared.ts'
import { startNgrokAgent } from '../simulators/ngrok-agent.ts'
import { caller, only, startNonceServer, TunnelBench, usualTimes } from './tunnels-support.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function bench(change: Parameters<typeof TunnelBench.start>[0] = {}): Promise<TunnelBench> {
  const made = await TunnelBench.start(change)
  closing.push(() => made.close())
  return made
}

async function kept<T extends Running>(running: Promise<T>): Promise<T> {
  const made = await running
  closing.push(() => made.close())
  return made
}

/** A port that nobody listens on any more. */
async function deserted(): Promise<number> {
  const server = await listening(createServer(), 0)
  await server.close()
  return server.port
}

describe('finding tunnels', () => {
  it('takes the ngrok tunnel that leads to the receiver, with https where there is one', async () => {
    const agent = await kept(startNgrokAgent([]))
    const { tunnels, receiver } = await bench({ ngrokPorts: [agent.port] })
    const local = `http://localhost:${receiver.port}`
    agent.setTunnels([
      { public_url: 'https://other.ngrok-free.app', addr: 'http://localhost:9' },
      { public_url: 'http://mine.ngrok-free.app', addr: local },
      { public_url: 'https://mine.ngrok-free.app', addr: local },
    ])
    const { tunnels: found } = await tunnels.discover()
    expect(found).toMatchObject([
      { kind: 'ngrok', url: 'https://mine.ngrok-free.app', state: 'found', startedHere: false, inUse: false },
    ])
    agent.setTunnels([{ public_url: 'https://other.ngrok-free.app', addr: 'http://localhost:9' }])
    expect((await tunnels.discover()).tunnels).toEqual([])
  })

  it('takes quick tunnels of cloudflared and no others', async () => {
    const quick = await kept(startCloudflaredMetrics('abc-def.trycloudflare.com'))
    const named = await kept(startCloudflaredMetrics(''))
    const nonsense = await kept(
      listening(
        createServer((_request, response) => response.end('<html>')),
        0,
      ),
    )
    const { tunnels } = await bench({ cloudflaredPorts: [quick.port, named.port, nonsense.port, await deserted()] })
    const { tunnels: found } = await tunnels.discover()
    expect(found.map(({ kind, url }) => [kind, url])).toEqual([['cloudflared', 'https://abc-def.trycloudflare.com']])
  })

  it('asks tailscale and devtunnel, and says which programs are there', async () => {
    const made = await bench()
    const { port } = made.receiver
    made.printing('tailscale', {
      'serve status --json': {
        TCP: { '443': { HTTPS: true }, '8443': { HTTPS: true } },
        Web: {
          'box.tail1.ts.net:443': { Handlers: { '/': { Proxy: `http://127.0.0.1:${port}` } } },
          'box.tail1.ts.net:8443': {
            Handlers: { '/': { Path: '/srv' }, '/in/': { Proxy: `http://127.0.0.1:${port}` } },
          },
        },
        AllowFunnel: { 'box.tail1.ts.net:8443': true },
      },
      'status --json --peers=false': { BackendState: 'Running', Self: { DNSName: 'box.tail1.ts.net.' } },
    })
    made.printing('devtunnel', {
      'list --json': {
        tunnels: [
          { tunnelId: 'idle.euw', hostConnections: 0 },
          { tunnelId: '--help', hostConnections: 1 },
          { tunnelId: 'calm-sea.euw', hostConnections: 1 },
        ],
      },
      'show calm-sea.euw --json': {
        tunnel: {
          ports: [
            { portNumber: 1, portUri: 'https://no/' },
            { portNumber: port, portUri: 'https://x.euw.devtunnels.ms/' },
          ],
        },
      },
    })
    const { tunnels: found, programs } = await made.tunnels.discover()
    expect(found.map(({ kind, url }) => [kind, url])).toEqual([
      ['tailscale', 'https://box.tail1.ts.net:8443/in'],
      ['devtunnel', 'https://x.euw.devtunnels.ms'],
    ])
    const installed = programs.filter((program) => program.installed)
    expect(installed.map(({ kind, canStart }) => [kind, canStart])).toEqual([
      ['tailscale', false],
      ['devtunnel', false],
    ])
    expect(installed[0]?.hint).toContain(`tailscale funnel ${port}`)
  })
})

describe('the tunnel in use', () => {
  it('is followed to its new address, with the history of both', async () => {
    const agent = await kept(startNgrokAgent([]))
    const made = await bench({ ngrokPorts: [agent.port] })
    const first = await kept(startForwarder(made.receiver.localUrl() ?? ''))
    const second = await kept(startForwarder(made.receiver.localUrl() ?? ''))
    const named = ({ port }: Running) => `https://p${port}.ngrok-free.app`
    const at = (forwarder: Running) => ({ public_url: named(forwarder), addr: `${made.receiver.port}` })
    agent.setTunnels([at(first)])
    made.tunnels.open()
    const { id } = only(await made.until((tunnels) => tunnels.length === 1), 'ngrok')
    made.tunnels.use(caller, { id })
    const proved = await made.until((tunnels) => tunnels[0]?.state === 'proved')
    expect(proved[0]).toMatchObject({
      inUse: true,
      problem: null,
      roundTripMs: expect.toSatisfy((ms: number) => ms > 0),
    })
    expect(proved[0]?.provedAt).toBeGreaterThan(0)
    agent.setTunnels([at(second)])
    await made.until(([tunnel]) => tunnel?.url === named(second) && tunnel.state === 'proved')
    expect(made.receiver.publicUrls).toEqual([named(first), named(second)])
    const [newest, before] = made.tunnels.list().history
    expect(newest).toMatchObject({ url: named(second), kind: 'ngrok', to: null })
    expect(before).toMatchObject({ url: named(first), to: newest?.from })
    expect(made.receiver.nonces.size).toBe(0)
  })

  it('is out of force while its program is gone, and followed when it comes back elsewhere', async () => {
    const [one, two] = [await deserted(), await deserted()]
    const made = await bench({ cloudflaredPorts: [one, two] })
    const before = await startCloudflaredMetrics('before.trycloudflare.com', { port: one })
    made.tunnels.open()
    const { id } = only(await made.until((tunnels) => tunnels.length === 1), 'cloudflared')
    made.tunnels.use(caller, { id })
    await before.close()
    const [gone] = await made.until((tunnels) => tunnels[0]?.state === 'stopped')
    expect(gone?.problem?.code).toBe('TUNNEL_FAILED')
    expect(made.receiver.publicUrls).toEqual(['https://before.trycloudflare.com', null])
    await kept(startCloudflaredMetrics('after.trycloudflare.com', { port: two }))
    const [after] = await made.until((tunnels) => tunnels[0]?.url === 'https://after.trycloudflare.com')
    expect(after).toMatchObject({ id, inUse: true })
    expect(made.receiver.publicUrls.at(-1)).toBe('https://after.trycloudflare.com')
  })

  it('is in force again after a restart where the operator typed it, also after a crash', async () => {
    const made = await bench()
    made.tunnels.open()
    const { tunnels } = made.tunnels.add(caller, { url: 'https://hooks.example.com/in/' })
    made.tunnels.add(caller, { url: 'https://hooks.example.com/in' })
    const { id } = only(tunnels, 'typed')
    expect(made.view()).toMatchObject([{ url: 'https://hooks.example.com/in', inUse: false, state: 'found' }])
    made.tunnels.use(caller, { id })
    await made.restart({ orderly: true })
    expect(made.receiver.publicUrls).toEqual(['https://hooks.example.com/in', null])
    expect(made.tunnels.list().history).toMatchObject([{ to: expect.any(Number) }])
    made.tunnels.open()
    expect(made.receiver.publicUrls.at(-1)).toBe('https://hooks.example.com/in')
    const crashed = made.tunnels
    await made.restart({ orderly: false })
    made.tunnels.open()
    const { history } = made.tunnels.list()
    expect(history.map(({ to }) => to === null)).toEqual([true, false, false])
    made.tunnels.use(caller, { id: null })
    expect(made.receiver.publicUrls.at(-1)).toBeNull()
    await made.tunnels.remove(caller, { id })
    expect(made.view()).toEqual([])
    expect(crashed).not.toBe(made.tunnels)
  })

  it('is proved anew when the receiver moves to another port, and others are not proved any more', async () => {
    const receiver = await startNonceServer()
    const made = await TunnelBench.start({ times: { ...usualTimes, poll: 600_000 } }, receiver)
    closing.push(() => made.close())
    made.tunnels.open()
    const ids: number[] = []
    for (let n = 0; n < 2; n += 1) {
      const { port } = await kept(startForwarder(receiver.localUrl() ?? ''))
      const { id = 0 } = made.tunnels.add(caller, { url: `http://127.0.0.1:${port}` }).tunnels.at(-1) ?? {}
      ids.push(id)
      await made.tunnels.prove({ id })
    }
    made.tunnels.use(caller, { id: ids[0] ?? 0 })
    const provedAt = made.view().map((tunnel) => tunnel.provedAt ?? 0)
    expect(made.view().map(({ state }) => state)).toEqual(['proved', 'proved'])
    made.changes.announce('receiver')
    expect(made.view().map(({ state }) => state)).toEqual(['proved', 'proved'])
    receiver.showPort(1)
    made.changes.announce('receiver')
    expect(made.view()[1]).toMatchObject({ state: 'found', provedAt: null, roundTripMs: null })
    expect(made.view()[0]?.state).not.toBe('proved')
    const [used] = await made.until(([tunnel]) => tunnel?.state === 'proved')
    expect(used).toMatchObject({ inUse: true })
    expect(used?.provedAt).toBeGreaterThanOrEqual(provedAt[0] ?? 0)
  })

  it('is refused where it cannot be', async () => {
    const { tunnels } = await bench()
    expect(() => tunnels.use(caller, { id: 99 })).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
    expect(() => tunnels.add(caller, { url: 'https://me:pass@example.com' })).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT' }),
    )
  })

  it('is no address with a query or fragment, nor that of the receiver itself', async () => {
    const { tunnels, receiver } = await bench()
    for (const url of ['https://a.example/in?key=1', 'https://a.example/#in', `http://localhost:${receiver.port}/`]) {
      expect(() => tunnels.add(caller, { url })).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
    }
    expect(tunnels.list().tunnels).toEqual([])
  })
})

describe('the proof', () => {
  async function proveAgainst(listener: RequestListener, change: Parameters<typeof bench>[0] = {}) {
    const made = await bench(change)
    const server = await kept(listening(createServer(listener), 0))
    const { id } = only(made.tunnels.add(caller, { url: `http://127.0.0.1:${server.port}` }).tunnels, 'typed')
    return { made, tunnel: only((await made.tunnels.prove({ id })).tunnels, 'typed') }
  }

  const wrong: [string, RequestListener, RegExp][] = [
    [
      'a page of somebody else',
      (_request, response) => response.end('<h1>Hello</h1>'),
      /another program \(status 200\)/,
    ],
    ['a large page', (_request, response) => response.end('x'.repeat(300_000)), /large page/],
    [
      'a redirect to a sign-in',
      (_request, response) => response.writeHead(302, { location: 'https://login.example.com/a?b=secret' }).end(),
      /redirects to login\.example\.com \(status 302\)/,
    ],
    ['a sign-in', (_request, response) => response.writeHead(401).end(), /sign-in/],
    [
      'the reminder of localtunnel',
      (_request, response) => response.writeHead(200).end('<p>set a bypass-tunnel-reminder header</p>'),
      /page for visitors/,
    ],
    [
      'the page of ngrok',
      (_request, response) => response.writeHead(200, { 'ngrok-error-code': 'ERR_NGROK_6024' }).end('<html>'),
      /ngrok shows a page for visitors/,
    ],
    [
      'another Keyhold',
      (_request, response) => response.end('This is the webhook receiver of Keyhold. …'),
      /not this one/,
    ],
    ['a tunnel that leads nowhere', (_request, response) => response.writeHead(502).end(), /does not reach.*502/],
    ['a nonce that is not the right one', (_request, response) => response.end('0'.repeat(48)), /another program/],
    ['a broken connection', (request) => request.socket.destroy(), /Nothing answers/],
  ]
  it.each(wrong)('names %s', async (_name, listener, cause) => {
    const times = { poll: 1_000, interest: 1_000, start: 1_000, proof: 150, proofRetry: 30, stop: 300 }
    const { tunnel, made } = await proveAgainst(listener, { times })
    expect(tunnel).toMatchObject({ state: 'failed', roundTripMs: null, problem: { code: 'TUNNEL_FAILED' } })
    expect(tunnel.problem?.cause).toMatch(cause)
    expect(tunnel.problem?.cause).not.toContain('secret')
    expect(tunnel.problem?.remedies.length).toBeGreaterThan(0)
    expect(made.receiver.nonces.size).toBe(0)
  })

  it('waits for a tunnel that is not connected yet, and says that it is proving', async () => {
    const made = await bench()
    const forwarder = await kept(startForwarder(made.receiver.localUrl() ?? ''))
    let tries = 0
    const edge = await kept(
      listening(
        createServer((request, response) => {
          tries += 1
          if (tries < 4) response.writeHead(530).end('error code: 1033')
          else
            void fetch(`http://127.0.0.1:${forwarder.port}${request.url}`).then(async (answer) =>
              response.end(await answer.text()),
            )
        }),
        0,
      ),
    )
    const { id } = only(made.tunnels.add(caller, { url: `http://127.0.0.1:${edge.port}` }).tunnels, 'typed')
    const proof = made.tunnels.prove({ id })
    expect(made.view()[0]?.state).toBe('proving')
    expect((await proof).tunnels[0]).toMatchObject({ state: 'proved', problem: null })
    expect(tries).toBe(4)
  })

  it('ends with the tunnel it is about', async () => {
    const made = await bench()
    const { id } = only(made.tunnels.add(caller, { url: `http://127.0.0.1:${await deserted()}` }).tunnels, 'typed')
    const proof = made.tunnels.prove({ id })
    await made.tunnels.remove(caller, { id })
    expect((await proof).tunnels).toEqual([])
    expect(made.receiver.nonces.size).toBe(0)
  })
})
