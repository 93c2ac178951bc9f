import { Anchor, Button, Group, Progress, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'wouter'
import type { Job } from '../../shared/contract/deliveries.ts'
import { countOf, formatCount } from '../../shared/words.ts'
import { client } from '../app/api.ts'
import { useStream } from '../app/streams.ts'
import { ProblemAlert } from '../ui/problem-alert.tsx'
import { useAction } from '../ui/use-action.ts'
import { visibleLine } from '../ui/visible-text.ts'

const states: Record<Job['state'], string> = {
  running: 'Sending',
  paused: 'Paused',
  cancelled: 'Cancelled',
  finished: 'Finished',
  interrupted: 'Ended early, with Keyhold',
}

export interface ReplayJobProps {
  /** As it was when it started. */
  readonly job: Job
  readonly onClose: () => void
}

/** A replay of several requests under way. It goes on when this is closed. */
export function ReplayJob({ job: started, onClose }: ReplayJobProps) {
  const [job, setJob] = useState(started)
  useStream(
    (signal) => client.deliveries.progress(undefined, { signal }),
    (next) => {
      if (next.id === started.id) setJob(next)
    },
  )
  const steer = useAction(async (how: 'pauseJob' | 'resumeJob' | 'cancelJob') => {
    setJob(await client.deliveries[how]({ id: started.id }))
  })
  const isOver = job.state === 'finished' || job.state === 'cancelled'
  const share = job.total === 0 ? 0 : (job.done / job.total) * 100
  return (
    <Stack gap="sm">
      <Text size="sm" role="status">
        {states[job.state]}: {formatCount(job.done)} of {countOf(job.total, 'request')}, {formatCount(job.succeeded)}{' '}
        answered with 2xx, {formatCount(job.failed)} not
        {job.perSecond !== null && job.state === 'running' && `, ${formatCount(Math.round(job.perSecond))} a second`}.
      </Text>
      <Progress value={share} aria-label="Progress of the replay" color={job.failed > 0 ? 'orange' : 'accent'} />
      <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        To {visibleLine(job.url)}.{' '}
        <Anchor component={Link} href="/webhooks/deliveries" size="sm" underline="always">
          Every answer is among the deliveries
        </Anchor>
      </Text>
      {job.problem !== null && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {job.problem.message}
        </Text>
      )}
      <ProblemAlert error={steer.error} />
      <Group justify="flex-end" gap="xs">
        {job.state === 'running' && (
          <Button variant="default" onClick={() => void steer.run('pauseJob')} loading={steer.isPending}>
            Pause
          </Button>
        )}
        {(job.state === 'paused' || job.state === 'interrupted') && (
          <Button variant="default" onClick={() => void steer.run('resumeJob')} loading={steer.isPending}>
            Go on
          </Button>
        )}
        {!isOver && (
          <Button variant="default" onClick={() => void steer.run('cancelJob')} loading={steer.isPending}>
            Cancel replay
          </Button>
        )}
        <Button onClick={onClose}>{isOver ? 'Done' : 'Close, keep sending'}</Button>
      </Group>
    </Stack>
  )
}
