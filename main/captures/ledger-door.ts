import { Problem } from '../../shared/problems.ts'
import type { CaptureMarks, StoredCapture } from './capture-record.ts'
import { type LedgerReader, openLedgerReader } from './ledger.ts'

/**
 * The ledger as main reads it. Its writer may make it later, so it is opened when it is first there. Before
 * {@link open}, and while there is none, it has nothing in it; one that cannot be read throws STORE_FAILED.
 */
export class LedgerDoor {
  readonly #directory: string
  #isOpen = false
  #reader: LedgerReader | null = null

  constructor(directory: string) {
    this.#directory = directory
  }

  open(): void {
    this.#isOpen = true
  }

  close(): void {
    this.#isOpen = false
    this.#reader?.close()
    this.#reader = null
  }

  /** The ledger with this identity is written now. True where another one was open: that file was set aside. */
  follow(identity: string): boolean {
    if (this.#reader === null || this.#reader.identity === identity) return false
    this.#reader.close()
    this.#reader = null
    return true
  }

  /** Throws STORE_FAILED where it cannot be read: its lists must not look empty then. */
  check(): void {
    this.#get()
  }

  read(id: number): StoredCapture | null {
    return this.#get()?.read(id) ?? null
  }

  after(endpointId: number, afterId: number, limit: number): { captures: StoredCapture[]; throughId: number } {
    return this.#get()?.readAfterOfEndpoint(endpointId, afterId, limit) ?? { captures: [], throughId: afterId }
  }

  marks(ids: readonly number[]): Map<number, CaptureMarks> {
    return this.#get()?.marks(ids) ?? new Map()
  }

  newestId(): number {
    return this.#get()?.newestId() ?? 0
  }

  newestNote(): number {
    return this.#get()?.newestNote() ?? 0
  }

  #get(): LedgerReader | null {
    if (!this.#isOpen) return null
    this.#reader ??= openedLedger(this.#directory)
    return this.#reader
  }
}

/** Null when nothing was captured yet. */
export function openedLedger(directory: string): LedgerReader | null {
  try {
    return openLedgerReader(directory)
  } catch (error) {
    if (error instanceof Problem && error.code === 'NOT_FOUND') return null
    throw error
  }
}
