import { describe, expect, it } from 'vitest'
import {
  CaptureFeed,
  type FeedState,
  type ListQuery,
  noFeed,
} from '../../../renderer/features/captures/capture-feed.ts'
import type { Answer } from '../../../renderer/features/captures/live-list.ts'
import type { CaptureRow } from '../../../shared/contract/captures.ts'

function row(id: number, pinned = false): CaptureRow {
  return {
    id,
    endpointId: 1,
    slug: 'shop',
    at: id,
    method: 'POST',
    path: '/',
    status: 200,
    verdict: 'valid',
    scheme: null,
    eventType: null,
    eventId: null,
    contentType: null,
    bodyBytes: 0,
    duplicateOf: null,
    late: false,
    fault: null,
    refused: null,
    drift: false,
    imported: false,
    pinned,
    tags: [],
    hasNote: false,
  }
}

/** A workspace with captured requests, and a feed that looks at them. */
function setUp(count: number) {
  const kept = new Map<number, CaptureRow>()
  let newest = 0
  const capture = (more: number) => {
    for (let left = more; left > 0; left -= 1) {
      newest += 1
      kept.set(newest, row(newest))
    }
  }
  capture(count)
  const calls: ListQuery[] = []
  let failure: Error | null = null
  const call = async (query: ListQuery): Promise<Answer> => {
    calls.push(query)
    if (failure !== null) throw failure
    const below = query.cursor === undefined ? Number.POSITIVE_INFINITY : Number(query.cursor)
    const all = [...kept.values()]
      .filter(({ id }) => id < below && id > (query.afterId ?? 0))
      .sort((a, b) => b.id - a.id)
    const items = all.slice(0, query.limit)
    return {
      items,
      nextCursor: all.length > items.length ? String(items.at(-1)?.id) : null,
      total: { count: all.length, atLeast: false },
      throughId: newest,
    }
  }
  let state: FeedState = noFeed
  const feed = new CaptureFeed(call, (next) => {
    state = next
  })
  return {
    feed,
    calls,
    kept,
    capture,
    fail: (error: Error | null) => {
      failure = error
    },
    tick: async (rowsChanged = false) => {
      feed.tick({ newestId: newest, rowsChanged })
      await settle()
    },
    state: () => state,
    ids: () => (state.list?.rows ?? []).map(({ id }) => id),
  }
}

/** Every call answers in its own turn of the queue of promises; timers come after all of them. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}

const top = { first: 0, last: 20, isAtTop: true }
const below = { first: 40, last: 60, isAtTop: false }

describe('keeping the list of captured requests current', () => {
  it('shows new requests on every tick, and makes one call of many ticks', async () => {
    const desk = setUp(3)
    desk.feed.open({ verdict: 'invalid' })
    await settle()
    expect(desk.ids()).toEqual([3, 2, 1])
    desk.capture(2)
    for (let count = 0; count < 10; count += 1) desk.feed.tick({ newestId: 5, rowsChanged: false })
    await settle()
    expect(desk.ids()).toEqual([5, 4, 3, 2, 1])
    expect(desk.calls).toHaveLength(2)
    expect(desk.calls[1]).toEqual({ verdict: 'invalid', limit: 100, afterId: 3 })
  })

  it('holds new ones back while the list is scrolled away or paused, and shows them on the way back', async () => {
    const desk = setUp(3)
    desk.feed.open({})
    await settle()
    desk.feed.look(below)
    desk.capture(2)
    await desk.tick()
    expect(desk.ids()).toEqual([3, 2, 1])
    expect(desk.state().list?.waiting.map(({ id }) => id)).toEqual([5, 4])
    desk.feed.look(top)
    expect(desk.ids()).toEqual([5, 4, 3, 2, 1])

    desk.feed.follow(false)
    desk.capture(1)
    await desk.tick()
    expect(desk.ids()[0]).toBe(5)
    desk.feed.follow(true)
    expect(desk.ids()[0]).toBe(6)
  })

  it('loads anew when more came than a page holds: at once at the top, when asked for elsewhere', async () => {
    const desk = setUp(3)
    desk.feed.open({})
    await settle()
    desk.capture(500)
    await desk.tick()
    expect(desk.ids()).toHaveLength(100)
    expect(desk.ids()[0]).toBe(503)
    expect(desk.state().list?.hasOverflowed).toBe(false)

    desk.feed.look(below)
    desk.capture(500)
    await desk.tick()
    expect(desk.ids()[0]).toBe(503)
    expect(desk.state().list?.hasOverflowed).toBe(true)
    desk.feed.show()
    await settle()
    expect(desk.ids()[0]).toBe(1003)
  })

  it('reads the part in view again when rows changed', async () => {
    const desk = setUp(250)
    desk.feed.open({})
    await settle()
    desk.feed.more()
    await settle()
    expect(desk.ids()).toHaveLength(200)
    desk.feed.look({ first: 120, last: 140, isAtTop: false })
    desk.kept.delete(125)
    desk.kept.set(120, row(120, true))
    await desk.tick(true)
    expect(desk.ids()).not.toContain(125)
    expect(desk.state().list?.rows.find(({ id }) => id === 120)?.pinned).toBe(true)
    expect(desk.calls.at(-1)?.cursor).toBe('151')
  })

  it.each(['answers', 'fails'])('takes nothing of a filter that was given up, when its call %s late', async (how) => {
    const answers: PromiseWithResolvers<Answer>[] = []
    let state: FeedState = noFeed
    const feed = new CaptureFeed(
      () => {
        const answer = Promise.withResolvers<Answer>()
        answers.push(answer)
        return answer.promise
      },
      (next) => {
        state = next
      },
    )
    const page = (id: number): Answer => ({
      items: [row(id)],
      nextCursor: null,
      total: { count: 1, atLeast: false },
      throughId: id,
    })
    feed.open({ q: 'first' })
    feed.open({ q: 'second' })
    answers[1]?.resolve(page(2))
    await settle()
    if (how === 'answers') answers[0]?.resolve(page(1))
    else answers[0]?.reject(new Error('too late'))
    await settle()
    expect(state.list?.rows.map(({ id }) => id)).toEqual([2])
    expect(state.error).toBe(null)
  })

  it('says why it failed, keeps what was there, and tries again on the next tick', async () => {
    const desk = setUp(3)
    desk.fail(new Error('the index is being rebuilt'))
    desk.feed.open({})
    await settle()
    expect(desk.state()).toMatchObject({ list: null, isLoading: false })
    expect(desk.state().error).toBeInstanceOf(Error)
    desk.fail(null)
    await desk.tick()
    expect(desk.ids()).toEqual([3, 2, 1])
    expect(desk.state().error).toBe(null)

    desk.capture(1)
    desk.fail(new Error('gone'))
    await desk.tick()
    expect(desk.ids()).toEqual([3, 2, 1])
    expect(desk.state().error).toBeInstanceOf(Error)
    desk.fail(null)
    await desk.tick()
    expect(desk.ids()).toEqual([4, 3, 2, 1])
    expect(desk.state().error).toBe(null)
  })
})
