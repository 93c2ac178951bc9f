import type { LedgerChange, LedgerResult, NewCapture } from '../../captures/capture-record.ts'
import { type Ledger, type LogDisk, type Outcome, openLedger } from '../../captures/ledger.ts'
import { isDamage } from '../../store/integrity.ts'
import type { Reports } from './reports.ts'

const PROBE_EVERY_MS = 1_000
/** Notices about requests that could not be stored although the disk takes others. */
const NOTICE_EVERY_MS = 60_000
const SETTLE_EVERY_MS = 200
const MAX_OUTCOMES = 5_000

interface KeeperOptions {
  readonly directory: string
  readonly maxPages: number | null
  readonly reports: Reports
  /** In place of the real one, for tests of what is answered when. */
  readonly disk?: LogDisk | undefined
}

/**
 * Holds the ledger open through what disks do: tries again when it was full or away, sets a damaged file aside and goes
 * on with a new one, and tells main.
 */
export class LedgerKeeper {
  readonly #options: KeeperOptions
  readonly #reports: Reports
  #ledger: Ledger | null = null
  #closed = false
  #troubled = false
  #probeTimer: NodeJS.Timeout | null = null
  #outcomes: Outcome[] = []
  #outcomesTimer: NodeJS.Timeout | null = null
  #lastNotice = Number.NEGATIVE_INFINITY
  #tidying = false

  constructor(options: KeeperOptions) {
    this.#options = options
    this.#reports = options.reports
    try {
      this.#open()
    } catch (error) {
      if (!isDiskTrouble(error)) throw error
      this.#trouble()
    }
  }

  /**
   * Ids of the captures once they are on disk, null for those that could not be stored. What is wrong with one of them
   * does not take the others with it.
   */
  append(captures: readonly NewCapture[]): (number | null)[] {
    try {
      const first = this.#append(captures)
      return captures.map((_, at) => first + at)
    } catch (error) {
      if (isDiskTrouble(error)) return captures.map(() => null)
      if (captures.length > 1) return captures.flatMap((capture) => this.append([capture]))
      this.#notice(error)
      return [null]
    }
  }

  /** Calls back when what was appended before is on the disk itself; false when it is not, and may not be acknowledged. */
  sync(done: (onDisk: boolean) => void): void {
    const ledger = this.#ledger
    if (ledger === null) {
      done(false)
      return
    }
    ledger.sync((error) => {
      if (error !== null) this.#trouble()
      // Another ledger took its place meanwhile: what this one holds was set aside with it.
      done(error === null && (this.#ledger === ledger || this.#closed))
    })
  }

  apply(change: Exclude<LedgerChange, { readonly kind: 'delete-endpoint' }>): LedgerResult {
    return this.#result(() => {
      const before = this.#ready().newestId()
      const ids = this.#ready().apply(change)
      if (change.kind === 'import' && ids.length > 0) this.#reports.imported(before + ids.length, ids.length)
      if (change.kind === 'delete') this.#tidy()
      return ids
    })
  }

