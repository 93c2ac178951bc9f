import { Button, Paper, Progress, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import type { RetryRun, RunAttempt } from '../../../shared/contract/sender.ts'
import { retrySchedules } from '../../../shared/retry-schedules.ts'
import { countOf, formatCount, spanText } from '../../../shared/words.ts'
import { durationText } from '../../ui/amounts.ts'
import { Fact, Facts } from '../../ui/facts.tsx'
import { HttpStatus } from '../../ui/http-status.tsx'
import { ToneBadge } from '../../ui/tone-badge.tsx'
import { visibleLine } from '../../ui/visible-text.ts'
import { RunChart } from './run-chart.tsx'
import { nextText, outcomeLooks } from './run-words.ts'
import classes from './sender.module.css'

const AT_ONCE = 200

/** A run of the retry-time machine, under way or ended: how it went, and every attempt on the virtual clock. */
export function RunResult({ run }: { readonly run: RetryRun }) {
  const { report } = run
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="retry-run" className={classes.card}>
      <Stack gap="md">
        <div>
          <Title order={2} size="h5" id="retry-run">
            {retrySchedules[run.schedule].name} to <span className={classes.words}>{visibleLine(run.url)}</span>
          </Title>
          <Text size="sm" role="status" {...(run.state === 'failed' ? { c: 'var(--mantine-color-error)' } : {})}>
            {report === null
              ? `${formatCount(run.done)} of ${countOf(run.events, 'event')} settled, ${countOf(run.attempts.length, 'attempt')} so far.`
              : report.sentence}
          </Text>
        </div>
        {run.state === 'running' && (
          <Progress value={(run.done / run.events) * 100} aria-label="Events that are settled" animated />
        )}
        {report !== null && (
          <Facts>
            <Fact label="Delivered">{formatCount(report.delivered)}</Fact>
            <Fact label="Given up">{formatCount(report.deadLetters)}</Fact>
            <Fact label="Accepted twice">
              {report.acceptedTwice === 0
                ? '0'
                : `${formatCount(report.acceptedTwice)}: fine when the second one changed nothing`}
            </Fact>
            <Fact label="Out of order">{formatCount(report.outOfOrder)}</Fact>
            {report.endpointDisabledAtMs !== null && (
              <Fact label="Switched off">After {spanText(report.endpointDisabledAtMs)}</Fact>
            )}
            <Fact label="Would take">{spanText(report.virtualMs)}</Fact>
            <Fact label="Took">{durationText(report.wallMs)}</Fact>
          </Facts>
        )}
        {run.attempts.length > 1 && <RunChart run={run} />}
        {run.attempts.length > 0 && <Timeline attempts={run.attempts} />}
      </Stack>
    </Paper>
  )
}

function Timeline({ attempts }: { readonly attempts: readonly RunAttempt[] }) {
  const [shown, setShown] = useState(AT_ONCE)
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard has to reach it */}
      <section className={classes.scroller} aria-label="Attempts on the virtual clock" tabIndex={0}>
        <table className={classes.timeline}>
          <thead>
            <tr>
              <th scope="col">After</th>
              <th scope="col" className={classes.number}>
                Event
              </th>
              <th scope="col" className={classes.number}>
                Attempt
              </th>
              <th scope="col">Result</th>
              <th scope="col" className={classes.number}>
                Answer
              </th>
              <th scope="col" className={classes.number}>
                Took
              </th>
              <th scope="col">Next after</th>
            </tr>
          </thead>
          <tbody>
            {attempts.slice(0, shown).map((attempt, position) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: attempts are only ever added at the end
              <tr key={position}>
                <th scope="row">{spanText(attempt.atMs)}</th>
                <td className={classes.number} title={visibleLine(attempt.eventId)}>
                  {attempt.event}
                </td>
                <td className={classes.number}>{attempt.attempt}</td>
                <td>
                  <ToneBadge look={outcomeLooks[attempt.outcome]} />
                </td>
                <td className={classes.number}>
                  <HttpStatus status={attempt.status} />
                </td>
                <td className={classes.number}>
                  {attempt.outcome === 'disabled' ? '–' : durationText(attempt.durationMs)}
                </td>
                <td>{nextText(attempt)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {attempts.length > shown && (
        <Button variant="subtle" size="compact-sm" onClick={() => setShown(shown + AT_ONCE)}>
          Show {formatCount(Math.min(AT_ONCE, attempts.length - shown))} more of {formatCount(attempts.length)}
        </Button>
      )}
    </>
  )
}
