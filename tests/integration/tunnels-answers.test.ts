import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isTailscaleUp,
  leadsToPort,
  publicAddress,
  readDevTunnel,
  readDevTunnelList,
  readNgrokTunnels,
  readQuickTunnel,
  readTailscaleServe,
} from '../../main/tunnels/program-answers.ts'
import { ProgramOutput } from '../../main/tunnels/program-output.ts'

describe('what tunnel programs answer', () => {
  it('is nothing where it has another form, whatever that is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (answer) => {
        expect(readQuickTunnel(answer)).toBeNull()
        expect(readNgrokTunnels(answer, 4_590)).toBeNull()
        expect(readTailscaleServe(answer, 4_590)).toBeNull()
        expect(readDevTunnel(answer, 4_590)).toBeNull()
        expect(readDevTunnelList(answer)).toEqual([])
        expect(isTailscaleUp(answer)).toBe(false)
      }),
    )
  })

  it('has one bad entry among good ones', () => {
    const good = { public_url: 'https://a.ngrok.app/', config: { addr: 'http://localhost:4590' } }
    expect(
      readNgrokTunnels({ tunnels: [null, { public_url: 7 }, { ...good, public_url: 'tcp://0:1' }, good] }, 4_590),
    ).toBe('https://a.ngrok.app')
    expect(readQuickTunnel({ hostname: 'evil.example/path?' })).toBeNull()
    expect(readQuickTunnel({ hostname: '' })).toBeNull()
  })

  it('names a host that only this machine or its network knows', () => {
    const inner = [
      '127.0.0.1',
      '2130706433',
      '10.1.2.3',
      '172.31.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '0.0.0.0',
    ]
    const innerV6 = ['[::1]', '[::]', '[fd00::1]', '[fe80::1]', '[::ffff:10.0.0.1]', '[::ffff:169.254.169.254]']
    const innerNames = ['localhost', 'a.localhost', 'localhost.', 'box', 'printer.local', 'metadata.google.internal']
    const outer = ['a.ngrok.app', '8.8.8.8', '172.32.0.1', '[2606:4700::1]', 'local.example.com']
    const read = (host: string) =>
      readNgrokTunnels({ tunnels: [{ public_url: `http://${host}/`, config: { addr: '4590' } }] }, 4_590)
    expect([...inner, ...innerV6, ...innerNames].filter((host) => read(host) !== null)).toEqual([])
    expect(outer.filter((host) => read(host) === null)).toEqual([])
    expect(readQuickTunnel({ hostname: '127.0.0.1' })).toBeNull()
    const ports = [{ portNumber: 4_590, portUri: 'https://192.168.0.7/' }]
    expect(readDevTunnel({ tunnel: { ports } }, 4_590)).toBeNull()
  })

  it('leads to a port of this machine, or not', () => {
    const leading = ['4590', 'localhost:4590', 'http://127.0.0.1:4590', 'http://[::1]:4590/', 'https://localhost:4590']
    const others = [
      '',
      '459',
      'localhost',
      '10.0.0.1:4590',
      'http://example.com:4590',
      'file:///srv',
      '4590x',
      'http://',
    ]
    expect(leading.filter((address) => !leadsToPort(address, 4_590))).toEqual([])
    expect(others.filter((address) => leadsToPort(address, 4_590))).toEqual([])
    expect(leadsToPort('http://localhost', 80)).toBe(true)
  })

  it('is an address to be called, or none', () => {
    expect(publicAddress('HTTPS://Hooks.Example.com:443/in//?q=1#x')).toBe('https://hooks.example.com/in')
    for (const bad of ['ftp://a', 'https://u:p@a.b', 'nothing', `https://${'a'.repeat(600)}`]) {
      expect(publicAddress(bad)).toBeNull()
    }
  })
})

describe('what tunnel programs print', () => {
  it('is read in whatever pieces it comes', () => {
    const text =
      '2026 INF |  https://api.trycloudflare.com  |\r\n\u001b[32mINF\u001b[0m |  https://two-words.trycloudflare.com   |\n' +
      'INF Starting metrics server on 127.0.0.1:20241/metrics\nINF Registered tunnel connection connIndex=0\n' +
      '{"lvl":"info","msg":"started tunnel","addr":"http://localhost:4590","url":"https://a.ngrok.app"}\n'
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 30 }), (sizes) => {
        const output = new ProgramOutput()
        let at = 0
        for (let turn = 0; at < text.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1
          output.add(text.slice(at, at + size))
          at += size
        }
        expect(output).toMatchObject({
          quickTunnel: 'https://two-words.trycloudflare.com',
          metricsPort: 20_241,
          isConnected: true,
        })
        expect(output.ngrokTunnel(4_590)).toBe('https://a.ngrok.app')
        expect(output.ngrokTunnel(1)).toBeNull()
      }),
    )
  })

  it('stays small and keeps tokens to itself', () => {
    const output = new ProgramOutput()
    for (let line = 0; line < 5_000; line += 1) output.add('x'.repeat(1_000))
    output.add('\nERR failed: no route to host\nYour authtoken: abc\nERR failed: token=abc\n')
    expect(output.lastWords()).toBe('ERR failed: no route to host')
    expect(output.lastWords().length).toBeLessThanOrEqual(600)
    const long = new ProgramOutput()
    for (let line = 0; line < 100; line += 1) long.add(`ERR ${'y'.repeat(9_000)}\n`)
    expect(long.lastWords().length).toBe(600)
  })
})
