import { useEffect } from 'react'
import { client } from './api.ts'

const EVERY_MS = 30_000

/** Tells the vault that somebody is there, at most every 30 seconds, so that the idle lock starts anew. */
export function useActivity(): void {
  useEffect(() => {
    let last = 0
    const touch = () => {
      const now = Date.now()
      if (now - last < EVERY_MS) return
      last = now
      // A failed touch needs no word: the connection bar or the lock page says what is the matter.
      client.vault.touch().catch(() => undefined)
    }
    const events = ['pointerdown', 'keydown', 'wheel'] as const
    for (const event of events) window.addEventListener(event, touch, { passive: true })
    return () => {
      for (const event of events) window.removeEventListener(event, touch)
    }
  }, [])
}
