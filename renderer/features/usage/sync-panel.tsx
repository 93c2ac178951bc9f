import { Button, Group, Paper, Progress, ScrollArea, Text, UnstyledButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import {
  IconAlertTriangle,
  IconChevronDown,
  IconChevronRight,
  IconCircleCheck,
  IconCircleDashed,
  IconInfoCircle,
  IconPlayerPause,
  IconRefresh,
} from '@tabler/icons-react'
import { useEffect, useId, useState } from 'react'
import { Link } from 'wouter'
import { countOf } from '../../../shared/words.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { ProviderMark } from '../../ui/provider-mark.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { useNow } from '../../ui/use-now.ts'
import styles from './sync.module.css'
import { isActive, overallPercent, runPercent, type SourceRow, sourceText, summarise } from './sync-model.ts'
import classes from './usage.module.css'
import type { Sync } from './use-sync.ts'

const stateMarks = {
  active: { Icon: IconRefresh, tone: classes.toneActive },
  failed: { Icon: IconAlertTriangle, tone: classes.toneBad },
  paused: { Icon: IconPlayerPause, tone: classes.toneCaution },
  partly: { Icon: IconInfoCircle, tone: classes.toneActive },
  done: { Icon: IconCircleCheck, tone: classes.toneGood },
  never: { Icon: IconCircleDashed, tone: classes.quiet },
} as const

function markOf({ source, run }: SourceRow): keyof typeof stateMarks {
  switch (run?.state) {
    case undefined:
      return source.lastSuccessAt === null ? 'never' : 'done'
    case 'queued':
    case 'running':
      return 'active'
    case 'failed':
      return 'failed'
    case 'cancelled':
    case 'interrupted':
      return 'paused'
    case 'done':
      return run?.problem ? 'partly' : 'done'
  }
}

function StateIcon({ row }: { readonly row: SourceRow }) {
  const { Icon, tone } = stateMarks[markOf(row)]
  return <Icon size={16} aria-hidden className={tone} />
}

/** A bar whose end is not known yet has no value: screen readers then say "busy" and no number. */
function Bar({ label, percent }: { readonly label: string; readonly percent: number | null }) {
  return (
    <Progress.Root size="sm" flex={1}>
      <Progress.Section
        value={percent ?? 100}
        animated={percent === null}
        withAria={false}
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        {...(percent === null ? {} : { 'aria-valuenow': percent })}
      />
    </Progress.Root>
  )
}

function SourceLine({ row, sync, now }: { readonly row: SourceRow; readonly sync: Sync; readonly now: number }) {
  const { source, run } = row
  const active = isActive(run)
  const action = active ? 'Cancel' : source.resumable ? 'Resume' : 'Refresh'
  const isBilled = source.billed && !active
  return (
    <li className={styles.source}>
      <div className={styles.sourceName}>
        <ProviderMark provider={source.provider} />
        <span className={classes.clip}>
          <Link href={`/keys/${source.keyId}`} className={classes.link}>
            {source.keyName}
          </Link>{' '}
          <span className={classes.quiet}>{source.accountEmail}</span>
        </span>
      </div>
      <div className={styles.sourceState}>
        <StateIcon row={row} />
        <div className={styles.sourceText}>
          {sourceText(row, now)}{' '}
          {!active && source.lastSuccessAt !== null && (
            <span className={classes.quiet}>
              <RelativeTime at={source.lastSuccessAt} />
            </span>
          )}
          {active && <Bar label={`Progress of ${source.keyName}`} percent={runPercent(run)} />}
        </div>
      </div>
      <Button
        size="compact-xs"
        variant="subtle"
        aria-label={`${action} ${source.keyName}${isBilled ? ', one billed search' : ''}`}
        onClick={() => (active ? sync.cancel([run.runId]) : sync.start([source.keyId]))}
      >
        {isBilled ? `${action} (billed)` : action}
      </Button>
    </li>
  )
}

/** How old the figures are, which sources they come from, and the progress of the sync under way. */
export function SyncPanel({ sync, onShowProblems }: { readonly sync: Sync; onShowProblems(): void }) {
  const rows = sync.rows ?? []
  const { active, failed, resumable, newestSuccess, oldestSuccess, neverSynced } = summarise(rows)
  const now = useNow(active.length > 0 ? 1_000 : 0)
  const [opened, { toggle }] = useDisclosure(false)
  const listId = useId()
  const busy = active.length > 0
  const [wasBusy, setWasBusy] = useState(false)
  useEffect(() => {
    if (busy) setWasBusy(true)
  }, [busy])
  const ended = failed === 0 ? 'Refresh ended.' : `Refresh ended. ${failed} of ${rows.length} sources failed.`
  const announcement = busy ? 'Refreshing usage data.' : wasBusy ? ended : ''

  if (sync.loadError) return <ProblemAlert error={sync.loadError} onRetry={sync.reload} />
  if (rows.length === 0) return <ProblemAlert error={sync.actionError} />
  return (
    <Paper withBorder px="md" py="sm" component="section" aria-label="Sources of usage data">
      <span role="status" className={classes.hidden}>
        {announcement}
      </span>
      <Group justify="space-between" gap="sm">
        <Group gap="xs" fz="sm">
          {newestSuccess === null ? (
            <span>{neverSynced === 0 ? 'Read only on request' : 'Never synced'}</span>
          ) : (
            <span>
              Last sync <RelativeTime at={newestSuccess} focusable />
            </span>
          )}
          {oldestSuccess !== null && newestSuccess !== null && newestSuccess - oldestSuccess > 3_600_000 && (
            <span className={classes.quiet}>
              oldest source <RelativeTime at={oldestSuccess} />
            </span>
          )}
          {neverSynced > 0 && newestSuccess !== null && (
            <span className={classes.quiet}>{neverSynced} never synced</span>
          )}
          {failed > 0 && (
            <UnstyledButton className={styles.failed} onClick={onShowProblems}>
              <IconAlertTriangle size={16} aria-hidden className={classes.toneBad} />
              {failed} of {rows.length} failed
            </UnstyledButton>
          )}
        </Group>
        <Group gap="xs">
          {busy && (
            <Button size="xs" variant="default" onClick={() => sync.cancel()}>
              Cancel all
            </Button>
          )}
          {!busy && resumable.length > 0 && (
            <Button size="xs" variant="default" onClick={() => sync.start([...resumable])}>
              Resume {resumable.length === 1 ? 'the unfinished source' : `${resumable.length} unfinished`}
            </Button>
          )}
          <Button
            size="xs"
            variant="subtle"
            aria-expanded={opened}
            aria-controls={listId}
            leftSection={
              opened ? <IconChevronDown size={16} aria-hidden /> : <IconChevronRight size={16} aria-hidden />
            }
            onClick={toggle}
          >
            {countOf(rows.length, 'source')}
          </Button>
        </Group>
      </Group>
      {busy && (
        <Group gap="sm" mt="xs" wrap="nowrap">
          <Bar label="Progress of all sources" percent={overallPercent(active)} />
          <Text size="sm" className={classes.quiet}>
            {active.length} under way
          </Text>
        </Group>
      )}
      <ProblemAlert error={sync.actionError} />
      <div id={listId} hidden={!opened}>
        {opened && (
          <ScrollArea.Autosize
            mah={360}
            mt="xs"
            viewportProps={{ tabIndex: 0, 'aria-label': 'Sources', role: 'region' }}
          >
            <ul className={styles.sources}>
              {rows.map((row) => (
                <SourceLine key={row.source.keyId} row={row} sync={sync} now={now} />
              ))}
            </ul>
          </ScrollArea.Autosize>
        )}
      </div>
    </Paper>
  )
}
