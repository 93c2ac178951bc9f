import { Code, Group, Stack, Text } from '@mantine/core'
import type { Balance, RateLimit, Validation } from '../../../shared/contract/keys.ts'
import { formatCount } from '../../../shared/words.ts'
import { Fact, Facts } from '../../ui/facts.tsx'
import { OutcomeBadge } from '../../ui/outcome-badge.tsx'
import { isUnanswered, outcomeTone, resultLabel } from '../../ui/outcomes.ts'
import { RemedyList } from '../../ui/problem-alert.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'

/** All that a test has found. */
export function ValidationResult({ result }: { readonly result: Validation }) {
  return (
    <Stack gap="xs" data-test-outcome={result.outcome}>
      <Group gap="xs">
        <OutcomeBadge outcome={result.outcome} label={resultLabel(result)} />
        <Text size="sm" c="dimmed" className="keyhold-figures">
          {isUnanswered(result) && 'no answer '}
          {/* A key may work although the probe was refused for its content: the number would only raise doubts. */}
          {result.status !== null && outcomeTone(result.outcome) !== 'good' && `HTTP ${result.status} `}in{' '}
          {formatCount(Math.round(result.durationMs))} ms
        </Text>
      </Group>
      <Text size="sm">{result.message}</Text>
      {!result.certain && !isUnanswered(result) && (
        <Text size="sm" c="dimmed">
          The answer was not clear; this is the best reading of it.
        </Text>
      )}
      <RemedyList remedies={result.remedies} />
      <Facts>
        <Fact label="Belongs to">{result.owner}</Fact>
        {result.missingScopes.length > 0 && (
          <Fact label="Missing">
            <Group gap={4}>
              {result.missingScopes.map((scope) => (
                <Code key={scope}>{scope}</Code>
              ))}
            </Group>
          </Fact>
        )}
        {result.balances.map((balance) => (
          <Fact key={`${balance.label} ${balance.unit}`} label={capital(balance.label)}>
            <Amount balance={balance} />
          </Fact>
        ))}
        {result.rateLimits.map((limit) => (
          <Fact key={`${limit.name} ${limit.windowSeconds}`} label={capital(limit.name)}>
            <Limit limit={limit} />
          </Fact>
        ))}
      </Facts>
    </Stack>
  )
}

function Amount({ balance }: { readonly balance: Balance }) {
  return (
    <span className="keyhold-figures">
      {balance.amount} {balance.unit}
    </span>
  )
}

function Limit({ limit }: { readonly limit: RateLimit }) {
  const { remaining, limit: all, resetsAt } = limit
  return (
    <span className="keyhold-figures">
      {remaining === null ? 'not told' : `${formatCount(remaining)} left`}
      {all === null ? '' : ` of ${formatCount(all)}`}
      {resetsAt !== null && (
        <>
          , full again <RelativeTime at={resetsAt} />
        </>
      )}
    </span>
  )
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).replaceAll('-', ' ')
}
