import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { z } from 'zod'
import { Problem } from '../../../shared/problems.ts'
import { defectOf } from '../../defects.ts'
import { isDamage } from '../../store/integrity.ts'
import { pragmaValue } from '../../store/pragma.ts'
import type { Db } from '../../store/store.ts'
import { openIndex } from '../index-file.ts'
import type { LedgerReader } from '../ledger.ts'
import { openedLedger } from '../ledger-door.ts'
import { acknowledgedIn, Indexer } from './indexer.ts'
import type { FromIndex, ToIndex } from './messages.ts'

/** How often it looks by itself, should a message be lost or nobody send any. */
const LOOK_MS = 1_000
/** After a failure (a full disk) it tries again. */
const RETRY_MS = 2_000
/** While requests come faster than this it takes a third of the time; a ninth while they come much faster. */
const BUSY_PER_SECOND = 2_000
const VERY_BUSY_PER_SECOND = 10_000
/** Without word from the receiver for this time it is not busy any more. */
const QUIET_MS = 1_000
/** Progress is told no oftener than this. */
const TELL_MS = 50

const startSchema = z.object({ directory: z.string(), anew: z.boolean() })

/** The thread that keeps the index in step with the ledger. One step after the other; messages are read in between. */
class IndexThread {
  readonly #port: MessagePort
  readonly #directory: string
  #anew: boolean
  #db: Db | null = null
  #ledger: LedgerReader | null = null
  #indexer: Indexer | null = null
  #acknowledged: ReturnType<typeof acknowledgedIn> = []
  #perSecond = 0
  #wokenAt = 0
  #timer: NodeJS.Timeout | null = null
  #running = false
  #closed = false
  #failing = false
  #told = 0
  #untold: { throughId: number; notesThrough: number; rowsChanged: boolean } | null = null
  #lastTold = ''

  constructor(port: MessagePort, directory: string, anew: boolean) {
    this.#port = port
    this.#directory = directory
    this.#anew = anew
    port.on('message', (message: ToIndex) => this.#receive(message))
    this.#run()
  }

  #receive(message: ToIndex): void {
    if (message.type === 'wake') {
      this.#perSecond = message.perSecond
      this.#wokenAt = performance.now()
      if (!this.#running) this.#schedule(0)
    } else if (message.type === 'acknowledge') {
      const known = this.#guarded(() => this.#indexer?.acknowledge(message.endpointId, message.eventType)) ?? null
      this.#send({ type: 'acknowledged', call: message.call, known })
    } else if (message.type === 'ledger') {
      this.#follow(message.identity)
    } else {
      this.#close()
    }
  }

  /** A damaged ledger was set aside and another one begun: the open file is the old one. */
  #follow(identity: string): void {
    if (this.#ledger === null || this.#ledger.identity === identity) return
    this.#ledger.close()
    this.#ledger = null
    this.#indexer = null
    this.#schedule(0)
  }

  #run(): void {
    if (this.#closed) return
    this.#timer = null
    const started = performance.now()
    const indexer = this.#guarded(() => this.#open())
    const begun = indexer?.begun
    const progress = indexer == null ? null : this.#guarded(() => indexer.step())
    const took = performance.now() - started
    if (this.#closed) return
    if (progress == null) {
      this.#schedule(this.#failing ? RETRY_MS : LOOK_MS)
      return
    }
    // So that it is said that it goes on, also where nothing is new.
    if (this.#failing) this.#lastTold = ''
    this.#failing = false
    if (indexer?.begun !== begun) this.#send({ type: 'ready' })
    if (progress.unreadable.length > 0) this.#send({ type: 'unreadable', ids: progress.unreadable })
    this.#tell(progress)
    if (progress.more) this.#schedule(took * this.#rest())
    else this.#schedule(this.#untold === null ? LOOK_MS : TELL_MS)
    this.#running = progress.more
  }

  /** How long it rests, as a multiple of how long it worked: while requests come fast, the processor is theirs. */
  #rest(): number {
    if (performance.now() - this.#wokenAt >= QUIET_MS) return 0
    if (this.#perSecond > VERY_BUSY_PER_SECOND) return 8
    return this.#perSecond > BUSY_PER_SECOND ? 2 : 0
  }

  /** Null while there is no ledger. */
  #open(): Indexer | null {
    if (this.#indexer !== null) return this.#indexer
    this.#ledger ??= openedLedger(this.#directory)
    if (this.#ledger === null) return null
    const ledger = this.#ledger
    this.#db ??= openIndex(this.#directory, this.#anew, (former) => {
      this.#acknowledged = acknowledgedIn(former, ledger)
    })
    this.#anew = false
    const isEmpty = Number(pragmaValue(this.#db, 'user_version')) === 0
    this.#indexer = new Indexer(this.#db, ledger, isEmpty, this.#acknowledged)
    this.#send({ type: 'ready' })
    return this.#indexer
  }

  #tell(progress: { throughId: number; notesThrough: number; rowsChanged: boolean }): void {
    const rowsChanged = progress.rowsChanged || (this.#untold?.rowsChanged ?? false)
    const { throughId, notesThrough } = progress
    const fingerprint = `${throughId} ${notesThrough}`
    if (fingerprint === this.#lastTold && !rowsChanged) return
    this.#untold = { throughId, notesThrough, rowsChanged }
    if (performance.now() - this.#told < TELL_MS) return
    this.#told = performance.now()
    this.#lastTold = fingerprint
    this.#send({ type: 'indexed', ...this.#untold })
    this.#untold = null
  }

  #schedule(delayMs: number): void {
    if (this.#closed) return
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#run(), delayMs)
  }

  /** Undefined when it failed; that is told. */
  #guarded<T>(work: () => T): T | undefined {
    try {
      return work()
    } catch (error) {
      const damaged = isDamage(error) && !(error instanceof Problem)
      this.#failing = true
      this.#send({ type: 'failed', message: reasonOf(error), damaged })
      if (damaged) this.#close()
      return undefined
    }
  }

  #close(): void {
    if (this.#closed) return
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#ledger?.close()
    if (this.#db?.open === true) {
      try {
        this.#db.pragma('wal_checkpoint(TRUNCATE)')
      } catch {
        // A full or damaged disk: what is in the log is read again at the next start.
      }
      this.#db.close()
    }
    this.#send({ type: 'closed' })
    this.#port.close()
  }

  #send(message: FromIndex): void {
    this.#port.postMessage(message)
  }
}

/** In the words of the store, where it is its failure; what else is thrown is a defect and named by its place. */
function reasonOf(error: unknown): string {
  if (error instanceof Problem) return error.details.cause
  const isOfStore = error instanceof Error && 'code' in error
  return isOfStore ? error.message : `A defect: ${defectOf(error)}.`
}

if (parentPort !== null) {
  const { directory, anew } = startSchema.parse(workerData)
  new IndexThread(parentPort, directory, anew)
}
