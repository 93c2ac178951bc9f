import { useEffect, useRef } from 'react'
import { connection } from './api.ts'
import { retryDelay } from './connection.ts'

/** Opens a live stream of the contract. */
export type OpenStream<T> = (signal: AbortSignal) => Promise<AsyncIterable<T>>

/**
 * Follows a live stream until `signal` aborts. When it ends or breaks it is opened again, after the connection
 * is back and with growing pauses; streams of the contract begin with the present state, so nothing is missed.
 */
export async function follow<T>(
  open: OpenStream<T>,
  onEvent: (event: T) => void,
  signal: AbortSignal,
  onError?: (error: unknown) => void,
): Promise<void> {
  let failures = 0
  while (!signal.aborted) {
    try {
      await connection.whenOpen(signal)
      for await (const event of await open(signal)) {
        if (signal.aborted) return
        failures = 0
        onEvent(event)
      }
    } catch (error) {
      if (signal.aborted) return
      onError?.(error)
    }
    failures += 1
    await pause(retryDelay(failures), signal)
  }
}

/** Follows a live stream while the component is mounted. `open` is read once; `onEvent` may change. */
export function useStream<T>(open: OpenStream<T>, onEvent: (event: T) => void): void {
  const latest = useRef(onEvent)
  const opener = useRef(open)
  useEffect(() => {
    latest.current = onEvent
  })
  useEffect(() => {
    const controller = new AbortController()
    void follow(opener.current, (event) => latest.current(event), controller.signal)
    return () => controller.abort()
  }, [])
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds)
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done, { once: true })
  })
}
