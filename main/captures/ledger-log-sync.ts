import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs'

/** A disk that is faster than this is waited for: handing the call to another thread and back takes as long. */
const SHORT_MS = 0.5

/** What brings a file to the disk, for tests of a disk that is slow or fails. */
export interface LogDisk {
  readonly fdatasync: (handle: number, done: (error: Error | null) => void) => void
  readonly fdatasyncSync: (handle: number) => void
}

/**
 * Brings the write-ahead log of the ledger to the disk. With `synchronous = FULL` SQLite does this within COMMIT and
 * everything stands still meanwhile; with NORMAL it leaves it out and syncs only around checkpoints, and the same call
 * on the same file is made here, beside the event loop. What is answered waits for it, so nothing is acknowledged that
 * losing power could take back. A handle of its own does no harm: SQLite takes no locks on the log.
 * Source: sqlite.org/pragma.html#pragma_synchronous, sqlite.org/wal.html.
 */
export class LogSync {
  readonly #handle: number
  readonly #disk: LogDisk
  /** How long the last one took, in milliseconds. */
  #lastMs = Number.POSITIVE_INFINITY
  #running = 0
  #closed = false

  constructor(log: string, disk: LogDisk = { fdatasync, fdatasyncSync }) {
    this.#disk = disk
    this.#handle = openSync(log, 'r+')
  }

  sync(done: (error: Error | null) => void): void {
    const began = performance.now()
    if (this.#lastMs < SHORT_MS) {
      const error = this.#syncHere()
      this.#lastMs = performance.now() - began
      done(error)
      return
    }
    this.#running += 1
    this.#disk.fdatasync(this.#handle, (error) => {
      this.#lastMs = performance.now() - began
      this.#running -= 1
      this.#closeIfIdle()
      done(error)
    })
  }

  #syncHere(): Error | null {
    try {
      this.#disk.fdatasyncSync(this.#handle)
      return null
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    }
  }

  syncNow(): void {
    this.#disk.fdatasyncSync(this.#handle)
  }

  /** A sync that runs keeps the handle open: its number could be given to another file. */
  close(): void {
    this.#closed = true
    this.#closeIfIdle()
  }

  #closeIfIdle(): void {
    if (this.#closed && this.#running === 0) closeSync(this.#handle)
  }
}
