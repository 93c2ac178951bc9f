import type { Tunnel, TunnelKind, TunnelProgram } from '../../../shared/contract/tunnels.ts'
import { schemeIds, schemes } from '../../../shared/webhook-schemes.ts'

/** What made a tunnel: its program by the name that the list of programs has for it, or whoever typed its address. */
export function kindName(kind: TunnelKind, programs: readonly Pick<TunnelProgram, 'kind' | 'name'>[]): string {
  if (kind === 'typed') return 'Typed address'
  return programs.find((program) => program.kind === kind)?.name ?? kind
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
