import { z } from 'zod'
import { isInternetHost } from './internet-host.ts'

/**
 * What tunnel programs say about themselves. Only what is looked at is described; everything else may change without
 * harm, and an answer of another form means "nothing found".
 */

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]', '::1', '0.0.0.0'])

/** Whether an address as programs write it ("http://localhost:4590", "localhost:4590", "4590") is a port of this machine. */
export function leadsToPort(address: string, port: number): boolean {
  if (/^\d+$/.test(address)) return Number(address) === port
  try {
    const { hostname, port: named, protocol } = new URL(address.includes('://') ? address : `http://${address}`)
    const effective = named === '' ? (protocol === 'https:' ? 443 : 80) : Number(named)
    return LOOPBACK.has(hostname) && effective === port
  } catch {
    // Not an address: a folder that is served, or something new.
    return false
  }
}

/** An http or https address without a slash at the end, or null. */
export function publicAddress(text: string): string | null {
  if (text.length > 500 || !URL.canParse(text)) return null
  const url = new URL(text)
  if ((url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '' || url.password !== '') return null
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}

/** Like {@link publicAddress}, and null for an address of this machine or a private network: a tunnel comes from outside. */
function foundAddress(text: string): string | null {
  const address = publicAddress(text)
  return address !== null && isInternetHost(new URL(address).hostname) ? address : null
}

/** `GET /quicktunnel` of cloudflared's metrics server; the name is empty for a tunnel that is not a quick one. */
export function readQuickTunnel(answer: unknown): string | null {
  const parsed = z.object({ hostname: z.string().regex(/^[a-z0-9.-]+$/i) }).safeParse(answer)
  return parsed.success ? foundAddress(`https://${parsed.data.hostname}`) : null
}

const ngrokTunnel = z.object({ public_url: z.string(), config: z.object({ addr: z.string() }) })

/** `GET /api/tunnels` of the ngrok agent: the tunnel that leads to `port`, the one with https before others. */
export function readNgrokTunnels(answer: unknown, port: number): string | null {
  const parsed = z.object({ tunnels: z.array(z.unknown()) }).safeParse(answer)
  if (!parsed.success) return null
  const addresses = parsed.data.tunnels.flatMap((entry) => {
    const tunnel = ngrokTunnel.safeParse(entry)
    const url =
      tunnel.success && leadsToPort(tunnel.data.config.addr, port) ? foundAddress(tunnel.data.public_url) : null
    return url === null ? [] : [url]
  })
  return addresses.find((address) => address.startsWith('https:')) ?? addresses[0] ?? null
}

const serveStatus = z.object({
  Web: z.record(
    z.string(),
    z
      .object({ Handlers: z.record(z.string(), z.object({ Proxy: z.string().optional() }).nullable()).nullish() })
      .nullable(),
  ),
  AllowFunnel: z.record(z.string(), z.boolean()),
})

/**
 * `tailscale serve status --json` (ipn.ServeConfig): the address that Funnel opens to the internet and that leads to
 * `port`. What is served inside of the tailnet alone does not count: no provider reaches it.
 */
export function readTailscaleServe(answer: unknown, port: number): string | null {
  const parsed = serveStatus.safeParse(answer)
  if (!parsed.success) return null
  for (const [host, server] of Object.entries(parsed.data.Web)) {
    if (parsed.data.AllowFunnel[host] !== true) continue
    for (const [mount, handler] of Object.entries(server?.Handlers ?? {})) {
      if (handler?.Proxy !== undefined && leadsToPort(handler.Proxy, port)) {
        return foundAddress(`https://${host.replace(/:443$/, '')}${mount}`)
      }
    }
  }
  return null
}

/** `tailscale status --json`: whether it is connected, so that what is served can be reached. */
export function isTailscaleUp(answer: unknown): boolean {
  return z.object({ BackendState: z.literal('Running') }).safeParse(answer).success
}

const devTunnel = z.object({ tunnelId: z.string(), hostConnections: z.number().optional() })

/** `devtunnel list --json`: ids of tunnels somebody hosts now. The form is that of version 1; it is not documented. */
export function readDevTunnelList(answer: unknown): string[] {
  const parsed = z.object({ tunnels: z.array(z.unknown()) }).safeParse(answer)
  if (!parsed.success) return []
  return parsed.data.tunnels.flatMap((entry) => {
    const tunnel = devTunnel.safeParse(entry)
    const isHosted = tunnel.success && tunnel.data.hostConnections !== 0
    // The id goes onto a command line: one that could be read as an option is none.
    return isHosted && /^[a-z0-9][a-z0-9.-]*$/i.test(tunnel.data.tunnelId) ? [tunnel.data.tunnelId] : []
  })
}

const devTunnelPort = z.object({ portNumber: z.number(), portUri: z.string() })

/** `devtunnel show <id> --json`: the address of the port. */
export function readDevTunnel(answer: unknown, port: number): string | null {
  const parsed = z.object({ tunnel: z.object({ ports: z.array(z.unknown()) }) }).safeParse(answer)
  if (!parsed.success) return null
  for (const entry of parsed.data.tunnel.ports) {
    const found = devTunnelPort.safeParse(entry)
    if (found.success && found.data.portNumber === port) return foundAddress(found.data.portUri)
  }
  return null
}
