import { firstHeader } from '../raw-headers.ts'
import type { SchemeId } from '../webhook-schemes.ts'

/**
 * Headers by which senders are told apart, in the order they are looked for: whoever adds a signature to requests of
 * others comes after them, so that an event of Stripe forwarded by Hookdeck counts as Stripe's.
 */
const byHeader: readonly (readonly [header: string, scheme: SchemeId])[] = [
  ['stripe-signature', 'stripe'],
  ['x-hub-signature-256', 'github'],
  ['x-hub-signature', 'github-sha1'],
  ['x-slack-signature', 'slack'],
  ['x-shopify-hmac-sha256', 'shopify'],
  ['shopify-hmac-sha256', 'shopify'],
  ['x-twilio-email-event-webhook-signature', 'sendgrid'],
  ['x-twilio-signature', 'twilio'],
  ['paddle-signature', 'paddle'],
  ['linear-signature', 'linear'],
  ['x-square-hmacsha256-signature', 'square'],
  ['x-signature-ed25519', 'discord'],
  ['x-hubspot-signature-v3', 'hubspot-v3'],
  ['x-hubspot-signature', 'hubspot-v1'],
  ['x-zm-signature', 'zoom'],
  ['svix-signature', 'svix'],
  ['webhook-signature', 'standard-webhooks'],
  ['x-gitlab-token', 'gitlab-token'],
  ['x-convoy-signature', 'convoy-simple'],
  ['x-outpost-signature', 'outpost'],
  ['x-hookdeck-signature', 'hookdeck'],
]
const telling = new Map(byHeader.map(([header, scheme], rank) => [header, { scheme, rank }]))

/** The scheme by the names of the headers, and by a value where two schemes share a name. Null: none is known. */
export function detectScheme(rawHeaders: readonly string[]): SchemeId | null {
  let best: { scheme: SchemeId; rank: number } | null = null
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const found = telling.get(rawHeaders[at]?.toLowerCase() ?? '')
    if (found !== undefined && (best === null || found.rank < best.rank)) best = found
  }
  if (best === null) return null
  switch (best.scheme) {
    case 'standard-webhooks':
      return rawHeaders.some((name, at) => at % 2 === 0 && /^x-gitlab-/i.test(name)) ? 'gitlab-signing' : best.scheme
    case 'hubspot-v1':
      return firstHeader(rawHeaders, 'x-hubspot-signature-version')?.toLowerCase() === 'v2' ? 'hubspot-v2' : best.scheme
    case 'convoy-simple':
      return /(?:^|,)t=/.test(firstHeader(rawHeaders, 'x-convoy-signature') ?? '') ? 'convoy-advanced' : best.scheme
    default:
      return best.scheme
  }
}
