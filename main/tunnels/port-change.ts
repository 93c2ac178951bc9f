import { leadsElsewhere } from './tunnel-problems.ts'
import { type LiveTunnel, unprove } from './tunnel-state.ts'

/**
 * Looks whether the receiver is at another port than before, and what that means for the tunnels. A program that was
 * started here leads to the port that the receiver had then: it has failed. Of any other tunnel nobody knows where it
 * leads now: it is `found` again, and has to be proved anew.
 */
export class PortChange {
  /** Where the receiver was last; while it does not listen it has not moved. */
  #localUrl: string | null = null

  /** Those that were changed. */
  look(localUrl: string | null, tunnels: readonly LiveTunnel[]): LiveTunnel[] {
    if (localUrl === null) return []
    const moved = this.#localUrl !== null && this.#localUrl !== localUrl
    this.#localUrl = localUrl
    const astray = tunnels.filter(({ run, state }) => run !== null && run.localUrl !== localUrl && state !== 'failed')
    for (const tunnel of astray) {
      tunnel.state = 'failed'
      tunnel.problem = leadsElsewhere(tunnel.run?.localUrl ?? '', localUrl)
    }
    const unsure = tunnels.filter(
      ({ run, state, url }) => moved && url !== null && state !== 'stopped' && (run?.localUrl ?? localUrl) === localUrl,
    )
    for (const tunnel of unsure) unprove(tunnel)
    return [...astray, ...unsure]
  }
}
