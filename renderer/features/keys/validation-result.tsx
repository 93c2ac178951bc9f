import { Code, Group, Stack, Text } from '@mantine/core'
import type { Balance, RateLimit, Validation } from '../../../shared/contract/keys.ts'
import { formatCount } from '../../ui/count.ts'
import { Facts } from '../../ui/facts.tsx'
import { OutcomeBadge } from '../../ui/outcome-badge.tsx'
import { RemedyList } from '../../ui/problem-alert.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'

/** All that a test has found. */
export function ValidationResult({ result }: { readonly result: Validation }) {
  return (
    <Stack gap="xs" data-test-outcome={result.outcome}>
      <Group gap="xs">
        <OutcomeBadge outcome={result.outcome} />
        <Text size="sm" c="dimmed" className="keyhold-figures">
          {result.status === null ? 'no answer' : `HTTP ${result.status}`} in{' '}
          {formatCount(Math.round(result.durationMs))} ms
        </Text>
      </Group>
      <Text size="sm">{result.message}</Text>
      {!result.certain && (
        <Text size="sm" c="dimmed">
          The answer was not clear; this is the best reading of it.
        </Text>
      )}
      <RemedyList remedies={result.remedies} />
      <Facts
        facts={[
          ['Belongs to', result.owner],
          [
            'Missing',
            result.missingScopes.length === 0 ? null : (
              <Group gap={4}>
                {result.missingScopes.map((scope) => (
                  <Code key={scope}>{scope}</Code>
                ))}
              </Group>
            ),
          ],
          ...result.balances.map(
            (balance) => [capital(balance.label), <Amount key={balance.label} balance={balance} />] as const,
          ),
          ...result.rateLimits.map((limit) => [capital(limit.name), <Limit key={limit.name} limit={limit} />] as const),
        ]}
      />
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
