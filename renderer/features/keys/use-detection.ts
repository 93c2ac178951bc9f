import { useDebouncedCallback } from '@mantine/hooks'
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'
import type { Detection } from '../../../shared/contract/keys.ts'
import { MAX_PASTE_LENGTH } from '../../../shared/limits.ts'
import { client } from '../../app/api.ts'
import { fieldMessages, problemOf } from '../../ui/problem.ts'

const PAUSE_MS = 200

export interface DetectionView {
  readonly detection: Detection | null
  /** Why the text cannot be a key, in words for the field, or null. */
  readonly error: string | null
  readonly isEmpty: boolean
  /** The text was edited and has not been looked at yet. */
  readonly isPending: boolean
}

const nothing: DetectionView = { detection: null, error: null, isEmpty: true, isPending: false }
const tooLong: DetectionView = {
  ...nothing,
  error: 'This is far too long for a key. Paste one key, or take in a file with Import.',
}

/**
 * Has the workspace look at what is in the field, a moment after each edit. The text is read from the element for
 * the call and kept nowhere. `onDetected` is told of every new finding.
 */
export function useDetection(
  field: RefObject<HTMLTextAreaElement | null>,
  onDetected: (detection: Detection) => void,
): { view: DetectionView; edited: () => void; refused: () => void } {
  const [view, setView] = useState<DetectionView>(nothing)
  const call = useRef<AbortController | null>(null)
  const latest = useRef(onDetected)
  useEffect(() => {
    latest.current = onDetected
  })
  useEffect(() => () => call.current?.abort(), [])

  const look = useDebouncedCallback(async () => {
    const secret = field.current?.value ?? ''
    if (secret === '' || secret.length > MAX_PASTE_LENGTH) return
    const controller = new AbortController()
    call.current = controller
    try {
      const detection = await client.keys.detect({ secret }, { signal: controller.signal })
      if (controller.signal.aborted) return
      setView({ detection, error: null, isEmpty: false, isPending: false })
      latest.current(detection)
    } catch (error) {
      if (controller.signal.aborted) return
      const problem = problemOf(error)
      setView({
        detection: null,
        error: fieldMessages(problem).secret ?? problem.message,
        isEmpty: false,
        isPending: false,
      })
    }
  }, PAUSE_MS)

  const refused = useCallback(() => setView(tooLong), [])
  const edited = useCallback(() => {
    call.current?.abort()
    const length = field.current?.value.length ?? 0
    if (length === 0) setView(nothing)
    else if (length > MAX_PASTE_LENGTH) {
      setView(tooLong)
      return
    } else setView((before) => ({ ...before, isEmpty: false, isPending: true }))
    look()
  }, [field, look])
  return { view, edited, refused }
}
