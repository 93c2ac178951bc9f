import { fstatSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Batch } from '../../main/receiver/thread/batch.ts'
import { LedgerKeeper } from '../../main/receiver/thread/ledger-keeper.ts'
import type { FromThread } from '../../main/receiver/thread/messages.ts'
import { Reports } from '../../main/receiver/thread/reports.ts'
import { plainCapture } from '../support/fill-captures.ts'

/** A disk whose syncs end when the test lets them. */
class HeldDisk {
  readonly held: ((error: Error | null) => void)[] = []
  /** Files that were synced, by the number the file system gives them. */
  readonly synced: number[] = []
  readonly fdatasync = (handle: number, done: (error: Error | null) => void) => {
    this.synced.push(fstatSync(handle).ino)
    this.held.push(done)
  }
  readonly fdatasyncSync = (handle: number) => {
    this.synced.push(fstatSync(handle).ino)
  }

  end(error: Error | null = null): void {
    this.held.shift()?.(error)
  }
}

let directory = ''
let disk: HeldDisk
let said: FromThread[]
let keeper: LedgerKeeper
let batch: Batch
let answers: string[]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'keyhold-on-disk-'))
  disk = new HeldDisk()
  said = []
  answers = []
  const reports = new Reports((message) => said.push(message))
  keeper = new LedgerKeeper({ directory, maxPages: null, reports, disk })
  batch = new Batch(keeper, reports)
})
afterEach(() => {
  keeper.close()
  rmSync(directory, { recursive: true, force: true })
})

function send(name: string): void {
  batch.add({
    capture: plainCapture(name),
    stored: (id) => answers.push(`${name} stored as ${id}`),
    notStored: () => answers.push(`${name} not stored`),
  })
}

/** Longer than the first sync may take to count as one that is waited for on the spot. */
function aWhile(): void {
  const end = performance.now() + 2
  while (performance.now() < end);
}

describe('what is acknowledged', () => {
  it('is on the disk first: nobody is answered while the log is being synced', () => {
    send('first')
    batch.write()
    expect(disk.held).toHaveLength(1)
    expect(disk.synced).toEqual([statSync(join(directory, 'captures.db-wal')).ino])
    send('second')
    batch.write()
    aWhile()
    // Written already, but the sync that runs may have begun before it.
    expect(answers).toEqual([])
    disk.end()
    expect(answers).toEqual(['first stored as 1'])
    expect(disk.held).toHaveLength(1)
    disk.end()
    expect(answers).toEqual(['first stored as 1', 'second stored as 2'])
  })

  it('is nothing of what the disk refused, and the disk is reported', () => {
    send('first')
    send('second')
    batch.write()
    send('third')
    batch.write()
    aWhile()
    disk.end(new Error('EIO: i/o error, fdatasync'))
    expect(answers).toEqual(['first not stored', 'second not stored'])
    expect(said).toContainEqual({ type: 'disk', full: true })
    disk.end()
    expect(answers.at(-1)).toBe('third stored as 3')
  })

  it('is on the disk too where it is a change: it is synced before it is said to be done', () => {
    keeper.append([plainCapture('one')])
    expect(disk.synced).toEqual([])
    const result = keeper.apply({ kind: 'mark', ids: [1], pinned: true })
    expect(result).toEqual({ kind: 'done', ids: [1] })
    expect(disk.synced).toEqual([statSync(join(directory, 'captures.db-wal')).ino])
  })
})
