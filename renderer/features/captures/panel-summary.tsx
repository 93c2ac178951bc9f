import { Alert, Anchor, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { Link, useSearch } from 'wouter'
import type { Capture } from '../../../shared/contract/captures.ts'
import { schemes } from '../../../shared/webhook-schemes.ts'
import { VerdictBadge } from '../../parts/verdict-badge.tsx'
import { bytesText, exactBytes } from '../../ui/amounts.ts'
import { Fact, Facts } from '../../ui/facts.tsx'
import { visibleLine } from '../../ui/visible-text.ts'
import classes from './capture-panel.module.css'
import { agedText, hasOnlyAged, refusalText } from './capture-words.ts'

export interface CaptureSummaryProps {
  readonly capture: Capture
  /** Asks why the signature does not fit. */
  readonly onWhy: () => void
}

/** What came, from whom, and what was found of its signature. */
export function CaptureSummary({ capture, onWhy }: CaptureSummaryProps) {
  const { atArrival, now } = capture
  const isOld = hasOnlyAged(capture)
  const hasChanged = now !== null && now.verdict !== atArrival.verdict && !isOld
  const strict = now ?? atArrival
  const isStricter = strict.verdict === 'valid' && strict.strictOk === false
  return (
    <Stack gap="xs">
      <div className={classes.summary}>
        <span className={classes.target}>
          <strong>{capture.method}</strong> {visibleLine(capture.target)}
        </span>
        <span className={classes.quiet}>
          {capture.contentType === null ? 'No content type' : visibleLine(capture.contentType)},{' '}
          <span title={exactBytes(capture.sentBytes)}>{bytesText(capture.sentBytes)}</span>, HTTP/{capture.httpVersion}{' '}
          from {capture.remoteAddress}
        </span>
      </div>
      {capture.refused !== null && (
        <Alert color="orange" icon={<IconAlertTriangle aria-hidden />} title="This request is not whole">
          {refusalText(capture.refused)}
        </Alert>
      )}
      <div>
        <div className={classes.verdictLine}>
          <VerdictBadge verdict={atArrival.verdict} />
          <span className={classes.quiet}>
            at arrival{atArrival.scheme === null ? '' : `, ${schemes[atArrival.scheme].name}`}
          </span>
        </div>
        <Text size="sm">{atArrival.message}</Text>
        {hasChanged && (
          <>
            <div className={classes.verdictLine}>
              <VerdictBadge verdict={now.verdict} />
              <span className={classes.quiet}>now</span>
            </div>
            <Text size="sm">{now.message}</Text>
          </>
        )}
        {isOld && (
          <Text size="sm" c="dimmed">
            {agedText}
          </Text>
        )}
        {strict.verdict === 'invalid' && !isOld && (
          <Anchor component="button" type="button" size="sm" underline="always" onClick={onWhy}>
            Why?
          </Anchor>
        )}
        {isStricter && (
          <Text size="sm" c="dimmed">
            Under the strict rule, which limits the time in both directions, it would not pass.
          </Text>
        )}
      </div>
      <Facts>
        <Fact label="Endpoint">
          <Anchor component={Link} href={`/webhooks/endpoints/${capture.endpointId}`} size="sm">
            {capture.slug}
          </Anchor>
        </Fact>
        {capture.eventId !== null && (
          <Fact label="Event id">
            <span className="keyhold-mono">{visibleLine(capture.eventId)}</span>
          </Fact>
        )}
        <Duplicates capture={capture} />
      </Facts>
    </Stack>
  )
}

function Duplicates({ capture }: { readonly capture: Capture }) {
  const search = useSearch()
  const others = capture.duplicates.filter((id) => id !== capture.id)
  if (others.length === 0) return null
  const query = search === '' ? '' : `?${search}`
  return (
    <Fact label="Same event">
      {others.map((id, position) => (
        <span key={id}>
          {position > 0 && ', '}
          <Anchor component={Link} href={`/webhooks/requests/${id}${query}`} size="sm">
            #{id}
          </Anchor>
        </span>
      ))}
    </Fact>
  )
}
