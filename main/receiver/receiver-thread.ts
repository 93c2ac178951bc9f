import { Worker } from 'node:worker_threads'
import { Problem, type ProblemData } from '../../shared/problems.ts'
import type { LedgerChange, LedgerResult } from '../captures/capture-record.ts'
import type { LedgerWriter, StoredEvent } from '../captures/ports.ts'
import type { FromThread, ThreadConfig, ThreadStart, ToThread } from './thread/messages.ts'

const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 30_000
/** A thread that ran this long was all right: the next crash is a new one. */
const SETTLED_MS = 60_000
/** The thread gives its connections a second. After this it is ended from outside. */
const CLOSE_WITHIN_MS = 10_000
/** What a request leaves behind is garbage at once. With more room for it, it is collected less often. */
const YOUNG_MEGABYTES = 64

interface ReceiverThreadOptions {
  /** File of the thread, see `main/threads.ts`. */
  readonly file: URL
  readonly start: ThreadStart
  readonly onMessage: (message: FromThread) => void
  /** The thread ended by itself and is started again. Said once for crashes that are all alike. */
  readonly onCrash: (message: string) => void
}

interface Call {
  readonly resolve: (ids: readonly number[]) => void
  readonly reject: (problem: Problem) => void
}

/**
 * The receiver's thread as main sees it. It runs from the beginning; it listens once {@link configure} says where. After
 * a crash it is started again, with growing pauses, and gets the last configuration.
 */
export class ReceiverThread implements LedgerWriter {
  readonly #options: ReceiverThreadOptions
  readonly #calls = new Map<number, Call>()
  readonly #nonces = new Set<string>()
  readonly #storedListeners = new Set<(event: StoredEvent) => void>()
  readonly #ledgerListeners = new Set<(identity: string) => void>()
  #worker: Worker | null = null
  #lastCall = 0
  #config: ThreadConfig | null = null
  /** Where it listened last, so that a free port that was found stays the same after a crash. */
  #port: number | null = null
  /** The free port that every configuration since a crash is for; null before one. */
  #portAfterCrash: number | null = null
  #pause = FIRST_PAUSE_MS
  #restart: NodeJS.Timeout | null = null
  #lastCrash: string | null = null
  #closing: Promise<void> | null = null
  #problem: ProblemData | null = null

  constructor(options: ReceiverThreadOptions) {
    this.#options = options
    this.#run()
  }

  /** Why it does not run and will not be started again, or null. */
  get problem(): ProblemData | null {
    return this.#problem
  }

  configure(config: ThreadConfig): void {
    if (config.listen?.port !== this.#config?.listen?.port) {
      this.#port = null
      this.#portAfterCrash = null
    }
    this.#config = config
    this.#send({ type: 'config', config: this.#onKeptPort(config) })
  }

  /** Ids that were changed. Rejects with STORE_FAILED; nothing is changed then. */
  apply(change: LedgerChange): Promise<readonly number[]> {
    if (this.#worker === null || this.#closing !== null) return Promise.reject(this.#notRunning())
    this.#lastCall += 1
    const call = this.#lastCall
    return new Promise((resolve, reject) => {
      this.#calls.set(call, { resolve, reject })
      this.#send({ type: 'change', call, change })
    })
  }

  onStored(listener: (event: StoredEvent) => void): () => void {
    this.#storedListeners.add(listener)
    return () => this.#storedListeners.delete(listener)
  }

  onLedger(listener: (identity: string) => void): () => void {
    this.#ledgerListeners.add(listener)
    return () => this.#ledgerListeners.delete(listener)
  }

  /** Answers the nonce at its reserved path until the returned function is called. */
  nonce(nonce: string): () => void {
    this.#nonces.add(nonce)
    this.#send({ type: 'nonce', nonce, on: true })
    return () => {
      this.#nonces.delete(nonce)
      this.#send({ type: 'nonce', nonce, on: false })
    }
  }

  /** An endpoint was made for the slug, and {@link configure} called, or there will be none. */
  endpointDecided(slug: string): void {
    this.#send({ type: 'endpoint-decided', slug })
  }

  /** Stops listening, writes down what is under way and ends the thread. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    clearTimeout(this.#restart ?? undefined)
    const worker = this.#worker
    if (worker === null) return
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      worker.once('exit', () => resolve())
      timer = setTimeout(() => void worker.terminate(), CLOSE_WITHIN_MS)
      worker.postMessage({ type: 'close' } satisfies ToThread)
    })
    clearTimeout(timer)
  }

  #run(): void {
    const { file, start, onMessage } = this.#options
    const began = performance.now()
    let failure: Error | null = null
    const worker = new Worker(file, {
      workerData: start,
      name: 'receiver',
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
    })
    this.#worker = worker
    worker.on('message', (message: FromThread) => {
      this.#hear(message)
      onMessage(message)
    })
    worker.on('error', (error) => {
      failure = error instanceof Error ? error : new Error(String(error))
    })
    worker.on('exit', (code) => {
      this.#worker = null
      this.#failCalls()
      if (this.#closing !== null || this.#problem !== null) return
      if (performance.now() - began > SETTLED_MS) this.#pause = FIRST_PAUSE_MS
      this.#crashed(failure?.message ?? `Exit code ${code}.`)
    })
    for (const nonce of this.#nonces) this.#send({ type: 'nonce', nonce, on: true })
    if (this.#config !== null) this.#send({ type: 'config', config: this.#onKeptPort(this.#config) })
  }

  #crashed(message: string): void {
    this.#portAfterCrash = this.#port
    this.#restart = setTimeout(() => this.#run(), this.#pause)
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS)
    if (message === this.#lastCrash && this.#pause > FIRST_PAUSE_MS * 2) return
    this.#lastCrash = message
    this.#options.onCrash(message)
  }

  #onKeptPort(config: ThreadConfig): ThreadConfig {
    if (config.listen?.port !== 0 || this.#portAfterCrash === null) return config
    return { ...config, listen: { ...config.listen, port: this.#portAfterCrash } }
  }

  #hear(message: FromThread): void {
    switch (message.type) {
      case 'cannot-start':
        this.#problem = message.problem
        return
      case 'ledger':
        for (const listener of this.#ledgerListeners) listener(message.identity)
        return
      case 'listening':
        this.#port = message.port
        return
      case 'stored':
        for (const listener of this.#storedListeners) listener(message)
        return
      case 'changed': {
        const call = this.#calls.get(message.call)
        this.#calls.delete(message.call)
        if (message.result.kind === 'done') call?.resolve(message.result.ids)
        else call?.reject(notWritten(message.result))
      }
    }
  }

  #notRunning(): Problem {
    const problem = this.#problem
    return problem === null ? notRunning() : new Problem(problem.code, problem.message, problem)
  }

  #failCalls(): void {
    for (const call of this.#calls.values()) call.reject(this.#notRunning())
    this.#calls.clear()
  }

  #send(message: ToThread): void {
    this.#worker?.postMessage(message)
  }
}

function notRunning(): Problem {
  return new Problem('STORE_FAILED', 'The captured requests cannot be changed now.', {
    cause: 'The webhook receiver is stopping or being started again.',
    remedies: ['Try again in a moment.'],
  })
}

function notWritten({ message, diskFull }: Extract<LedgerResult, { readonly kind: 'failed' }>): Problem {
  return new Problem(
    'STORE_FAILED',
    diskFull
      ? 'The disk does not take the change: it is full or cannot be written.'
      : 'The change could not be stored.',
    {
      cause: message,
      remedies: diskFull ? ['Make space on the disk, then try again.'] : ['Try again.'],
    },
  )
}
