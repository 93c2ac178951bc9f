import type { Target } from '../../shared/contract/deliveries.ts'
import { receiverLimits } from '../../shared/limits.ts'
import { invalidField, notFound, Problem, type ProblemData } from '../../shared/problems.ts'
import type { Audit, Caller } from '../audit/audit.ts'
import { checkAuthorities } from '../http/node-raw-client.ts'
import { RawFailure } from '../http/raw-client.ts'
import type { Store } from '../store/store.ts'
import { Forwarder, type ForwarderDependencies } from './forwarder.ts'
import { bareUrl } from './outgoing.ts'
import { isOwnReceiver } from './own-receiver.ts'
import type { StoredTarget, TargetRows } from './target-rows.ts'

export type NewTarget = Omit<StoredTarget, 'id' | 'createdAt'>
export type ChangedTarget = { readonly id: number } & {
  readonly [K in keyof Omit<NewTarget, 'endpointId'>]?: NewTarget[K] | undefined
}

interface ForwardingDependencies extends Omit<ForwarderDependencies, 'switchOff' | 'onAttempt'> {
  readonly store: Store
  readonly targets: TargetRows
  readonly audit: Pick<Audit, 'record'>
  readonly onChange: () => void
}

/** The forward targets: what the operator set up, and a {@link Forwarder} for each while it runs. */
export class Forwarding {
  readonly #deps: ForwardingDependencies
  readonly #forwarders = new Map<number, Forwarder>()
  #endStored: (() => void) | null = null

  constructor(deps: ForwardingDependencies) {
    this.#deps = deps
  }

  start(): void {
    if (this.#endStored !== null) return
    this.#endStored = this.#deps.captures.onStored(() => {
      for (const forwarder of this.#forwarders.values()) forwarder.wake()
    })
    this.reconcile()
  }

