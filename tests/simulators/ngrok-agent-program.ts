/**
 * Behaves like `ngrok http … --log stdout --log-format json`, run as a program of its own, with its local API on the port
 * NGROK_PORT. NGROK_MODE `unknown` makes it refuse like one whose account is not known.
 */
import { startForwarder } from './cloudflared.ts'
import { startNgrokAgent } from './ngrok-agent.ts'

const [command, target = ''] = process.argv.slice(2)
const log = (entry: Record<string, unknown>) => process.stdout.write(`${JSON.stringify(entry)}\n`)
process.on('SIGTERM', () => process.exit(0))

if (command !== 'http' || process.env.NGROK_MODE === 'unknown') {
  log({ lvl: 'eror', msg: 'failed to auth', err: 'Your authtoken: 2abcdefSECRETxyz is not known' })
  log({ lvl: 'crit', msg: 'command failed', err: 'authentication failed: ERR_NGROK_4018' })
  process.exit(1)
}
const forwarder = await startForwarder(target)
const url = `https://p${forwarder.port}.ngrok-free.app`
await startNgrokAgent([{ public_url: url, addr: target }], Number(process.env.NGROK_PORT))
log({ lvl: 'info', msg: 'started tunnel', obj: 'tunnels', name: 'command_line', addr: target, url })
