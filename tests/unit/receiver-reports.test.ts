import { expect, it } from 'vitest'
import type { FromThread } from '../../main/receiver/thread/messages.ts'
import { Reports } from '../../main/receiver/thread/reports.ts'

it('counts requests that came in as rate of now, and imported ones not', () => {
  const heard: FromThread[] = []
  const reports = new Reports((message) => heard.push(message))
  reports.imported(500, 500)
  reports.flush()
  reports.stored(501, 1)
  reports.flush()
  expect(heard).toMatchObject([
    { type: 'stored', lastId: 500, count: 500, perSecond: 0 },
    { type: 'stored', lastId: 501, count: 1, perSecond: 4 },
  ])
})
