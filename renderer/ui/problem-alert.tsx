import { Alert, Button, Group, List, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { problemOf } from './problem.ts'

export interface ProblemAlertProps {
  /** Whatever was thrown; `null` and `undefined` show nothing. */
  readonly error: unknown
  readonly onRetry?: () => void
  /** More buttons beside "Try again". */
  readonly actions?: ReactNode
}

/** A failure as the operator needs it: what happened, why, and what to do. */
export function ProblemAlert({ error, onRetry, actions }: ProblemAlertProps) {
  if (error === null || error === undefined) return null
  const problem = problemOf(error)
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertTriangle aria-hidden />}
      title={problem.message}
      role="alert"
      data-problem={problem.code}
    >
      {problem.cause !== problem.message && <Text size="sm">{problem.cause}</Text>}
      <RemedyList remedies={problem.remedies} />
      {(onRetry !== undefined || actions !== undefined) && (
        <Group gap="xs" mt="xs">
          {onRetry !== undefined && (
            <Button size="xs" variant="default" onClick={onRetry}>
              Try again
            </Button>
          )}
          {actions}
        </Group>
      )}
    </Alert>
  )
}

/** What the operator can do, most likely first; nothing when there is nothing. */
export function RemedyList({ remedies }: { readonly remedies: readonly string[] }) {
  if (remedies.length === 0) return null
  return (
    <List size="sm" mt={4} aria-label="What you can do">
      {remedies.map((remedy) => (
        <List.Item key={remedy}>{remedy}</List.Item>
      ))}
    </List>
  )
}
