import { Button, Group, Progress, SegmentedControl, Skeleton, Stack, Text, Title } from '@mantine/core'
import { IconPlayerPause, IconPlayerPlay, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Job } from '../../../shared/contract/deliveries.ts'
import { countOf, formatCount } from '../../../shared/words.ts'
import { client, orpc } from '../../app/api.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { SidePanel } from '../../ui/list-with-panel.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { ProblemBox } from '../../ui/problem-box.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { ToneBadge } from '../../ui/tone-badge.tsx'
import { useAction } from '../../ui/use-action.ts'
import { visibleLine } from '../../ui/visible-text.ts'
import { AttemptPages } from './attempt-pages.tsx'
import { jobLook, rateText } from './delivery-words.ts'
import { takeIn } from './use-jobs.ts'

type Shown = 'all' | 'succeeded' | 'failed'

/** One replay: how far it is, what can be done with it, and what each request was answered. */
export function JobPanel({ id, onClose }: { readonly id: number; readonly onClose: () => void }) {
  const query = useQuery(orpc.deliveries.job.queryOptions({ input: { id } }))
  const job = query.data
  return (
    <SidePanel
      title={`Replay #${id}`}
      eyebrow={job === undefined ? undefined : <ToneBadge look={jobLook(job)} />}
      onClose={onClose}
    >
      <Stack gap="md">
        <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
        {query.isPending && <Skeleton height={160} />}
        {job !== undefined && (
          <>
            <JobProgress job={job} />
            {job.problem !== null && <ProblemBox problem={job.problem} />}
            <JobButtons job={job} />
            <Facts>
              <Fact label="To">{visibleLine(job.url)}</Fact>
              <Fact label="Succeeded">{formatCount(job.succeeded)}, answered with 2xx</Fact>
              <Fact label="Failed">{formatCount(job.failed)}</Fact>
              {job.state === 'running' && <Fact label="Rate">{rateText(job.perSecond)}</Fact>}
              <Fact label="Started">
                <RelativeTime at={job.createdAt} focusable />
              </Fact>
              {job.endedAt !== null && (
                <Fact label="Ended">
                  <RelativeTime at={job.endedAt} focusable />
                </Fact>
              )}
            </Facts>
            <Results job={job} />
          </>
        )}
      </Stack>
    </SidePanel>
  )
}

function JobProgress({ job }: { readonly job: Job }) {
  const share = (count: number) => (job.total === 0 ? 0 : (count / job.total) * 100)
  return (
    <div>
      <Text size="sm" mb={6} className="keyhold-figures">
        {formatCount(job.done)} of {countOf(job.total, 'request')} sent
      </Text>
      <Progress.Root size="lg">
        <Progress.Section value={share(job.succeeded)} color="green.8" aria-label="Succeeded" />
        <Progress.Section value={share(job.failed)} color="red.8" aria-label="Failed" />
      </Progress.Root>
    </div>
  )
}

function JobButtons({ job }: { readonly job: Job }) {
  const [asks, setAsks] = useState(false)
  const steer = useAction(async (how: 'pauseJob' | 'resumeJob') => takeIn(await client.deliveries[how]({ id: job.id })))
  const canResume = job.state === 'paused' || job.state === 'interrupted'
  const isOver = job.state === 'finished' || job.state === 'cancelled'
  return (
    <>
      <ProblemAlert error={steer.error} />
      {!isOver && (
        <Group gap="xs">
          {job.state === 'running' && (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconPlayerPause size={14} aria-hidden />}
              onClick={() => void steer.run('pauseJob')}
              loading={steer.isPending}
            >
              Pause
            </Button>
          )}
          {canResume && (
            <Button
              size="xs"
              leftSection={<IconPlayerPlay size={14} aria-hidden />}
              onClick={() => void steer.run('resumeJob')}
              loading={steer.isPending}
            >
              Go on
            </Button>
          )}
          <Button
            size="xs"
            variant="default"
            leftSection={<IconX size={14} aria-hidden />}
            onClick={() => setAsks(true)}
          >
            Cancel replay
          </Button>
        </Group>
      )}
      {job.state === 'interrupted' && (
        <Text size="sm" c="dimmed">
          Keyhold ended while this ran. Go on sends what is left; a request that was on its way may be sent twice.
        </Text>
      )}
      <ConfirmDialog
        opened={asks}
        onClose={() => setAsks(false)}
        title={`Cancel replay #${job.id}`}
        confirmLabel="Cancel replay"
        onConfirm={async () => takeIn(await client.deliveries.cancelJob({ id: job.id }))}
      >
        <Text size="sm">
          {countOf(Math.max(0, job.total - job.done), 'request')} will not be sent. The results so far stay. A cancelled
          replay cannot be resumed; to stop for a while, pause it.
        </Text>
      </ConfirmDialog>
    </>
  )
}

function Results({ job }: { readonly job: Job }) {
  const [shown, setShown] = useState<Shown>('all')
  return (
    <section aria-labelledby="job-results">
      <Title order={3} size="h5" id="job-results" mb="xs">
        Results
      </Title>
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label="Results to show"
        value={shown}
        onChange={(value) => setShown(value === 'succeeded' || value === 'failed' ? value : 'all')}
        data={[
          { value: 'all', label: 'All' },
          { value: 'succeeded', label: `Succeeded (${formatCount(job.succeeded)})` },
          { value: 'failed', label: `Failed (${formatCount(job.failed)})` },
        ]}
        mb="xs"
      />
      <AttemptPages
        filter={shown === 'all' ? { jobId: job.id } : { jobId: job.id, outcome: shown }}
        none={job.done === 0 ? 'Nothing was sent yet.' : 'There are none of these.'}
      />
    </section>
  )
}
