import type { Selection } from '../../shared/contract/captures.ts'
import type { Job, ReplayInput } from '../../shared/contract/deliveries.ts'
import { invalidField, notFound, Problem } from '../../shared/problems.ts'
import { countOf } from '../../shared/words.ts'
import type { Audit, Caller } from '../audit/audit.ts'
import type { StoredCapture } from '../captures/capture-record.ts'
import { requireKeptFromScripts } from '../kept-secrets.ts'
import { settledOrLate } from './alarm.ts'
import { requireAuthorities } from './forwarding.ts'
import { JobBoard } from './job-board.ts'
import type { JobRow } from './job-rows.ts'
import { bareUrl } from './outgoing.ts'
import { jobView, ReplayRun, type RunDependencies } from './replay-run.ts'
import { requireFreshPossible, secretFor } from './signing.ts'

interface ReplayDependencies extends Omit<RunDependencies, 'onProgress'> {
  readonly audit: Pick<Audit, 'record'>
  readonly onChange: () => void
}

/** Jobs under way at the same time, paused ones included. */
const MAX_RUNS = 20
/** Of a selection, until one is found that is still there. */
const LOOKED_FOR = 100

/** Replay jobs: those under way and those that ended. */
export class Replays {
  readonly #deps: ReplayDependencies
  readonly #runs = new Map<number, { readonly run: ReplayRun; readonly ended: Promise<void> }>()
  readonly #board: JobBoard

  constructor(deps: ReplayDependencies) {
    this.#deps = deps
    this.#board = new JobBoard(deps.alarm)
  }

  /**
   * Answers at once. Throws INVALID_INPUT when nothing is selected, when there is no secret to sign with, or a fresh
   * timestamp would need a new signature; FORBIDDEN where a stored secret would be sent in plain and must not be; and
   * like `Secrets.requireReady` when it has to be signed.
   */
  start(caller: Caller, input: ReplayInput): Job {
    const { captures, endpoints, journal, jobs, audit, clock } = this.#deps
    requireKeptFromScripts(caller, input.resign)
    this.#requireRoom()
    if (input.ca !== null) requireAuthorities(input.ca)
    const total = captures.countSelected(input.selection)
    // It stands for all: what is wrong with others is said with each of them.
    const capture = this.#firstOf(input.selection)
    if (input.resign !== null) secretFor(endpoints, capture.endpointId, input.resign)
    else if (input.timestamp === 'fresh') requireFreshPossible(endpoints, capture)
    const secret = input.resign?.secret
    const row = journal.now(() => {
      const id = jobs.insert({ input: kept(input), secretGiven: secret !== undefined, createdAt: clock.now(), total })
      return this.#required(id)
    })
    const detail = `${countOf(total, 'request')} to ${bareUrl(input.url)}`
    audit.record(caller, { action: 'replay.started', subject: { kind: 'replay', id: row.id, name: null }, detail })
    return this.#run(row, secret)
  }

