import { hostname, networkInterfaces } from 'node:os'
import type { EndpointBook } from '../receiver/ports.ts'

const loopback =
  /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1?\]|\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\])$/

/** Whether an address is that of the receiver itself, by whichever of this machine's names for itself. */
export function isOwnReceiver(url: string, endpoints: Pick<EndpointBook, 'localUrl'>): boolean {
  const local = endpoints.localUrl()
  if (local === null) return false
  const own = new URL(local)
  const there = new URL(url)
  if (portOf(own) !== portOf(there)) return false
  return there.hostname === own.hostname || isThisMachine(there.hostname)
}

/** The receiver listens on loopback, or on every address of this machine when the operator says so. */
function isThisMachine(host: string): boolean {
  if (loopback.test(host) || host === hostname().toLowerCase()) return true
  const addresses = Object.values(networkInterfaces()).flatMap((found) => found ?? [])
  return addresses.some(({ address }) => host === address || host === `[${address}]`)
}

/**
 * Whether forwarding there would bring a request back to the receiver, perhaps through the tunnel in force. What a
 * captured request says of where it was sent does not count: anybody could stop the forwarding with a header.
 */
export function leadsBack(url: string, endpoints: Pick<EndpointBook, 'localUrl' | 'publicUrl'>): boolean {
  if (isOwnReceiver(url, endpoints)) return true
  const publicUrl = endpoints.publicUrl()
  return publicUrl !== null && URL.canParse(publicUrl) && new URL(publicUrl).host === new URL(url).host
}

function portOf({ port, protocol }: URL): string {
  if (port !== '') return port
  return protocol === 'https:' ? '443' : '80'
}
