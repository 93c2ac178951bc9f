import { IconAlertTriangle, IconCircleCheck, IconClockX, IconPlugConnectedX, IconPlugOff } from '@tabler/icons-react'
import type { RunAttempt } from '../../../shared/contract/sender.ts'
import { spanText } from '../../../shared/words.ts'
import type { Look } from '../../ui/tone-badge.tsx'

/** What became of an attempt, in words. */
export const outcomeLooks: Record<RunAttempt['outcome'], Look> = {
  accepted: { label: 'Accepted', tone: 'good', Icon: IconCircleCheck },
  failed: { label: 'Refused', tone: 'bad', Icon: IconAlertTriangle },
  'timed-out': { label: 'Timed out', tone: 'bad', Icon: IconClockX },
  'refused-connection': { label: 'No connection', tone: 'bad', Icon: IconPlugConnectedX },
  disabled: { label: 'Not sent: switched off', tone: 'neutral', Icon: IconPlugOff },
}

const reasons: Readonly<Record<string, string>> = {
  schedule: 'as scheduled',
  jitter: 'with jitter',
  'Retry-After': 'by Retry-After',
  throttle: 'slowed down',
  duplicate: 'sent again anyway',
}

/** After how long the next attempt comes and why: "5 min, as scheduled"; what it means that none comes. */
export function nextText({ nextInMs, nextBecause, outcome }: RunAttempt): string {
  if (nextInMs === null) return outcome === 'accepted' ? 'Done' : 'No more attempts'
  const when = nextInMs === 0 ? 'At once' : spanText(nextInMs)
  return nextBecause === null ? when : `${when}, ${reasons[nextBecause] ?? nextBecause}`
}
