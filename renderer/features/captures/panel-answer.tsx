import { Alert, Stack, Title } from '@mantine/core'
import { IconHourglassLow } from '@tabler/icons-react'
import type { Capture } from '../../../shared/contract/captures.ts'
import { deadlinePresets, deadlines } from '../../../shared/webhook-deadlines.ts'
import { faultName } from '../../parts/fault-names.ts'
import { durationText } from '../../ui/amounts.ts'
import { Fact, Facts } from '../../ui/facts.tsx'
import { HeaderTable } from '../../ui/header-table.tsx'
import { HttpStatus } from '../../ui/http-status.tsx'
import { TextBlock } from '../../ui/text-block.tsx'
import classes from './capture-panel.module.css'

const rules: Readonly<Record<string, string>> = {
  handshake: 'Handshake of the provider',
  signature: 'Refused because of its signature',
}

/** How long the answer took. Keyhold learns of it after the request itself. */
function answeredText({ answer, timing, fault }: Capture): string {
  if (timing.answeredMs !== null) return `${durationText(timing.answeredMs)} after the last byte`
  if (answer.status === null) return 'Not at all'
  return answer.delayMs === 0 && fault === null ? 'At once' : 'Not known yet'
}

/** What was answered, by which rule, and how long everything took. */
export function AnswerTab({ capture }: { readonly capture: Capture }) {
  const { answer, timing, fault, late } = capture
  const deadline = deadlinePresets.find((preset) => preset === answer.deadline)
  return (
    <Stack gap="md">
      {late && (
        <Alert color="orange" icon={<IconHourglassLow aria-hidden />} title="The provider would not have waited">
          {deadline === undefined
            ? 'The answer came after the deadline of the provider: it would have counted as failed and been sent again.'
            : `${deadlines[deadline].name} waits ${durationText(deadlines[deadline].ms)}: this would have counted as failed and been sent again.`}
        </Alert>
      )}
      <Facts>
        <Fact label="Status">
          {answer.status === null ? 'None: the sender was gone' : <HttpStatus status={answer.status} />}
        </Fact>
        <Fact label="Answered by">
          {answer.rule === null ? 'The endpoint’s own answer' : (rules[answer.rule] ?? `Rule “${answer.rule}”`)}
        </Fact>
        {fault !== null && <Fact label="Fault">{faultName(fault)}</Fact>}
        {answer.delayMs > 0 && <Fact label="Held back">{durationText(answer.delayMs)}</Fact>}
        <Fact label="Received in">{durationText(timing.receivedMs)}</Fact>
        <Fact label="Answered in">{answeredText(capture)}</Fact>
        {deadline !== undefined && (
          <Fact label="Deadline">
            {deadlines[deadline].name}, {durationText(deadlines[deadline].ms)}
          </Fact>
        )}
      </Facts>
      <Title order={3} size="h5">
        Headers of the answer
      </Title>
      <HeaderTable pairs={answer.headers} label="Headers of the answer" />
      <Title order={3} size="h5">
        Body of the answer
      </Title>
      {answer.body === '' ? (
        <span className={classes.quiet}>Empty</span>
      ) : (
        <TextBlock label="Body of the answer" text={answer.body} />
      )}
    </Stack>
  )
}
