import { Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './empty-state.module.css'

export interface EmptyStateProps {
  readonly icon: ReactNode
  readonly title: string
  /** Why it is empty, and what would fill it. */
  readonly text: ReactNode
  readonly action?: ReactNode
}

/** Stands where a list would be. */
export function EmptyState({ icon, title, text, action }: EmptyStateProps) {
  return (
    <Stack align="center" gap="xs" className={classes.root}>
      <span className={classes.icon} aria-hidden>
        {icon}
      </span>
      <Title order={2} size="h4">
        {title}
      </Title>
      <Text size="sm" c="dimmed" ta="center" maw={440} component="div">
        {text}
      </Text>
      {action !== undefined && <div className={classes.action}>{action}</div>}
    </Stack>
  )
}
