import type { Tunnel, TunnelKind } from '../../../shared/contract/tunnels.ts'
import { schemeIds, schemes } from '../../../shared/webhook-schemes.ts'

const kindNames: Record<TunnelKind, string> = {
  cloudflared: 'Cloudflare Tunnel',
  ngrok: 'ngrok',
  tailscale: 'Tailscale Funnel',
  devtunnel: 'Dev tunnel',
  typed: 'Typed address',
}

/** The kind of a tunnel as its makers call it. */
export function kindName(kind: TunnelKind): string {
  return kindNames[kind]
}

const stateNames: Record<Tunnel['state'], string> = {
  starting: 'Starting',
  found: 'Not proved',
  proving: 'Proving',
  proved: 'Proved',
  failed: 'Failed',
  stopped: 'Stopped',
}

/** The state in a word or two. */
export function stateName(state: Tunnel['state']): string {
  return stateNames[state]
}

/** Whether something is under way of which the end will change the state by itself. */
export function isUnderWay({ state }: Pick<Tunnel, 'state'>): boolean {
  return state === 'starting' || state === 'proving'
}

/** "Twilio, Square, HubSpot (v3) and HubSpot (v2)": those who sign the address they call. */
export function urlBoundNames(): string {
  const names = schemeIds.filter((id) => schemes[id].urlBound).map((id) => schemes[id].name)
  return new Intl.ListFormat('en-GB').format(names)
}
