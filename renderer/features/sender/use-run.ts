import { useEffect, useState } from 'react'
import type { RetryRun } from '../../../shared/contract/sender.ts'
import { client } from '../../app/api.ts'
import { follow } from '../../app/streams.ts'
import { problemOf } from '../../ui/problem.ts'

interface RunView {
  /** Null until it was read. */
  readonly run: RetryRun | null
  /** Why it cannot be followed: it was forgotten when the program ended. */
  readonly error: unknown
}

const nothing: RunView = { run: null, error: null }

/** Follows a run until it has ended. Null for none. */
export function useRun(id: number | null): RunView & { readonly takeIn: (run: RetryRun) => void } {
  const [view, setView] = useState<RunView>(nothing)
  useEffect(() => {
    setView((before) => (before.run?.id === id ? before : nothing))
    if (id === null) return
    const controller = new AbortController()
    void follow(
      (signal) => client.sender.retryProgress({ id }, { signal }),
      (run) => {
        setView({ run, error: null })
        if (run.state !== 'running') controller.abort()
      },
      controller.signal,
      (error) => {
        if (problemOf(error).code !== 'NOT_FOUND') return
        setView({ run: null, error })
        controller.abort()
      },
    )
    return () => controller.abort()
  }, [id])
  return { ...view, takeIn: (run) => setView({ run, error: null }) }
}
