import { Button, Loader, Paper, Skeleton, Stack, Text, Title, UnstyledButton } from '@mantine/core'
import { IconShieldSearch } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ProbeReport } from '../../../shared/contract/sender.ts'
import { schemes } from '../../../shared/webhook-schemes.ts'
import { client, orpc, queryClient } from '../../app/api.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { useCancellable } from '../../ui/use-cancellable.ts'
import { useNow } from '../../ui/use-now.ts'
import { visibleLine } from '../../ui/visible-text.ts'
import { ProbeResult } from './probe-result.tsx'
import classes from './sender.module.css'
import type { EventSource } from './sender-page.tsx'

export interface ProbeTabProps {
  readonly source: EventSource
  readonly isSigned: boolean
}

/** Valid and forged events to a handler, and a score for what it did with them. */
export function ProbeTab({ source, isSigned }: ProbeTabProps) {
  const [report, setReport] = useState<ProbeReport | null>(null)
  const [startedAt, setStartedAt] = useState(0)
  const [isPlaced, setPlaced] = useState(false)
  const probe = useCancellable(async (signal) => {
    const event = source.take()
    setPlaced(event === null)
    if (event === null) return
    setStartedAt(Date.now())
    try {
      setReport(await client.sender.probe({ event }, { signal }))
      await queryClient.invalidateQueries({ queryKey: orpc.sender.probes.key() })
    } catch (error) {
      setPlaced(!signal.aborted && source.place(error))
      throw error
    }
  })
  return (
    <Stack gap="md">
      <Paper withBorder p="md" component="section" aria-labelledby="probe-run" className={classes.card}>
        <Stack gap="md">
          <div>
            <Title order={2} size="h5" id="probe-run">
              Conformance probe
            </Title>
            <Text size="sm" c="dimmed">
              Sends duplicates, events out of order, stale, tampered and unsigned ones, and looks whether the handler
              takes what it should and refuses the rest. Point it at a test handler: valid events among them are acted
              upon.
            </Text>
          </div>
          {!isSigned && (
            <Text size="sm" className={classes.caution}>
              Choose a signature first: the probe is about what a handler does with right and wrong ones.
            </Text>
          )}
          <div className={classes.actions}>
            <Button
              leftSection={<IconShieldSearch size={16} aria-hidden />}
              onClick={() => void probe.run()}
              disabled={!isSigned || probe.isPending}
            >
              Run probe
            </Button>
            {probe.isPending && (
              <>
                <Button variant="default" onClick={probe.cancel}>
                  Cancel probe
                </Button>
                <Running since={startedAt} />
              </>
            )}
          </div>
          {!isPlaced && <ProblemAlert error={probe.error} />}
        </Stack>
      </Paper>
      {report !== null && <ProbeResult report={report} />}
      <Earlier shownId={report?.id ?? null} onShow={setReport} />
    </Stack>
  )
}

function Running({ since }: { readonly since: number }) {
  const seconds = Math.max(0, Math.round((useNow(1_000) - since) / 1_000))
  return (
    <>
      <Loader size="xs" aria-hidden />
      <Text size="sm" c="dimmed" role="status">
        Sending and waiting for answers
      </Text>
      <Text size="sm" c="dimmed" className="keyhold-figures">
        {seconds} s
      </Text>
    </>
  )
}

interface EarlierProps {
  readonly shownId: number | null
  readonly onShow: (report: ProbeReport) => void
}

function Earlier({ shownId, onShow }: EarlierProps) {
  const query = useInfiniteQuery(
    orpc.sender.probes.infiniteOptions({
      input: (cursor: string | undefined) => ({ cursor, limit: 20 }),
      initialPageParam: undefined,
      getNextPageParam: (page) => page.nextCursor ?? undefined,
    }),
  )
  const reports = query.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="probe-earlier" className={classes.card}>
      <Title order={2} size="h5" id="probe-earlier" mb="xs">
        Reports
      </Title>
      <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
      {query.isPending && <Skeleton height={72} />}
      {query.isSuccess && reports.length === 0 && (
        <Text size="sm" c="dimmed">
          No handler was probed yet. Every report is kept here.
        </Text>
      )}
      <ul className={classes.reports}>
        {reports.map((report) => (
          <li key={report.id}>
            <UnstyledButton
              className={classes.report}
              aria-current={report.id === shownId ? 'true' : undefined}
              onClick={() => onShow(report)}
            >
              <span>{report.score === null ? 'No score' : `${report.score} of 100`}</span>
              <span className={classes.reportUrl}>{visibleLine(report.url)}</span>
              <span className={classes.quiet}>
                {schemes[report.scheme].name}, <RelativeTime at={report.at} />
              </span>
            </UnstyledButton>
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => void query.fetchNextPage()}
          loading={query.isFetchingNextPage}
        >
          Show more
        </Button>
      )}
    </Paper>
  )
}
