import { startTransition, useEffect, useState } from 'react'
import type { CaptureFilter, LiveTick } from '../../../shared/contract/captures.ts'
import { client } from '../../app/api.ts'
import { useStream } from '../../app/streams.ts'
import { CaptureFeed, type FeedState, noFeed } from './capture-feed.ts'

export interface Captures {
  readonly feed: CaptureFeed
  readonly state: FeedState
}

/**
 * The list of captured requests, kept current. `filter` must be the same object until it changes; `onTick` hears every
 * tick. What arrives is drawn when there is time for it: typing and scrolling come first.
 */
export function useCaptures(filter: CaptureFilter, onTick: (tick: LiveTick) => void): Captures {
  const [state, setState] = useState<FeedState>(noFeed)
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
      onTick(tick)
    },
  )
  return { feed, state }
}
