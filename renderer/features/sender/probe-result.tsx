import { Button, Group, Paper, Stack, Text, Title, UnstyledButton } from '@mantine/core'
import {
  IconChevronDown,
  IconChevronRight,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconDownload,
  IconHelpCircle,
} from '@tabler/icons-react'
import { useState } from 'react'
import type { ProbeCheck, ProbeReport } from '../../../shared/contract/sender.ts'
import { schemes } from '../../../shared/webhook-schemes.ts'
import { countOf } from '../../../shared/words.ts'
import { durationText } from '../../ui/amounts.ts'
import { HttpStatus } from '../../ui/http-status.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { saveText } from '../../ui/save-file.ts'
import { type Look, ToneBadge } from '../../ui/tone-badge.tsx'
import { visibleLine } from '../../ui/visible-text.ts'
import classes from './sender.module.css'

const looks: Record<ProbeCheck['outcome'], Look> = {
  passed: { label: 'Passed', tone: 'good', Icon: IconCircleCheck },
  failed: { label: 'Failed', tone: 'bad', Icon: IconCircleX },
  unclear: { label: 'Unclear', tone: 'caution', Icon: IconHelpCircle },
  skipped: { label: 'Not tried', tone: 'neutral', Icon: IconCircleDashed },
}
const order: Record<ProbeCheck['outcome'], number> = { failed: 0, unclear: 1, passed: 2, skipped: 3 }

/** A report of the probe: the score, and every check with what was found and what to do about it. */
export function ProbeResult({ report }: { readonly report: ProbeReport }) {
  const sorted = [...report.checks].sort((a, b) => order[a.outcome] - order[b.outcome])
  const failed = report.checks.filter(({ outcome }) => outcome === 'failed').length
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="probe-result" className={classes.card}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" gap="sm">
          <div>
            <Title order={2} size="h5" id="probe-result">
              Report #{report.id}
            </Title>
            <Text size="sm" c="dimmed" className={classes.words}>
              {visibleLine(report.url)}, signed for {schemes[report.scheme].name},{' '}
              <RelativeTime at={report.at} focusable />, took {durationText(report.durationMs)}
            </Text>
          </div>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconDownload size={14} aria-hidden />}
            onClick={() =>
              saveText(`keyhold-probe-${report.id}.json`, `${JSON.stringify(report, null, 2)}\n`, 'application/json')
            }
          >
            Export JSON
          </Button>
        </Group>
        <div role="status">
          <p className={classes.score} style={{ margin: 0 }}>
            {report.score === null ? 'No score' : `${report.score} of 100`}
          </p>
          <Text size="sm">{verdict(report, failed)}</Text>
        </div>
        <ul className={classes.checks}>
          {sorted.map((check) => (
            <Check key={check.id} check={check} />
          ))}
        </ul>
      </Stack>
    </Paper>
  )
}

function verdict(report: ProbeReport, failed: number): string {
  if (report.passed) return 'The handler passed every check that could be judged.'
  if (report.score === null) return 'Nothing could be judged: see the first check for the reason.'
  return failed === 0 ? 'No check failed, and not every one could be judged.' : `${countOf(failed, 'check')} failed.`
}

function Check({ check }: { readonly check: ProbeCheck }) {
  const [isOpen, setOpen] = useState(false)
  const Icon = isOpen ? IconChevronDown : IconChevronRight
  return (
    <li className={classes.check}>
      <div className={classes.checkHead}>
        <span className={classes.checkName}>{check.name}</span>
        <ToneBadge look={looks[check.outcome]} />
      </div>
      <Text size="sm" className={classes.words}>
        {visibleLine(check.finding)}
      </Text>
      {check.remedy !== null && check.outcome !== 'passed' && (
        <Text size="sm" c="dimmed">
          {check.remedy}
        </Text>
      )}
      {check.requests.length > 0 && (
        <UnstyledButton className={classes.quiet} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} mih={24}>
          <Icon size={12} aria-hidden /> {countOf(check.requests.length, 'request')}, {countOf(check.weight, 'point')}
        </UnstyledButton>
      )}
      {isOpen && (
        <ul className={classes.reports}>
          {check.requests.map(({ what, status, durationMs }, position) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes
            <li key={position} className={classes.quiet}>
              <HttpStatus status={status} /> {visibleLine(what)}, {durationText(durationMs)}
            </li>
          ))}
        </ul>
      )}
    </li>
  )
}
