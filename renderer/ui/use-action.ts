import { useCallback, useEffect, useRef, useState } from 'react'

export interface Action<Args extends unknown[], Result> {
  /** Runs it. Resolves with null when it failed (then `error` says why) or when it runs already. */
  readonly run: (...args: Args) => Promise<Result | null>
  readonly isPending: boolean
  readonly error: unknown
  readonly clearError: () => void
}

/**
 * A call made by a button. Unlike a mutation of TanStack Query it keeps neither what went in nor what came out,
 * so it is the one to use for anything that carries a secret.
 */
export function useAction<Args extends unknown[], Result>(
  action: (...args: Args) => Promise<Result>,
): Action<Args, Result> {
  const [isPending, setPending] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const latest = useRef(action)
  const running = useRef(false)
  const mounted = useRef(true)
  useEffect(() => {
    latest.current = action
  })
  useEffect(() => {
    mounted.current = true
    return () => {
      mounted.current = false
    }
  }, [])
  const run = useCallback(async (...args: Args): Promise<Result | null> => {
    if (running.current) return null
    running.current = true
    setPending(true)
    setError(null)
    try {
      return await latest.current(...args)
    } catch (problem) {
      if (mounted.current) setError(problem)
      return null
    } finally {
      running.current = false
      if (mounted.current) setPending(false)
    }
  }, [])
  const clearError = useCallback(() => setError(null), [])
  return { run, isPending, error, clearError }
}
