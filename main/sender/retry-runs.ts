import type { RetryRun, RunAttempt } from '../../shared/contract/sender.ts'
import { notFound, Problem } from '../../shared/problems.ts'
import { defectOf } from '../defects.ts'
import { type MachineInput, RetryMachine } from './retry-machine.ts'

/** Runs that are kept for as long as the program runs. */
const KEPT_RUNS = 50
/** Attempts of all of them that are kept: older runs give way first. */
const KEPT_ATTEMPTS = 40_000
/** Attempts of one run that are kept, the newest ones. The report counts all. */
const SHOWN_ATTEMPTS = 4_000
/** Runs under way at the same time. */
const MOST_RUNNING = 4
/** Shortest time between two messages about a run. */
const MESSAGE_GAP_MS = 250

type Facts = Pick<RetryRun, 'schedule' | 'url' | 'startedAt'>
type Input = Omit<MachineInput, 'record' | 'deliver'> & {
  readonly deliver: (
    event: number,
    retry: Parameters<MachineInput['deliver']>[1],
    signal: AbortSignal,
  ) => ReturnType<MachineInput['deliver']>
}

interface Run {
  readonly id: number
  readonly facts: Facts
  readonly machine: RetryMachine
  readonly abort: AbortController
  readonly attempts: RunAttempt[]
  readonly followers: Set<() => void>
  readonly events: number
  state: RetryRun['state']
  report: RetryRun['report']
  ended: Promise<void>
}

/** The runs of the retry-time machine since the program started. */
export class RetryRuns {
  readonly #runs = new Map<number, Run>()
  #lastId = 0

  /** Begins a run and answers with its first state. Throws CONFLICT when too many are under way. */
  start(facts: Facts, input: Input): RetryRun {
    const running = [...this.#runs.values()].filter(({ state }) => state === 'running').length
    if (running >= MOST_RUNNING) {
      throw new Problem('CONFLICT', `${MOST_RUNNING} runs are under way already.`, {
        cause: 'Each run keeps the handler busy; more at the same time would only wait for each other.',
        remedies: ['Wait until one is finished, or cancel one.'],
      })
    }
    const abort = new AbortController()
    const machine = new RetryMachine({
      ...input,
      deliver: (event, retry) => input.deliver(event, retry, abort.signal),
      record: (attempt) => record(run, attempt),
    })
    this.#lastId += 1
    const run: Run = {
      id: this.#lastId,
      facts,
      machine,
      abort,
      attempts: [],
      followers: new Set(),
      events: input.eventIds.length,
      state: 'running',
      report: null,
      ended: Promise.resolve(),
    }
    this.#runs.set(run.id, run)
    this.#forgetOld()
    run.ended = execute(run)
    return snapshot(run)
  }

  /** Throws NOT_FOUND, also for a run that was forgotten. */
  get(id: number): RetryRun {
    return snapshot(this.#run(id))
  }

  /** Ends it at once: the request under way is given up. One that has ended stays as it is. Throws NOT_FOUND. */
  cancel(id: number): RetryRun {
    const run = this.#run(id)
    end(run, 'cancelled')
    run.abort.abort()
    return snapshot(run)
  }

  /** The run as it is, then after every change, at most four times a second, until it has ended. Throws NOT_FOUND. */
  async *follow(id: number, signal?: AbortSignal): AsyncGenerator<RetryRun> {
    const run = this.#run(id)
    let wake: () => void = () => undefined
    let changed = true
    const notice = () => {
      changed = true
      wake()
    }
    run.followers.add(notice)
    signal?.addEventListener('abort', notice)
    try {
      while (!signal?.aborted) {
        if (!changed)
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        changed = false
        if (signal?.aborted) return
        const hasEnded = run.state !== 'running'
        yield snapshot(run)
        if (hasEnded) return
        await pause(run, MESSAGE_GAP_MS, signal)
      }
    } finally {
      run.followers.delete(notice)
      signal?.removeEventListener('abort', notice)
    }
  }

  /** Cancels what is under way and waits until nothing is sent any more. */
  async close(): Promise<void> {
    const running = [...this.#runs.values()].filter(({ state }) => state === 'running')
    for (const { id } of running) this.cancel(id)
    await Promise.all([...this.#runs.values()].map(({ ended }) => ended))
  }

  #run(id: number): Run {
    const run = this.#runs.get(id)
    if (run === undefined) throw notFound('run', id)
    return run
  }

  #forgetOld(): void {
    let attempts = 0
    for (const run of [...this.#runs.values()].toReversed()) {
      attempts += run.attempts.length
      const isOver = attempts > KEPT_ATTEMPTS || run.id <= this.#lastId - KEPT_RUNS
      if (isOver && run.state !== 'running') this.#runs.delete(run.id)
    }
  }
}

async function execute(run: Run): Promise<void> {
  try {
    await run.machine.run()
    end(run, 'finished')
  } catch (error) {
    const why = error instanceof Problem ? error.message : `The run cannot go on. A defect: ${defectOf(error)}.`
    end(run, 'failed', why)
  }
}

function record(run: Run, attempt: RunAttempt): void {
  if (run.state !== 'running') return
  run.attempts.push(attempt)
  if (run.attempts.length >= 2 * SHOWN_ATTEMPTS) run.attempts.splice(0, run.attempts.length - SHOWN_ATTEMPTS)
  for (const follower of run.followers) follower()
}

function end(run: Run, state: 'finished' | 'cancelled' | 'failed', why: string | null = null): void {
  if (run.state !== 'running') return
  const report = run.machine.report(state === 'finished')
  run.report = why === null ? report : { ...report, sentence: `${why} ${report.sentence}` }
  run.state = state
  if (run.attempts.length > SHOWN_ATTEMPTS) run.attempts.splice(0, run.attempts.length - SHOWN_ATTEMPTS)
  for (const follower of run.followers) follower()
}

function snapshot({ id, facts, state, events, machine, attempts, report }: Run): RetryRun {
  return { id, ...facts, state, events, done: machine.done, attempts: attempts.slice(-SHOWN_ATTEMPTS), report }
}

/** Waits, but not beyond the end of the run or of the follower. */
function pause(run: Run, milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer)
      run.followers.delete(check)
      signal?.removeEventListener('abort', finish)
      resolve()
    }
    const check = () => {
      if (run.state !== 'running') finish()
    }
    const timer = setTimeout(finish, milliseconds)
    run.followers.add(check)
    signal?.addEventListener('abort', finish)
    if (run.state !== 'running' || signal?.aborted) finish()
  })
}
