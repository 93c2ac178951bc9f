import { Worker } from 'node:worker_threads'
import { Problem } from '../../shared/problems.ts'
import type { EndpointBook } from '../receiver/ports.ts'
import { isDamage } from '../store/integrity.ts'
import type { Db } from '../store/store.ts'
import type { StoredCapture } from './capture-record.ts'
import { openIndexReader } from './index-file.ts'
import type { FromIndex, IndexStart, ToIndex } from './index-thread/messages.ts'
import { ListRows } from './list-rows.ts'
import { Lists } from './lists.ts'
import { TypeListRows } from './type-list-rows.ts'

/** A thread that ended is started again after this time. */
const RESTART_MS = 500
/** How long a change waits to be seen in the lists before it is reported as done all the same. */
const SETTLE_MS = 3_000
/** The thread ends within milliseconds. After this it is ended from outside, which costs it one slice of work. */
const CLOSE_WITHIN_MS = 3_000

export interface IndexProgress {
  readonly throughId: number
  readonly notesThrough: number
  readonly rowsChanged: boolean
}

interface Waiting {
  readonly isThere: () => boolean
  readonly done: () => void
}

/** What can be asked of the index. */
export interface IndexView {
  readonly rows: ListRows
  readonly lists: Lists
  readonly types: TypeListRows
}

interface IndexOptions {
  readonly directory: string
  readonly endpoints: EndpointBook
  readonly stored: (id: number) => StoredCapture | null
  readonly onProgress: (progress: IndexProgress) => void
  /** {@link CaptureIndex.failure} is another one now. */
  readonly onFailure: () => void
  /** Requests whose rows cannot be read, each time they are met. */
  readonly onUnreadable: (ids: readonly number[]) => void
}

/** The index as main sees it: a thread that keeps it, and a connection that reads it. */
export class CaptureIndex {
  readonly #options: IndexOptions
  readonly #waiting = new Set<Waiting>()
  readonly #calls = new Map<number, (known: boolean | null) => void>()
  #file: URL | null = null
  #worker: Worker | null = null
  #db: Db | null = null
  #view: IndexView | null = null
  #progress = { throughId: 0, notesThrough: 0 }
  #failure: string | null = null
  #lastCall = 0
  #closing: Promise<void> | null = null
  /** A thread that is to end before the next one begins. */
  #leaving: Promise<void> | null = null
  #restart: NodeJS.Timeout | null = null

  constructor(options: IndexOptions) {
    this.#options = options
  }

  /** `file`: of the thread. */
  start(file: URL): void {
    this.#file = file
    this.#begin(false)
  }

  get throughId(): number {
    return this.#progress.throughId
  }

  get notesThrough(): number {
    return this.#progress.notesThrough
  }

  /** What keeps the index from going on (a full disk), or null. */
  get failure(): string | null {
    return this.#failure
  }

  /** Runs `work` on the lists as they are at one moment. Null before there are any. Throws STORE_FAILED. */
  read<T>(work: (view: IndexView) => T): T | null {
    const db = this.#db
    const view = this.#view
    if (db === null || view === null) return null
    try {
      return db.inTransaction ? work(view) : db.transaction(() => work(view)).deferred()
    } catch (error) {
      if (error instanceof Problem) throw error
      if (isDamage(error)) this.#renew()
      throw indexUnreadable(error)
    }
  }

  wake(perSecond: number): void {
    this.#send({ type: 'wake', perSecond })
  }

  /** The ledger with this identity is written now. */
  follow(identity: string): void {
    this.#send({ type: 'ledger', identity })
  }

