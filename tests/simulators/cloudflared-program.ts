/**
 * Behaves like `cloudflared tunnel --url … --metrics …`, run as a program of its own. Its quick tunnel is a forwarder on
 * this machine whose port stands in the name: p12345.trycloudflare.com. CLOUDFLARED_MODE makes it fail:
 * `exits`, `silent` (never an address), `prints` (no metrics server), `stubborn` (does not end when asked).
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { startCloudflaredMetrics, startForwarder } from './cloudflared.ts'

const mode = process.env.CLOUDFLARED_MODE ?? ''
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: 'string' },
    metrics: { type: 'string' },
    config: { type: 'string' },
    'no-autoupdate': { type: 'boolean' },
  },
})
const say = (level: string, text: string) => process.stderr.write(`2026-01-01T00:00:00Z ${level} ${text}\n`)

if (mode === 'stubborn') process.on('SIGTERM', () => say('INF', 'Not yet'))
else process.on('SIGTERM', () => process.exit(0))

const inherited = Object.keys(process.env).filter((name) => name.startsWith('TUNNEL_'))
if (positionals[0] !== 'tunnel' || inherited.length > 0) {
  say('ERR', `Settings from somewhere else: ${inherited.join(' ')}`)
  process.exit(2)
}
// Rules of a file that is not ours keep quick tunnels from working: the file has to be named, and to have none.
if (readFileSync(values.config ?? '', 'utf8').includes('ingress')) process.exit(3)

if (mode === 'exits') {
  say('INF', 'Requesting new quick Tunnel on trycloudflare.com...')
  say('ERR', 'failed to request quick Tunnel: Post "https://api.trycloudflare.com/tunnel": dial tcp: no route to host')
  process.exit(1)
}
setInterval(() => undefined, 60_000)
if (mode !== 'silent') {
  const forwarder = await startForwarder(values.url ?? '')
  const hostname = `p${forwarder.port}.trycloudflare.com`
  const port = Number((values.metrics ?? '').split(':')[1])
  say('INF', 'Requesting new quick Tunnel on trycloudflare.com...')
  say('INF', '+--------------------------------------------------------------------------------------------+')
  say('INF', '|  Your quick Tunnel has been created! Visit it at (it may take some time to be reachable):  |')
  say('INF', `|  https://${hostname}                                               |`)
  say('INF', '+--------------------------------------------------------------------------------------------+')
  if (mode === 'prints') say('INF', 'Registered tunnel connection connIndex=0 protocol=quic')
  else {
    say('INF', `Starting metrics server on 127.0.0.1:${port}/metrics`)
    let asked = 0
    // Like the real one it has a name before it has a connection.
    await startCloudflaredMetrics(hostname, { port, ready: () => ++asked > 2 })
  }
}
