import { Alert, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { Attempt } from '../../../shared/contract/deliveries.ts'
import { RemedyList } from '../../ui/problem-alert.tsx'

/** A failure that was recorded: what happened, why, and what to do. */
export function ProblemBox({ problem }: { readonly problem: NonNullable<Attempt['problem']> }) {
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} title={problem.message}>
      {problem.cause !== problem.message && <Text size="sm">{problem.cause}</Text>}
      <RemedyList remedies={problem.remedies} />
    </Alert>
  )
}
