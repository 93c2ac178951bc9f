import { useCallback, useRef } from 'react'
import { type Action, useAction } from './use-action.ts'

export interface CancellableAction<Args extends unknown[], Result> extends Action<Args, Result> {
  /** Gives it up: `run` then resolves with null, and no error is shown. */
  readonly cancel: () => void
}

/** A call made by a button that may take long, so that it can be given up. The action hands the signal to its calls. */
export function useCancellable<Args extends unknown[], Result>(
  action: (signal: AbortSignal, ...args: Args) => Promise<Result>,
): CancellableAction<Args, Result | null> {
  const controller = useRef<AbortController | null>(null)
  const call = useAction(async (...args: Args) => {
    const own = new AbortController()
    controller.current = own
    try {
      return await action(own.signal, ...args)
    } catch (error) {
      if (own.signal.aborted) return null
      throw error
    }
  })
  const cancel = useCallback(() => controller.current?.abort(), [])
  return { ...call, cancel }
}
