import type { TunnelsView } from '../../shared/contract/tunnels.ts'
import { notFound, Problem } from '../../shared/problems.ts'
import type { Audit, Caller } from '../audit/audit.ts'
import type { Changes } from '../changes.ts'
import type { Clock } from '../host.ts'
import type { HttpClient } from '../http/http-client.ts'
import type { Store } from '../store/store.ts'
import { Discovery } from './discovery.ts'
import { InForce } from './in-force.ts'
import { mergeFound } from './merge-found.ts'
import { PortChange } from './port-change.ts'
import { type TunnelReceiver, type TunnelSurroundings, usualSurroundings } from './ports.ts'
import { ProgramRun } from './program-run.ts'
import { describePrograms, findProgram, type ProgramKind, type StartableKind } from './programs.ts'
import { proveTunnel } from './proof.ts'
import { TunnelRows } from './rows.ts'
import { notInstalled, notListening, notStartedHere, problemOf, runsAlready } from './tunnel-problems.ts'
import { type LiveTunnel, newTunnel, restoredTunnels, shownTunnel } from './tunnel-state.ts'
import { typedAddress } from './typed-address.ts'

export type { TunnelReceiver, TunnelSurroundings } from './ports.ts'

const MAX_TUNNELS = 50
/** Programs that have to be run to be asked are asked at every so many looks. */
const COMMANDS_EVERY = 6

export interface TunnelDependencies {
  readonly store: Store
  readonly receiver: TunnelReceiver
  readonly audit: Audit
  readonly changes: Changes
  readonly clock: Clock
  readonly http: HttpClient
  /** Tests put their own programs, ports and times in the place of the usual ones. */
  readonly surroundings?: TunnelSurroundings
}

/**
 * Ways from the internet to the receiver: found, started, typed, proved, and one of them in use. Nothing runs before
 * {@link open}; what the operator typed is there without it.
 */
export class Tunnels {
  readonly #deps: TunnelDependencies
  readonly #rows: TunnelRows
  readonly #surroundings: TunnelSurroundings
  readonly #discovery: Discovery
  readonly #inForce: InForce
  readonly #tunnels: LiveTunnel[]
  readonly #proofs = new Map<number, { readonly ending: AbortController; readonly done: Promise<void> }>()
  readonly #closing = new AbortController()
  #timer: NodeJS.Timeout | null = null
  #looking: Promise<void> | null = null
  #looks = 0
  readonly #portChange = new PortChange()
  #endWatch: () => void = () => {}
  #askedAt = Number.NEGATIVE_INFINITY

  constructor(dependencies: TunnelDependencies) {
    this.#deps = dependencies
    this.#surroundings = dependencies.surroundings ?? usualSurroundings()
    this.#discovery = new Discovery(dependencies.http, this.#surroundings)
    this.#rows = new TunnelRows(dependencies.store.db)
    this.#inForce = new InForce(this.#rows, dependencies.receiver, dependencies.clock)
    this.#tunnels = restoredTunnels(this.#rows)
  }

