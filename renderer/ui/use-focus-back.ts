import { useEffect, useState } from 'react'

/**
 * For a dialog that is taken off the page instead of being closed first: what had the focus when it came gets it back,
 * unless something else has taken it by then.
 */
export function useFocusBack(): void {
  const [opener] = useState(() => document.activeElement)
  useEffect(
    () => () => {
      setTimeout(() => {
        const holder = document.activeElement
        if (holder !== null && holder !== document.body) return
        if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true })
      })
    },
    [opener],
  )
}
