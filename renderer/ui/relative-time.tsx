import { Tooltip } from '@mantine/core'
import { absoluteTime, relativeTime } from './time.ts'
import { useNow } from './use-now.ts'

const REFRESH_MS = 30_000

export interface RelativeTimeProps {
  /** Epoch milliseconds, or null for "never". */
  readonly at: number | null
  /** Shown for null. */
  readonly never?: string
  /** Makes it a tab stop, so that the exact time is reached by keyboard. Leave it out in rows of a list. */
  readonly focusable?: boolean
}

/** "3 min. ago" with the exact local time and UTC in a tooltip. */
export function RelativeTime({ at, never = 'Never', focusable = false }: RelativeTimeProps) {
  const now = useNow(REFRESH_MS)
  if (at === null) return <span>{never}</span>
  const [local, utc] = absoluteTime(at)
  return (
    <Tooltip
      label={
        <>
          {local}
          <br />
          {utc}
        </>
      }
      multiline
      maw="calc(100vw - 16px)"
      events={{ hover: true, focus: true, touch: true }}
    >
      <time dateTime={new Date(at).toISOString()} tabIndex={focusable ? 0 : undefined}>
        {/* The tick may be half a minute old, and what happened since is not in the future. */}
        {relativeTime(at, Math.max(now, Date.now()))}
      </time>
    </Tooltip>
  )
}