  /** Puts the address that was in use in force again, and begins to look after it. */
  open(): void {
    this.#inForce.open()
    this.#settle()
    this.#checkPort()
    this.#endWatch = this.#deps.changes.subscribe((topic) => {
      if (topic === 'receiver') this.#checkPort()
    })
    this.#timer = setInterval(() => this.#tick(), this.#surroundings.times.poll)
    this.#timer.unref()
    if (this.#tunnels.some(({ inUse }) => inUse)) this.#lookQuietly(true)
  }

  /** Asking keeps Keyhold looking for running programs for a while. */
  list(): TunnelsView {
    this.#askedAt = performance.now()
    const local = this.#deps.receiver.localUrl()
    return {
      tunnels: this.#tunnels.map(shownTunnel),
      programs: describePrograms(this.#surroundings.path, local === null ? null : Number(new URL(local).port)),
      history: this.#rows.history(),
    }
  }

  async discover(): Promise<TunnelsView> {
    await this.#look(true)
    return this.list()
  }

  /**
   * Starts the program and answers at once; its state goes from `starting` over `proving` to `proved` or `failed`.
   * Throws TUNNEL_FAILED where it is not installed, CONFLICT where it was started already or the receiver does not listen.
   */
  start(caller: Caller, { kind }: { kind: StartableKind }): TunnelsView {
    const localUrl = this.#deps.receiver.localUrl()
    if (localUrl === null) throw notListening()
    const file = findProgram(kind, this.#surroundings.path)
    if (file === null) throw notInstalled(kind, this.#surroundings.path)
    if (this.#tunnels.some((tunnel) => tunnel.kind === kind && tunnel.run !== null)) throw runsAlready(kind)
    const ended = this.#tunnels.filter(
      (tunnel) => tunnel.kind === kind && (tunnel.startedHere || tunnel.state === 'stopped'),
    )
    const wasInUse = ended.some(({ inUse }) => inUse)
    for (const old of ended) this.#forget(old)
    const run = new ProgramRun(kind, {
      file,
      localUrl,
      discovery: this.#discovery,
      surroundings: this.#surroundings,
    })
    const id = this.#rows.insert(kind, null, this.#deps.clock.now())
    const tunnel = newTunnel(id, kind, { state: 'starting', run, startedHere: true })
    this.#tunnels.push(tunnel)
    if (wasInUse) this.#choose(tunnel)
    this.#record(caller, 'tunnel.started', tunnel)
    this.#changed()
    void this.#follow(tunnel, run)
    return this.list()
  }

  /** Ends a program that was started here; while it starts, too. Throws NOT_FOUND, CONFLICT for one that runs elsewhere. */
  async stop(caller: Caller, { id }: { id: number }): Promise<TunnelsView> {
    const tunnel = this.#tunnel(id)
    if (tunnel.run === null) throw notStartedHere(tunnel)
    await this.#stop(tunnel)
    this.#record(caller, 'tunnel.stopped', tunnel)
    return this.list()
  }

  /** An address that Keyhold cannot find by itself. One that is known already is not added again. */
  add(_caller: Caller, { url }: { url: string }): TunnelsView {
    const address = typedAddress(url, this.#deps.receiver.localUrl())
    if (this.#tunnels.length >= MAX_TUNNELS) {
      throw new Problem('CONFLICT', `There are ${MAX_TUNNELS} tunnels already.`, { remedies: ['Remove some of them.'] })
    }
    if (!this.#tunnels.some((tunnel) => tunnel.url === address)) {
      const id = this.#rows.insert('typed', address, this.#deps.clock.now())
      this.#tunnels.push(newTunnel(id, 'typed', { url: address }))
      this.#changed()
    }
    return this.list()
  }

  /** Takes it off the list; a program that was started here is ended. Throws NOT_FOUND. */
  async remove(caller: Caller, { id }: { id: number }): Promise<TunnelsView> {
    const tunnel = this.#tunnel(id)
    if (tunnel.run !== null) {
      await this.#stop(tunnel)
      this.#record(caller, 'tunnel.stopped', tunnel)
    }
    this.#forget(tunnel)
    this.#settle()
    this.#changed()
    return this.list()
  }

  /**
   * Sends a nonce through it and waits for it at the receiver. What came of it is in the state of the tunnel.
   * Throws NOT_FOUND, CONFLICT while it has no address or the receiver does not listen.
   */
  async prove({ id }: { id: number }): Promise<TunnelsView> {
    const tunnel = this.#tunnel(id)
    if (tunnel.url === null) {
      throw new Problem('CONFLICT', 'This tunnel has no address yet.', { remedies: ['Wait until it has started.'] })
    }
    if (this.#deps.receiver.localUrl() === null) throw notListening()
    await this.#prove(tunnel)
    return this.list()
  }

  /** Its address is recorded with captured requests from now on, and so is the next one when it changes. Null: none. */
  use(caller: Caller, { id }: { id: number | null }): TunnelsView {
    const chosen = id === null ? null : this.#tunnel(id)
    this.#choose(chosen)
    this.#record(caller, 'tunnel.used', chosen)
    if (chosen !== null && chosen.state === 'found' && this.#deps.receiver.localUrl() !== null) void this.#prove(chosen)
    return this.list()
  }

  /** Ends programs that were started here and everything that is under way. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
    this.#endWatch()
    this.#closing.abort()
    for (const { ending } of this.#proofs.values()) ending.abort()
    const runs = this.#tunnels.map(({ run }) => run).filter((run) => run !== null)
    await Promise.all(runs.map((run) => run.stop()))
    await Promise.all([...this.#proofs.values()].map(({ done }) => done))
    await this.#looking
    for (const tunnel of this.#tunnels) if (tunnel.startedHere) this.#rows.delete(tunnel.id)
    this.#inForce.close()
  }

  async #follow(tunnel: LiveTunnel, run: ProgramRun): Promise<void> {
    try {
      const { key, url } = await run.address
      tunnel.key = key
      tunnel.url = url
      tunnel.state = 'found'
      this.#rows.setUrl(tunnel.id, url)
      // The search may have met the program before it said here what its address is.
      for (const twin of this.#tunnels.filter((other) => other !== tunnel && other.key === key)) this.#forget(twin)
      this.#settle()
      this.#changed()
      void this.#prove(tunnel)
    } catch (error) {
      if (!run.isStopping || error instanceof Problem) tunnel.problem = problemOf(error)
    }
    const problem = await run.ended
    tunnel.run = null
    if (this.#closing.signal.aborted) return
    this.#proofs.get(tunnel.id)?.ending.abort()
    tunnel.problem ??= problem?.toData() ?? null
    if (problem !== null) tunnel.problem = problem.toData()
    tunnel.state = tunnel.problem === null ? 'stopped' : 'failed'
    tunnel.url = null
    tunnel.key = null
    this.#settle()
    this.#changed()
  }

  async #stop(tunnel: LiveTunnel): Promise<void> {
    this.#proofs.get(tunnel.id)?.ending.abort()
    tunnel.problem = null
    await tunnel.run?.stop()
    tunnel.run = null
    tunnel.state = 'stopped'
    tunnel.url = null
    if (tunnel.inUse) this.#choose(null)
    this.#changed()
  }

  #forget(tunnel: LiveTunnel): void {
    this.#proofs.get(tunnel.id)?.ending.abort()
    this.#rows.delete(tunnel.id)
    tunnel.inUse = false
    const place = this.#tunnels.indexOf(tunnel)
    if (place >= 0) this.#tunnels.splice(place, 1)
  }

  #choose(chosen: LiveTunnel | null): void {
    this.#deps.store.transaction(() => this.#rows.use(chosen?.id ?? null))
    for (const tunnel of this.#tunnels) tunnel.inUse = tunnel === chosen
    this.#settle()
    this.#changed()
  }

  /** The address in force is that of the tunnel in use, as long as its program runs. */
  #settle(): void {
    const used = this.#tunnels.find(({ inUse }) => inUse)
    const isUp = used !== undefined && used.url !== null && used.state !== 'stopped'
    this.#inForce.set(isUp && used.url !== null ? { kind: used.kind, url: used.url } : null)
  }

  #prove(tunnel: LiveTunnel): Promise<void> {
    const present = this.#proofs.get(tunnel.id)
    if (present !== undefined) return present.done
    const ending = new AbortController()
    const done = this.#tryProof(tunnel, ending.signal).finally(() => {
      this.#proofs.delete(tunnel.id)
      this.#changed()
    })
    this.#proofs.set(tunnel.id, { ending, done })
    return done
  }

  async #tryProof(tunnel: LiveTunnel, signal: AbortSignal): Promise<void> {
    const { url } = tunnel
    if (url === null) return
    const { receiver, http, clock } = this.#deps
    tunnel.state = 'proving'
    tunnel.problem = null
    this.#changed()
    try {
      const roundTripMs = await proveTunnel(url, receiver, http, this.#surroundings.times, signal)
      if (signal.aborted || tunnel.url !== url) return
      tunnel.state = 'proved'
      tunnel.roundTripMs = roundTripMs
      tunnel.provedAt = clock.now()
    } catch (error) {
      if (signal.aborted || tunnel.url !== url) return
      tunnel.state = 'failed'
      tunnel.problem = problemOf(error)
    }
  }

  #tick(): void {
    this.#inForce.touch()
    this.#checkPort()
    const used = this.#tunnels.find(({ inUse }) => inUse)
    const isWatched = performance.now() - this.#askedAt < this.#surroundings.times.interest
    // A typed address cannot change by itself.
    if (!isWatched && (used === undefined || used.kind === 'typed')) return
    this.#looks += 1
    this.#lookQuietly(this.#looks % COMMANDS_EVERY === 0)
  }

  /** After the receiver has moved, proofs are of another port. The address in use is proved anew. */
  #checkPort(): void {
    const astray = this.#portChange.look(this.#deps.receiver.localUrl(), this.#tunnels)
    if (astray.length === 0) return
    for (const { id } of astray) this.#proofs.get(id)?.ending.abort()
    this.#changed()
    for (const tunnel of astray) if (tunnel.inUse && tunnel.state === 'found') void this.#proveAnew(tunnel)
  }

  #lookQuietly(alsoCommands: boolean): void {
    this.#look(alsoCommands).catch(() => {
      // The database did not take what was found. The next look finds it again, and one that is asked for says so.
    })
  }

  /** `alsoCommands`: runs programs that can only be asked that way. Looks that are asked for at the same time are one. */
  async #look(alsoCommands: boolean): Promise<void> {
    const before = this.#looking
    if (before !== null) {
      await before
      if (!alsoCommands) return
    }
    this.#looking ??= this.#lookAround(alsoCommands).finally(() => {
      this.#looking = null
    })
    await this.#looking
  }

  async #lookAround(alsoCommands: boolean): Promise<void> {
    const local = this.#deps.receiver.localUrl()
    const { signal } = this.#closing
    if (local === null || signal.aborted) return
    const port = Number(new URL(local).port)
    const [onPorts, byCommand] = await Promise.all([
      this.#discovery.byPorts(port, signal),
      alsoCommands ? this.#discovery.byCommands(port, signal) : [],
    ])
    if (signal.aborted) return
    const asked: ProgramKind[] = alsoCommands
      ? ['cloudflared', 'ngrok', 'tailscale', 'devtunnel']
      : ['cloudflared', 'ngrok']
    const result = mergeFound(this.#tunnels, [...onPorts, ...byCommand], asked, (found) =>
      newTunnel(this.#rows.insert(found.kind, found.url, this.#deps.clock.now()), found.kind, found),
    )
    for (const gone of result.gone) this.#forget(gone)
    for (const moved of result.moved) {
      this.#proofs.get(moved.id)?.ending.abort()
      this.#rows.setUrl(moved.id, moved.url)
    }
    if (!result.changed) return
    this.#settle()
    this.#changed()
    for (const moved of result.moved) if (moved.inUse) void this.#proveAnew(moved)
  }

  /** After the proof of the address before has ended. */
  async #proveAnew(tunnel: LiveTunnel): Promise<void> {
    await this.#proofs.get(tunnel.id)?.done
    await this.#prove(tunnel)
  }

  #tunnel(id: number): LiveTunnel {
    const tunnel = this.#tunnels.find((each) => each.id === id)
    if (tunnel === undefined) throw notFound('tunnel', id)
    return tunnel
  }

  #record(
    caller: Caller,
    action: 'tunnel.started' | 'tunnel.stopped' | 'tunnel.used',
    tunnel: LiveTunnel | null,
  ): void {
    const name = tunnel === null ? null : (tunnel.url ?? tunnel.kind)
    this.#deps.audit.record(caller, {
      action,
      ...(tunnel === null ? {} : { subject: { kind: 'tunnel', id: tunnel.id, name } }),
      ...(tunnel === null ? { detail: 'None is in use any more.' } : {}),
    })
  }

  #changed(): void {
    this.#deps.changes.announce('tunnels')
  }
}
