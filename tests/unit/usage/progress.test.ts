import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ProgressBoard } from '../../../main/usage/progress.ts'
import type { SyncProgress } from '../../../shared/contract/usage.ts'

const state = (runId: number, pages: number, fields: Partial<SyncProgress> = {}): SyncProgress => ({
  runId,
  keyId: runId,
  keyName: 'key',
  provider: 'openai',
  state: 'running',
  pages,
  expectedPages: null,
  rows: 0,
  startedAt: 0,
  endedAt: null,
  problem: null,
  waitingUntil: null,
  ...fields,
})

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function follow(board: ProgressBoard, signal?: AbortSignal) {
  const seen: string[] = []
  const end = (async () => {
    for await (const { runId, pages, state: name } of board.follow(signal)) seen.push(`${runId}:${name}:${pages}`)
  })()
  return { seen, end }
}

it('gives every listener the present state first, then at most ten messages a second for each run', async () => {
  const board = new ProgressBoard()
  board.publish(state(1, 0))
  const early = follow(board)
  await vi.advanceTimersByTimeAsync(0)
  for (let page = 1; page <= 100; page += 1) {
    board.publish(state(1, page))
    await vi.advanceTimersByTimeAsync(10)
  }
  const late = follow(board)
  await vi.advanceTimersByTimeAsync(200)
  expect(early.seen.length).toBeLessThanOrEqual(12)
  expect(early.seen.at(-1)).toBe('1:running:100')
  expect(late.seen).toEqual(['1:running:100'])
  board.close()
  await Promise.all([early.end, late.end])
})

it('reports a change of state at once, and the end of a run even when it is closed', async () => {
  const board = new ProgressBoard()
  const { seen, end } = follow(board)
  board.publish(state(1, 0))
  board.publish(state(1, 1))
  board.publish(state(1, 2, { state: 'done', endedAt: 1 }))
  await vi.advanceTimersByTimeAsync(0)
  expect(seen.at(-1)).toBe('1:done:2')
  board.publish(state(2, 0))
  board.publish(state(2, 1))
  board.close()
  await end
  expect(seen.at(-1)).toBe('2:running:1')
})

it('ends with the signal, and leaves out runs that a newer one of the same key has replaced', async () => {
  const board = new ProgressBoard()
  board.publish(state(1, 9, { state: 'done', endedAt: 1 }))
  board.publish(state(2, 0, { keyId: 1 }))
  const abort = new AbortController()
  const { seen, end } = follow(board, abort.signal)
  await vi.advanceTimersByTimeAsync(0)
  expect(seen).toEqual(['2:running:0'])
  abort.abort()
  await end
})
