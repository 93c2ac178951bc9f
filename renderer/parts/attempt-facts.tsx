import { Anchor, Stack, Text, Title } from '@mantine/core'
import { Link } from 'wouter'
import type { AttemptDetail } from '../../shared/contract/deliveries.ts'
import { bytesText, durationText } from '../ui/amounts.ts'
import { Fact, Facts } from '../ui/facts.tsx'
import { HeaderTable } from '../ui/header-table.tsx'
import { HttpStatus } from '../ui/http-status.tsx'
import { ProblemBox } from '../ui/problem-box.tsx'
import { TextBlock } from '../ui/text-block.tsx'
import { visibleLine } from '../ui/visible-text.ts'

/** One attempt in full: what was sent, what came back, how long each part took. */
export function AttemptFacts({ attempt }: { readonly attempt: AttemptDetail }) {
  const { problem, timing } = attempt
  return (
    <Stack gap="sm">
      {problem !== null && <ProblemBox problem={problem} />}
      <Facts>
        <Fact label="Sent">
          <span className="keyhold-mono">
            {attempt.method} {visibleLine(attempt.url)}
          </span>
          , {bytesText(attempt.requestBytes)}
        </Fact>
        <Fact label="Answer">
          <HttpStatus status={attempt.status} />
          {attempt.status !== null && `, ${bytesText(attempt.responseBytes)}`}
        </Fact>
        <Fact label="Time">
          {durationText(timing.totalMs)} in all
          {timing.connectMs !== null && `, connected after ${durationText(timing.connectMs)}`}
          {timing.firstByteMs !== null && `, first byte after ${durationText(timing.firstByteMs)}`}
        </Fact>
        {attempt.becameCaptureId !== null && (
          <Fact label="Arrived as">
            <Anchor component={Link} href={`/webhooks/requests/${attempt.becameCaptureId}`} size="sm">
              Request #{attempt.becameCaptureId}
            </Anchor>
          </Fact>
        )}
      </Facts>
      {attempt.responseBody !== '' && (
        <>
          <Title order={4} size="h5">
            Body of the answer
          </Title>
          <TextBlock label="Body of the answer" text={attempt.responseBody} />
          {attempt.responseCut && (
            <Text size="sm" c="dimmed">
              Only the beginning was kept.
            </Text>
          )}
        </>
      )}
      {attempt.status !== null && (
        <>
          <Title order={4} size="h5">
            Headers of the answer
          </Title>
          <HeaderTable pairs={attempt.responseHeaders} label="Headers of the answer" />
        </>
      )}
      <Title order={4} size="h5">
        Headers that were sent
      </Title>
      <HeaderTable pairs={attempt.requestHeaders} label="Headers that were sent" />
    </Stack>
  )
}