  /** Brings what runs in step with the targets that are there: one may have gone with its endpoint. */
  reconcile(): void {
    if (this.#endStored === null) return
    const { targets, queue, journal, captures } = this.#deps
    const present = new Map(targets.all().map((target) => [target.id, target]))
    for (const id of new Set([...queue.known(), ...this.#forwarders.keys()])) {
      // What cannot be written now is tried again with the next change.
      if (!present.has(id)) this.#forget(id).catch(() => {})
    }
    for (const target of present.values()) {
      if (this.#forwarders.has(target.id)) continue
      if (queue.state(target.id) === null) {
        journal.now(() => queue.begin(target.id, captures.newestId(), lostProblem()))
      }
      this.#run(target)
    }
  }

  list(endpointId: number | undefined): Target[] {
    const dead = this.#deps.queue.deadPerTarget()
    return this.#deps.targets
      .all()
      .filter((target) => endpointId === undefined || target.endpointId === endpointId)
      .map((target) => this.#view(target, dead.get(target.id) ?? 0))
  }

  /**
   * Begins with what is captured from now on. Throws NOT_FOUND for an unknown endpoint, and INVALID_INPUT for an address
   * of the receiver itself, for authorities that are none, and beyond ten targets.
   */
  create(caller: Caller, input: NewTarget): Target {
    const { store, targets, queue, journal, captures, endpoints, audit, clock } = this.#deps
    const endpoint = endpoints.facts(input.endpointId)
    this.#check(input)
    const already = targets.all().filter(({ endpointId }) => endpointId === input.endpointId).length
    if (already >= receiverLimits.targets) {
      throw invalidField('endpointId', `An endpoint has at most ${receiverLimits.targets} targets.`, [
        'Delete a target that is not needed any more.',
      ])
    }
    const id = store.transaction(() => {
      const made = targets.insert({ ...input, createdAt: clock.now() })
      const subject = { kind: 'target', id: made, name: bareUrl(input.url) }
      audit.record(caller, { action: 'target.created', subject, detail: `Endpoint ${endpoint.slug}` })
      return made
    })
    journal.now(() => queue.begin(id, captures.newestId(), null))
    const target = this.#required(id)
    if (this.#endStored !== null) this.#run(target)
    this.#deps.onChange()
    return this.#view(target, 0)
  }

  /**
   * A target that was off goes on where it stopped: what was captured meanwhile is forwarded. Throws NOT_FOUND, and
   * INVALID_INPUT like {@link create}.
   */
  update(caller: Caller, input: ChangedTarget): Target {
    const { store, targets, queue, journal, audit } = this.#deps
    const before = this.#required(input.id)
    const after: StoredTarget = {
      ...before,
      url: input.url ?? before.url,
      enabled: input.enabled ?? before.enabled,
      keepPath: input.keepPath ?? before.keepPath,
      timeoutMs: input.timeoutMs ?? before.timeoutMs,
      concurrency: input.concurrency ?? before.concurrency,
      retries: input.retries ?? before.retries,
      ca: input.ca === undefined ? before.ca : input.ca,
    }
    this.#check(after)
    store.transaction(() => {
      targets.update(after)
      const subject = { kind: 'target', id: after.id, name: bareUrl(after.url) }
      audit.record(caller, { action: 'target.updated', subject, detail: after.enabled ? 'On' : 'Off' })
    })
    // What was said about the old address does not hold for the new one.
    if (after.url !== before.url || (after.enabled && !before.enabled)) {
      journal.now(() => queue.setProblem(after.id, null))
    }
    this.#forwarders.get(after.id)?.update(after)
    this.#deps.onChange()
    return this.#viewOf(after)
  }

  /** With its retries and dead letters; its attempts stay part of the history. Throws NOT_FOUND. */
  async delete(caller: Caller, id: number): Promise<void> {
    const { store, targets, audit } = this.#deps
    const target = this.#required(id)
    store.transaction(() => {
      targets.delete(id)
      audit.record(caller, { action: 'target.deleted', subject: { kind: 'target', id, name: bareUrl(target.url) } })
    })
    await this.#forget(id)
    this.#deps.onChange()
  }

  /** Throws NOT_FOUND. */
  isEnabled(id: number): boolean {
    return this.#required(id).enabled
  }

  wake(targetId: number): void {
    this.#forwarders.get(targetId)?.wake()
  }

  async stop(): Promise<void> {
    this.#endStored?.()
    this.#endStored = null
    const all = [...this.#forwarders.values()]
    this.#forwarders.clear()
    await Promise.all(all.map((forwarder) => forwarder.stop()))
  }

  #run(target: StoredTarget): void {
    const forwarder = new Forwarder(
      {
        ...this.#deps,
        onAttempt: this.#deps.onChange,
        switchOff: (id, problem) => this.#switchOff(id, problem),
      },
      target,
    )
    this.#forwarders.set(target.id, forwarder)
    forwarder.wake()
  }

  async #forget(id: number): Promise<void> {
    const forwarder = this.#forwarders.get(id)
    this.#forwarders.delete(id)
    await forwarder?.stop()
    this.#deps.journal.now(() => this.#deps.queue.forget(id))
  }

  #switchOff(id: number, problem: ProblemData): void {
    this.#deps.targets.disable(id)
    this.#deps.journal.now(() => this.#deps.queue.setProblem(id, problem))
    this.#deps.onChange()
  }

  #required(id: number): StoredTarget {
    const target = this.#deps.targets.get(id)
    if (target === null) throw notFound('target', id)
    return target
  }

  #check({ url, ca }: Pick<StoredTarget, 'url' | 'ca'>): void {
    const { username, password } = new URL(url)
    if (username !== '' || password !== '') {
      throw invalidField('url', 'The address contains a user name or password. Leave it out.')
    }
    if (isOwnReceiver(url, this.#deps.endpoints)) {
      throw invalidField(
        'url',
        'This address is the receiver itself: every request would be captured again, for ever.',
        ['Give the address of the program that handles the webhooks.'],
      )
    }
    if (ca !== null) requireAuthorities(ca)
  }

  #viewOf(target: StoredTarget): Target {
    return this.#view(target, this.#deps.queue.deadPerTarget().get(target.id) ?? 0)
  }

  #view(target: StoredTarget, deadLetters: number): Target {
    const { queue } = this.#deps
    const state = queue.state(target.id)
    const first = this.#forwarders.get(target.id)?.waiting() ?? this.#unseen(target, state?.cursor ?? null)
    return {
      ...target,
      waiting: first + queue.retryCount(target.id),
      delivered: state?.delivered ?? 0,
      deadLetters,
      lastAt: state?.lastAt ?? null,
      lastProblem: state?.lastProblem ?? null,
    }
  }

  /** Captured requests above the cursor. */
  #unseen({ endpointId }: StoredTarget, cursor: number | null): number {
    const { captures } = this.#deps
    const newest = captures.newestId()
    if (cursor === null || newest <= cursor) return 0
    const upTo = (throughId: number) =>
      throughId === 0 ? 0 : captures.countSelected({ filter: { endpointId }, throughId })
    return Math.max(0, upTo(newest) - upTo(cursor))
  }
}

/** Throws INVALID_INPUT. */
export function requireAuthorities(pem: string): void {
  try {
    checkAuthorities(pem)
  } catch (error) {
    if (!(error instanceof RawFailure)) throw error
    throw invalidField('ca', error.message, ['Paste the whole file, from BEGIN CERTIFICATE to END CERTIFICATE.'])
  }
}

function lostProblem(): ProblemData {
  return new Problem(
    'STORE_FAILED',
    'How far this target got is not known: it begins with what is captured from now on.',
    {
      cause: 'The record of deliveries was lost or damaged.',
      remedies: ['Replay older requests to this target if it needs them.'],
    },
  ).toData()
}
