import { Paper, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './settings.module.css'

export interface SectionProps {
  readonly title: string
  readonly lead?: ReactNode
  readonly children: ReactNode
}

/** One card of the settings: a heading, a line that says what it is for, and what can be set. */
export function Section({ title, lead, children }: SectionProps) {
  return (
    <Paper withBorder p={{ base: 'md', sm: 'lg' }} component="section" aria-label={title} className={classes.section}>
      <Title order={2} size="h4">
        {title}
      </Title>
      {lead !== undefined && (
        <Text size="sm" c="dimmed" maw={640}>
          {lead}
        </Text>
      )}
      <div className={classes.content}>{children}</div>
    </Paper>
  )
}
