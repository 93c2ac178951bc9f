import { Button, Group, Paper, Select, Stack, Text, Title } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import { useState } from 'react'
import { type RetryScheduleId, retryScheduleIds, retrySchedules } from '../../../shared/retry-schedules.ts'
import type { SchemeId } from '../../../shared/webhook-schemes.ts'
import { client } from '../../app/api.ts'
import { BoundedNumber } from '../../ui/bounded-number.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { useAction } from '../../ui/use-action.ts'
import { RunResult } from './run-result.tsx'
import { scheduleFacts, scheduleOf, scheduleOptions } from './schedule-words.ts'
import classes from './sender.module.css'
import type { EventSource } from './sender-page.tsx'
import { useKept } from './use-kept.ts'
import { useRun } from './use-run.ts'

interface RunChoice {
  /** Null: that of the sender whose event it is. */
  readonly schedule: RetryScheduleId | null
  readonly events: number
  readonly seed: number
  /** Percent. */
  readonly duplicates: number
}

const usualChoice: RunChoice = { schedule: null, events: 1, seed: 1, duplicates: 0 }

export interface RetriesTabProps {
  readonly source: EventSource
  /** By which the event is signed. */
  readonly scheme: SchemeId | null
}

/** A sender's whole retry schedule against a handler, in seconds: only the clock is made up. */
export function RetriesTab({ source, scheme }: RetriesTabProps) {
  const [choice, setChoice] = useKept<RunChoice>('retry-choice', usualChoice)
  const [runId, setRunId] = useKept<number | null>('retry-run', null)
  const scheduleId = choice.schedule ?? scheduleOf(scheme)
  const [isPlaced, setPlaced] = useState(false)
  const followed = useRun(runId)
  const start = useAction(async () => {
    const event = source.take()
    setPlaced(event === null)
    if (event === null) return
    try {
      const run = await client.sender.startRetries({
        event,
        schedule: scheduleId,
        events: choice.events,
        jitterSeed: choice.seed,
        duplicateShare: choice.duplicates / 100,
      })
      followed.takeIn(run)
      setRunId(() => run.id)
    } catch (error) {
      setPlaced(source.place(error))
      throw error
    }
  })
  const cancel = useAction(async (id: number) => followed.takeIn(await client.sender.cancelRetries({ id })))
  const schedule = retrySchedules[scheduleId]
  const { run } = followed
  const isRunning = run?.state === 'running'
  const set = (change: Partial<RunChoice>) => setChoice((before) => ({ ...before, ...change }))
  return (
    <Stack gap="md">
      <Paper withBorder p="md" component="section" aria-labelledby="retry-schedule" className={classes.card}>
        <Stack gap="md">
          <div>
            <Title order={2} size="h5" id="retry-schedule">
              Retry schedule
            </Title>
            <Text size="sm" c="dimmed">
              The event is sent for real. The pauses between the attempts pass on a clock of its own, so that days take
              seconds.
            </Text>
          </div>
          <Select
            label="Sender"
            data={scheduleOptions}
            value={scheduleId}
            onChange={(value) => set({ schedule: retryScheduleIds.find((id) => id === value) ?? null })}
            allowDeselect={false}
            searchable
            nothingFoundMessage="No sender has this name."
          />
          <Group grow align="flex-start" gap="sm" preventGrowOverflow={false}>
            <BoundedNumber
              miw={110}
              label="Events"
              value={choice.events}
              min={1}
              max={200}
              onChange={(events) => set({ events })}
            />
            <BoundedNumber
              miw={110}
              label="Sent again anyway"
              suffix=" %"
              value={choice.duplicates}
              min={0}
              max={100}
              onChange={(duplicates) => set({ duplicates })}
            />
            <BoundedNumber
              miw={110}
              label="Seed"
              value={choice.seed}
              min={0}
              max={4_294_967_295}
              onChange={(seed) => set({ seed })}
            />
          </Group>
          <Text size="xs" c="dimmed">
            Sent again anyway: the share of accepted events that come once more, as from a sender whose bookkeeping
            failed. The same seed draws the same jitter and the same duplicates.
          </Text>
          <div className={classes.actions}>
            <Button
              leftSection={<IconPlayerPlay size={16} aria-hidden />}
              onClick={() => void start.run()}
              loading={start.isPending}
              disabled={isRunning}
            >
              Run schedule
            </Button>
            {isRunning && (
              <Button variant="default" onClick={() => void cancel.run(run.id)} loading={cancel.isPending}>
                Cancel run
              </Button>
            )}
          </div>
          {!isPlaced && <ProblemAlert error={start.error} />}
          <ProblemAlert error={cancel.error} />
        </Stack>
      </Paper>
      {followed.error !== null && (
        <Text size="sm" c="dimmed" role="status">
          The last run is not known any more: runs are forgotten when Keyhold ends.
        </Text>
      )}
      {run !== null && <RunResult run={run} />}
      <Paper withBorder p="md" component="section" aria-labelledby="retry-facts" className={classes.card}>
        <Stack gap="sm">
          <Title order={2} size="h5" id="retry-facts">
            How {schedule.name} retries
          </Title>
          <Facts>
            {scheduleFacts(schedule).map(({ label, text }) => (
              <Fact key={label} label={label}>
                {text}
              </Fact>
            ))}
          </Facts>
          <Text size="sm" c="dimmed">
            {schedule.note}
          </Text>
        </Stack>
      </Paper>
    </Stack>
  )
}
