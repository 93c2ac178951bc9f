import { Paper, Text, Tooltip } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Dashboard } from '../../../shared/contract/usage.ts'
import { amountText, compactCount, exactCount, exactMoney, moneyLineId, provenanceWords } from './figures.ts'
import classes from './usage.module.css'

/** A text with an explanation that opens on hover, touch and keyboard focus. */
function Explained({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <Tooltip label={label} multiline maw={320} withArrow events={{ hover: true, focus: true, touch: true }}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the explanation must be reachable with the keyboard */}
      <span className={classes.explained} tabIndex={0}>
        {children}
      </span>
    </Tooltip>
  )
}

function Card({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Text component="h2" size="sm" className={classes.cardTitle}>
        {title}
      </Text>
      {children}
    </Paper>
  )
}

function Counter({ value, noun }: { readonly value: number | null; readonly noun: string }) {
  if (value === null) return <p className={classes.unknown}>not reported</p>
  return (
    <p className={classes.big}>
      <Explained label={`${exactCount(value)} ${noun}`}>{compactCount(value)}</Explained>
    </p>
  )
}

/** Sums of the range. Each currency and each provenance stands on its own line: they are never added up. */
export function Totals({ totals }: { readonly totals: Dashboard['totals'] }) {
  return (
    <div className={classes.totals}>
      <Card title="Cost">
        {totals.cost.length === 0 && <p className={classes.unknown}>not reported</p>}
        {totals.cost.map((line, place) => (
          <p key={moneyLineId(line)} className={place === 0 ? classes.big : classes.next}>
            <Explained label={exactMoney(line.total, line.currency)}>{amountText(line.total)}</Explained>
            <span className={classes.unit}>{line.currency}</span>
            <span className={classes.unit}>
              <Explained label={provenanceWords[line.provenance].meaning}>
                {provenanceWords[line.provenance].word}
              </Explained>
            </span>
          </p>
        ))}
      </Card>
      <Card title="Requests">
        <Counter value={totals.requests} noun="requests" />
      </Card>
      <Card title="Input tokens">
        <Counter value={totals.inputTokens} noun="input tokens" />
        {totals.cachedInputTokens !== null && (
          <p className={classes.next}>
            <Explained label={`${exactCount(totals.cachedInputTokens)} input tokens were read from a cache`}>
              {compactCount(totals.cachedInputTokens)}
            </Explained>{' '}
            <span className={classes.unit}>of them cached</span>
          </p>
        )}
      </Card>
      <Card title="Output tokens">
        <Counter value={totals.outputTokens} noun="output tokens" />
      </Card>
    </div>
  )
}