  list(before: number | null, limit: number): { items: Job[]; total: number } {
    const { items, total } = this.#deps.jobs.page(before, limit)
    return { items: items.map((row) => this.#runs.get(row.id)?.run.view() ?? jobView(row, null)), total }
  }

  /** Throws NOT_FOUND. */
  get(id: number): Job {
    const live = this.#runs.get(id)
    if (live !== undefined) return live.run.view()
    const row = this.#deps.jobs.shown(id)
    if (row === null) throw notFound('replay', id)
    return jobView(row, null)
  }

  /** Throws NOT_FOUND, and CONFLICT unless it is running. */
  pause(id: number): Job {
    const live = this.#runs.get(id)
    if (live === undefined || live.run.state !== 'running') throw this.#notPossible(id, 'paused')
    live.run.pause()
    return live.run.view()
  }

  /**
   * Throws NOT_FOUND, CONFLICT for one that has ended for good or whose secret was not kept, and FORBIDDEN like
   * {@link start}.
   */
  resume(caller: Caller, id: number): Job {
    const row = this.#required(id)
    if (!row.secretGiven) requireKeptFromScripts(caller, row.input.resign)
    const live = this.#runs.get(id)
    if (live?.run.state === 'paused') {
      live.run.resume()
      return live.run.view()
    }
    if (live !== undefined || (row.state !== 'interrupted' && row.state !== 'paused')) {
      throw this.#notPossible(id, 'resumed')
    }
    if (row.secretGiven) {
      throw new Problem('CONFLICT', 'This replay cannot be resumed: its secret was not kept.', {
        cause: 'The secret was given with the call that started it, and such secrets are not stored.',
        remedies: ['Start a new replay of the requests that are missing.', 'Add the secret to the endpoint.'],
      })
    }
    this.#requireRoom()
    this.#deps.journal.now(() => this.#deps.jobs.setState(id, 'running', null, null))
    return this.#run(this.#required(id), undefined)
  }

  /** Answers at once, and once more for one that was cancelled before. Throws NOT_FOUND, CONFLICT when it is finished. */
  cancel(id: number): Job {
    const live = this.#runs.get(id)
    if (live !== undefined && (live.run.state === 'running' || live.run.state === 'paused')) {
      live.run.cancel()
      return live.run.view()
    }
    const { state } = this.get(id)
    if (state === 'finished') throw this.#notPossible(id, 'cancelled')
    if (state !== 'cancelled') {
      const { journal, jobs, clock } = this.#deps
      journal.now(() => jobs.setState(id, 'cancelled', clock.now(), null))
      this.#deps.onChange()
    }
    return this.get(id)
  }

  follow(signal: AbortSignal | undefined): AsyncGenerator<Job> {
    return this.#board.follow(signal)
  }

  async stop(): Promise<void> {
    const live = [...this.#runs.values()]
    for (const { run } of live) run.interrupt()
    await settledOrLate(live.map(({ ended }) => ended))
    for (const { run } of live) run.cutOff()
    await Promise.all(live.map(({ ended }) => ended))
    this.#board.close()
  }

  #run(row: JobRow, secret: string | undefined): Job {
    const run = new ReplayRun(
      {
        ...this.#deps,
        onProgress: (job) => {
          this.#board.publish(job)
          this.#deps.onChange()
        },
      },
      row,
      secret,
    )
    const ended = run.run().finally(() => this.#runs.delete(row.id))
    this.#runs.set(row.id, { run, ended })
    return run.view()
  }

  /** Throws INVALID_INPUT when nothing is selected, or nothing of it is there any more. */
  #firstOf(selection: Selection): StoredCapture {
    const { captures } = this.#deps
    for (const id of captures.selected(selection, 0, LOOKED_FOR)) {
      try {
        return captures.stored(id)
      } catch (error) {
        if (!(error instanceof Problem && error.code === 'NOT_FOUND')) throw error
      }
    }
    throw invalidField('selection', 'Nothing is selected that is still there.', ['Select requests and try again.'])
  }

  #requireRoom(): void {
    if (this.#runs.size < MAX_RUNS) return
    throw new Problem('CONFLICT', `${MAX_RUNS} replays are under way already.`, {
      cause: 'Each keeps requests on their way.',
      remedies: ['Wait for one to end, or cancel one.'],
    })
  }

  #required(id: number): JobRow {
    const row = this.#deps.jobs.get(id)
    if (row === null) throw notFound('replay', id)
    return row
  }

  #notPossible(id: number, what: string): Problem {
    const { state } = this.get(id)
    return new Problem('CONFLICT', `This replay cannot be ${what}: it is ${state}.`, {
      cause: `It is ${state}.`,
      remedies: ['Start a new replay.'],
      relatedIds: [id],
    })
  }
}

/** As it is stored: without a secret that came with the call. */
function kept(input: ReplayInput): ReplayInput {
  if (input.resign === null) return input
  const { secret: _secret, ...resign } = input.resign
  return { ...input, resign }
}