  /** False: nothing is known of this event type. Null: there is no index now. */
  async acknowledge(endpointId: number, eventType: string): Promise<boolean | null> {
    if (this.#worker === null) return null
    this.#lastCall += 1
    const call = this.#lastCall
    return await new Promise((resolve) => {
      this.#calls.set(call, resolve)
      this.#send({ type: 'acknowledge', call, endpointId, eventType })
    })
  }

  /** Resolves when everything through this note and this id is in the lists, or after a few seconds without that. */
  async settled(throughId: number, notesThrough: number): Promise<void> {
    const isThere = () => this.#progress.throughId >= throughId && this.#progress.notesThrough >= notesThrough
    if (this.#worker === null || isThere()) return
    this.wake(0)
    await new Promise<void>((resolve) => {
      const waiting: Waiting = {
        isThere,
        done: () => {
          clearTimeout(timer)
          this.#waiting.delete(waiting)
          resolve()
        },
      }
      const timer = setTimeout(waiting.done, SETTLE_MS)
      this.#waiting.add(waiting)
    })
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    if (this.#restart !== null) clearTimeout(this.#restart)
    await Promise.all([this.#worker === null ? null : endOf(this.#worker), this.#leaving])
    this.#leave()
  }

  #begin(anew: boolean): void {
    if (this.#file === null || this.#closing !== null) return
    const { directory } = this.#options
    const workerData: IndexStart = { directory, anew }
    const worker = new Worker(this.#file, { workerData, name: 'capture-index' })
    let damaged = false
    worker.on('message', (message: FromIndex) => {
      if (this.#worker !== worker) return
      if (message.type === 'failed' && message.damaged) damaged = true
      this.#hear(message)
    })
    worker.on('error', (error) => {
      this.#failed(error instanceof Error ? error.message : String(error))
    })
    worker.once('exit', () => this.#ended(worker, damaged))
    this.#worker = worker
  }

  #ended(worker: Worker, damaged: boolean): void {
    if (this.#worker !== worker) return
    this.#worker = null
    this.#leave()
    if (this.#closing !== null) return
    this.#failed(this.#failure ?? 'The thread that makes it ended.')
    this.#restart = setTimeout(() => this.#begin(damaged), RESTART_MS)
    this.#restart.unref()
  }

  /** The file is broken: the thread is ended and makes another one. */
  #renew(): void {
    const worker = this.#worker
    this.#worker = null
    this.#failed('It was damaged and is being made again.')
    this.#leave()
    if (worker === null) return
    this.#leaving = endOf(worker).then(() => {
      this.#leaving = null
      this.#begin(true)
    })
  }

  #failed(failure: string | null): void {
    if (failure === this.#failure) return
    this.#failure = failure
    this.#options.onFailure()
  }

  #hear(message: FromIndex): void {
    switch (message.type) {
      case 'ready': {
        const begunAnew = this.#view !== null
        this.#failed(null)
        this.#open()
        if (begunAnew) this.#options.onProgress({ ...this.#progress, rowsChanged: true })
        break
      }
      case 'indexed':
        this.#failed(null)
        this.#progress = { throughId: message.throughId, notesThrough: message.notesThrough }
        this.#options.onProgress(message)
        break
      case 'acknowledged':
        this.#calls.get(message.call)?.(message.known)
        this.#calls.delete(message.call)
        break
      case 'unreadable':
        this.#options.onUnreadable(message.ids)
        break
      case 'failed':
        this.#failed(message.message)
        break
      case 'closed':
        break
    }
    for (const waiting of [...this.#waiting]) if (waiting.isThere()) waiting.done()
  }

  /** Also where the index was begun anew in the same file: numbers of words are others then. */
  #open(): void {
    this.#db?.close()
    const { directory, stored, endpoints } = this.#options
    const db = openIndexReader(directory)
    const rows = new ListRows(db)
    this.#db = db
    this.#view = { rows, lists: new Lists(rows, stored, endpoints), types: new TypeListRows(db) }
    this.#progress = { throughId: rows.fact('through-id'), notesThrough: rows.fact('notes-through') }
  }

  #leave(): void {
    this.#db?.close()
    this.#db = null
    this.#view = null
    this.#progress = { throughId: 0, notesThrough: 0 }
    for (const waiting of [...this.#waiting]) waiting.done()
    for (const done of this.#calls.values()) done(null)
    this.#calls.clear()
  }

  #send(message: ToIndex): void {
    this.#worker?.postMessage(message)
  }
}

/** Resolves when the thread has ended. */
async function endOf(worker: Worker): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => void worker.terminate(), CLOSE_WITHIN_MS)
    worker.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    worker.postMessage({ type: 'close' } satisfies ToIndex)
  })
}

function indexUnreadable(error: unknown): Problem {
  return new Problem(
    'STORE_FAILED',
    'The list of captured requests cannot be read.',
    {
      cause: error instanceof Error ? error.message : String(error),
      remedies: ['Wait a moment: a damaged list is made again from the captured requests.', 'Start Keyhold again.'],
    },
    { cause: error },
  )
}
