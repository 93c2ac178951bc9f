import { BlockList, isIP } from 'node:net'

/** Addresses that no provider reaches: RFC 6890, with those of carriers (RFC 6598), which tailnets use as well. */
const inner = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['224.0.0.0', 3],
] as const) {
  inner.addSubnet(network, bits, 'ipv4')
  inner.addSubnet(`::ffff:${network}`, 96 + bits, 'ipv6')
}
for (const [network, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  inner.addSubnet(network, bits, 'ipv6')
}

/**
 * Whether a host, as `URL.hostname` writes it, can be one of the internet: no address of this machine, of a private
 * network or of a link, and no name that only such a network knows. What a name leads to is not asked.
 */
export function isInternetHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '')
  const family = isIP(host)
  if (family !== 0) return !inner.check(host, family === 6 ? 'ipv6' : 'ipv4')
  const name = host.replace(/\.$/, '')
  return name.includes('.') && !/\.(?:localhost|local|internal|home\.arpa|lan)$/.test(name)
}
