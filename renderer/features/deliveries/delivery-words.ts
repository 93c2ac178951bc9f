import {
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconCircleDashed,
  IconHourglassHigh,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlugOff,
} from '@tabler/icons-react'
import type { Attempt, Job, RetryPolicy, Target } from '../../../shared/contract/deliveries.ts'
import { formatCount } from '../../../shared/words.ts'
import type { Look } from '../../ui/tone-badge.tsx'

/** Address of a tab of the deliveries, or of one record of it. */
export function hrefOf(tab: string, id?: number): string {
  return id === undefined ? `/webhooks/deliveries/${tab}` : `/webhooks/deliveries/${tab}/${id}`
}

/** What comes after a forward that failed, for choosing. */
export const retryOptions: readonly { value: RetryPolicy; label: string; description: string }[] = [
  {
    value: 'quick',
    label: 'Three more, soon',
    description: 'After 5 seconds, 30 seconds and 2 minutes. For a handler you are working on.',
  },
  {
    value: 'standard',
    label: 'Nine more over three days',
    description: 'The example schedule of Standard Webhooks, with jitter. For a handler that has to get everything.',
  },
  { value: 'none', label: 'None', description: 'One attempt; what fails is a dead letter at once.' },
]

/** The same in a sentence. */
export function retriesText(policy: RetryPolicy): string {
  return retryOptions.find(({ value }) => value === policy)?.label ?? policy
}

/** How a target does, worst first. */
export function targetLook(target: Target): Look {
  if (!target.enabled) return { label: 'Off', tone: 'neutral', Icon: IconPlugOff }
  if (target.lastProblem !== null) return { label: 'Failing', tone: 'bad', Icon: IconAlertTriangle }
  if (target.waiting > 0) return { label: 'Forwarding', tone: 'neutral', Icon: IconHourglassHigh }
  if (target.lastAt === null) return { label: 'Nothing yet', tone: 'neutral', Icon: IconCircleDashed }
  return { label: 'Ready', tone: 'good', Icon: IconCircleCheck }
}

const jobLooks: Record<Job['state'], Look> = {
  running: { label: 'Sending', tone: 'neutral', Icon: IconPlayerPlay },
  paused: { label: 'Paused', tone: 'caution', Icon: IconPlayerPause },
  cancelled: { label: 'Cancelled', tone: 'neutral', Icon: IconBan },
  finished: { label: 'Finished', tone: 'good', Icon: IconCircleCheck },
  interrupted: { label: 'Ended early', tone: 'caution', Icon: IconAlertTriangle },
}

/** How a replay stands. Finished with failures is not the same as finished. */
export function jobLook(job: Job): Look {
  if (job.state === 'finished' && job.failed > 0) {
    return { label: 'Finished, some failed', tone: 'caution', Icon: IconAlertTriangle }
  }
  return jobLooks[job.state]
}

/** "120 of 500 sent". */
export function jobProgress({ done, total }: Job): string {
  return `${formatCount(done)} of ${formatCount(total)}`
}

/** "12 a second", "0.4 a second", or nothing where it is not known. */
export function rateText(perSecond: number | null): string | null {
  if (perSecond === null) return null
  return `${perSecond < 10 ? Math.round(perSecond * 10) / 10 : formatCount(Math.round(perSecond))} a second`
}

const kinds: Record<Attempt['kind'], string> = { forward: 'Forward', replay: 'Replay', send: 'Test event' }

/** "Forward", "Forward, retry 2", "Replay". */
export function attemptText({ kind, attempt }: Pick<Attempt, 'kind' | 'attempt'>): string {
  return attempt > 1 ? `${kinds[kind]}, retry ${attempt - 1}` : kinds[kind]
}
