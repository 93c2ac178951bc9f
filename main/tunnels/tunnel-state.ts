import type { Tunnel } from '../../shared/contract/tunnels.ts'
import type { ProblemData } from '../../shared/problems.ts'
import type { ProgramRun } from './program-run.ts'
import type { TunnelRows } from './rows.ts'

/** A tunnel while Keyhold runs. */
export interface LiveTunnel {
  readonly id: number
  readonly kind: Tunnel['kind']
  /** Where the program was found ("ngrok:4040"); null for a typed address and before it was found. */
  key: string | null
  url: string | null
  state: Tunnel['state']
  roundTripMs: number | null
  provedAt: number | null
  problem: ProblemData | null
  inUse: boolean
  /** Looks in a row that did not find it. */
  misses: number
  /** The program, where it was started here and still runs. */
  run: ProgramRun | null
  readonly startedHere: boolean
}

export function newTunnel(
  id: number,
  kind: Tunnel['kind'],
  more: Partial<Pick<LiveTunnel, 'key' | 'url' | 'state' | 'inUse' | 'run'>> & { readonly startedHere?: boolean } = {},
): LiveTunnel {
  return {
    id,
    kind,
    key: null,
    url: null,
    state: 'found',
    roundTripMs: null,
    provedAt: null,
    problem: null,
    inUse: false,
    misses: 0,
    run: null,
    startedHere: false,
    ...more,
  }
}

/** Typed addresses, and the one that was in use, which is found again or not. Others are found anew. */
export function restoredTunnels(rows: TunnelRows): LiveTunnel[] {
  return rows.all().flatMap(({ id, kind, url, inUse }) => {
    if (kind === 'typed') return [newTunnel(id, kind, { url, inUse })]
    if (inUse) return [newTunnel(id, kind, { url, inUse, state: 'stopped' })]
    rows.delete(id)
    return []
  })
}

export function shownTunnel({ key: _key, run: _run, misses: _misses, ...tunnel }: LiveTunnel): Tunnel {
  return tunnel
}

/** Another address: what was proved, was proved of the one before. */
export function moveTo(tunnel: LiveTunnel, url: string): void {
  tunnel.url = url
  unprove(tunnel)
}

/** Whether it leads here is open again. */
export function unprove(tunnel: LiveTunnel): void {
  tunnel.state = 'found'
  tunnel.problem = null
  tunnel.roundTripMs = null
  tunnel.provedAt = null
}
