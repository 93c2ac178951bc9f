import { startTransition, useEffect, useState } from 'react'
import type { CaptureFilter, LiveTick } from '../../../shared/contract/captures.ts'
import type { ProblemData } from '../../../shared/problems.ts'
import { client } from '../../app/api.ts'
import { useStream } from '../../app/streams.ts'
import { CaptureFeed, type FeedState, noFeed } from './capture-feed.ts'

export interface Captures {
  readonly feed: CaptureFeed
  readonly state: FeedState
  /** What keeps the list from being current, as the last tick said. */
  readonly problem: ProblemData | null
}

/**
 * The list of captured requests, kept current. `filter` must be the same object until it changes; `onTick` hears every
 * tick. What arrives is drawn when there is time for it: typing and scrolling come first.
 */
export function useCaptures(filter: CaptureFilter, onTick: (tick: LiveTick) => void): Captures {
  const [state, setState] = useState<FeedState>(noFeed)
  const [problem, setProblem] = useState<ProblemData | null>(null)
  const [feed] = useState(
    () =>
      new CaptureFeed(
        (query, signal) => client.captures.list(query, { signal }),
        (next) => startTransition(() => setState(next)),
      ),
  )
  useEffect(() => {
    feed.open(filter)
    return () => feed.close()
  }, [feed, filter])
  useStream(
    (signal) => client.captures.live(undefined, { signal }),
    (tick) => {
      feed.tick(tick)
      // The same one comes with every tick.
      setProblem((before) => (before?.message === tick.problem?.message ? before : tick.problem))
      onTick(tick)
    },
  )
  return { feed, state, problem }
}
