import { Alert, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { ProblemData } from '../../shared/problems.ts'
import { RemedyList } from './problem-alert.tsx'

/** A failure that was recorded, not one of a call that was just made: what happened, why, and what to do. */
export function ProblemBox({ problem }: { readonly problem: ProblemData }) {
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} title={problem.message}>
      {problem.cause !== problem.message && <Text size="sm">{problem.cause}</Text>}
      <RemedyList remedies={problem.remedies} />
    </Alert>
  )
}