  /** Piece by piece, so that capturing goes on. */
  async deleteEndpoint(endpointId: number): Promise<LedgerResult> {
    const deleted: number[] = []
    let done = false
    const begun = this.#result(() => {
      this.#ready().doom(endpointId)
      return []
    })
    if (begun.kind === 'failed') return begun
    while (!done && !this.#closed) {
      const piece = this.#result(() => {
        const some = this.#ready().deleteSome(endpointId)
        done = some.done
        return some.ids
      })
      if (piece.kind === 'failed') return piece
      for (const id of piece.ids) deleted.push(id)
      await new Promise((resume) => setImmediate(resume))
    }
    this.#tidy()
    return { kind: 'done', ids: deleted }
  }

  /** Endpoints whose deletion was cut short by the end of the program. */
  doomed(): number[] {
    return this.#ledger?.doomed() ?? []
  }

  settle(outcome: Outcome): void {
    this.#outcomes.push(outcome)
    if (this.#outcomes.length >= MAX_OUTCOMES) this.#settle()
    else this.#outcomesTimer ??= setTimeout(() => this.#settle(), SETTLE_EVERY_MS)
  }

  close(): void {
    this.#settle()
    this.#closed = true
    clearTimeout(this.#probeTimer ?? undefined)
    this.#ledger?.close()
    this.#ledger = null
  }

  #append(captures: readonly NewCapture[]): number {
    try {
      const first = this.#ready().append(captures)
      this.#recovered()
      return first
    } catch (error) {
      if (isDamage(error)) {
        this.#reopen()
        return this.#ready().append(captures)
      }
      if (isDiskTrouble(error)) this.#trouble()
      throw error
    }
  }

  #ready(): Ledger {
    if (this.#ledger === null) this.#open()
    if (this.#ledger === null) throw new Error('The ledger is closed.')
    return this.#ledger
  }

  #open(): void {
    if (this.#closed) return
    const { directory, maxPages, disk } = this.#options
    this.#ledger = openLedger(directory, { maxPages, disk })
    this.#reports.post({ type: 'ledger', identity: this.#ledger.identity })
    for (const notice of this.#ledger.notices) this.#reports.post({ type: 'notice', ...notice })
  }

  /** It is opened anew, which finds the damage and sets the file aside. */
  #reopen(): void {
    try {
      this.#ledger?.close()
    } finally {
      this.#ledger = null
      this.#open()
    }
  }

  #result(work: () => readonly number[]): LedgerResult {
    try {
      return { kind: 'done', ids: work() }
    } catch (error) {
      const diskFull = isDiskTrouble(error)
      if (diskFull) this.#trouble()
      return { kind: 'failed', message: error instanceof Error ? error.message : String(error), diskFull }
    }
  }

  #settle(): void {
    clearTimeout(this.#outcomesTimer ?? undefined)
    this.#outcomesTimer = null
    const outcomes = this.#outcomes
    this.#outcomes = []
    if (outcomes.length > 0)
      this.#result(() => {
        this.#ready().settle(outcomes)
        return []
      })
  }

  #trouble(): void {
    if (!this.#troubled) this.#reports.post({ type: 'disk', full: true })
    this.#troubled = true
    this.#probeTimer ??= setTimeout(() => {
      this.#probeTimer = null
      this.#probe()
    }, PROBE_EVERY_MS)
  }

  #probe(): void {
    try {
      this.#ready().probe()
      this.#recovered()
    } catch {
      // Still the same: it is tried again.
      this.#trouble()
    }
  }

  #recovered(): void {
    if (!this.#troubled) return
    this.#troubled = false
    clearTimeout(this.#probeTimer ?? undefined)
    this.#probeTimer = null
    this.#reports.post({ type: 'disk', full: false })
  }

  #notice(error: unknown): void {
    const now = performance.now()
    if (now - this.#lastNotice < NOTICE_EVERY_MS) return
    this.#lastNotice = now
    this.#reports.post({
      type: 'notice',
      severity: 'error',
      message: 'A webhook request could not be stored. Its sender was told to try again.',
      detail: error instanceof Error ? error.message : String(error),
    })
  }

  #tidy(): void {
    if (this.#tidying) return
    this.#tidying = true
    const next = () => {
      const more = !this.#closed && this.#ledger !== null && this.#tidyOnce(this.#ledger)
      if (more) setImmediate(next)
      else this.#tidying = false
    }
    setImmediate(next)
  }

  #tidyOnce(ledger: Ledger): boolean {
    try {
      return ledger.tidy()
    } catch (error) {
      if (isDiskTrouble(error)) return false
      throw error
    }
  }
}

/** SQLite could not write, for a reason that lies with the disk and may pass. */
function isDiskTrouble(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^(?:SQLITE_(?:FULL|IOERR|CANTOPEN|READONLY|BUSY|LOCKED)|ENOSPC|EROFS|EDQUOT|EACCES|ENOENT)/.test(code)
}
