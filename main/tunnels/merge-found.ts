import { Problem } from '../../shared/problems.ts'
import type { FoundTunnel } from './discovery.ts'
import { nameOfProgram, type ProgramKind } from './programs.ts'
import { type LiveTunnel, moveTo } from './tunnel-state.ts'

/** One look may miss a program on a busy machine; the address in force does not come and go with that. */
const MISSES = 2

export interface Merged {
  readonly changed: boolean
  /** Have another address than before. */
  readonly moved: readonly LiveTunnel[]
  /** Are not found any more, and nobody needs them. */
  readonly gone: readonly LiveTunnel[]
}

/**
 * Brings what was found into the list of tunnels. A program that was found at the same place is the same tunnel; when
 * one is gone and another of its kind has come, the tunnel in use follows it. `asked` are the kinds that were looked
 * for: others that were not found may well run. `make` adds a tunnel that is new.
 */
export function mergeFound(
  tunnels: LiveTunnel[],
  found: readonly FoundTunnel[],
  asked: readonly ProgramKind[],
  make: (found: FoundTunnel) => LiveTunnel,
): Merged {
  const moved: LiveTunnel[] = []
  const met = new Set<LiveTunnel>()
  let changed = false
  const meet = (tunnel: LiveTunnel, { key, url }: FoundTunnel) => {
    met.add(tunnel)
    tunnel.key = key
    tunnel.misses = 0
    if (tunnel.url === url && tunnel.state !== 'stopped') return
    changed = true
    if (tunnel.url !== url) moved.push(tunnel)
    moveTo(tunnel, url)
  }
  const strangers = found.filter((each) => {
    const same = tunnels.find((tunnel) => isSame(tunnel, each))
    if (same !== undefined && same.state !== 'starting') meet(same, each)
    return same === undefined
  })
  for (const stranger of strangers) {
    const left = tunnels.find(
      (tunnel) => tunnel.inUse && tunnel.kind === stranger.kind && tunnel.run === null && !met.has(tunnel),
    )
    if (left !== undefined) {
      meet(left, stranger)
      continue
    }
    // A program that is just being started here says itself where it is.
    if (tunnels.some((tunnel) => tunnel.kind === stranger.kind && tunnel.state === 'starting')) continue
    const made = make(stranger)
    met.add(made)
    tunnels.push(made)
    changed = true
  }
  const lost = tunnels.filter((tunnel) => isLost(tunnel, asked) && !met.has(tunnel))
  for (const tunnel of lost.filter(({ inUse, state }) => inUse && state !== 'stopped')) {
    tunnel.misses += 1
    if (tunnel.misses < MISSES) continue
    changed = true
    tunnel.state = 'stopped'
    tunnel.problem = ended(tunnel)
  }
  const gone = lost.filter(({ inUse }) => !inUse)
  return { changed: changed || gone.length > 0, moved, gone }
}

/** By its place, or by its address where the program did not say its place. */
function isSame(tunnel: LiveTunnel, found: FoundTunnel): boolean {
  return tunnel.kind === found.kind && (tunnel.key === found.key || (tunnel.url !== null && tunnel.url === found.url))
}

/** Should have been found. What was started here says itself when it ends. */
function isLost({ kind, startedHere }: LiveTunnel, asked: readonly ProgramKind[]): boolean {
  return kind !== 'typed' && !startedHere && asked.includes(kind)
}

function ended({ kind }: LiveTunnel) {
  const name = kind === 'typed' ? 'The tunnel' : nameOfProgram(kind)
  return new Problem('TUNNEL_FAILED', `${name} does not run any more.`, {
    cause: 'Its program does not answer, or does not lead to the receiver any more. Its address is not in force.',
    remedies: ['Start the program again. It is followed, also to another address.'],
  }).toData()
}
