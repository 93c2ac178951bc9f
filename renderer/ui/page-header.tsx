import { Group, Text, Title } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'
import classes from './page-header.module.css'

export interface PageHeaderProps {
  readonly title: string
  /** One line that says what the page is for. */
  readonly lead: string
  /** The primary action last. */
  readonly actions?: ReactNode
}

/** Head of every page. It also names the window. */
export function PageHeader({ title, lead, actions }: PageHeaderProps) {
  useEffect(() => {
    document.title = `${title} · Keyhold`
  }, [title])
  return (
    <header className={classes.header}>
      <div className={classes.words}>
        <Title order={1} size="h3">
          {title}
        </Title>
        <Text size="sm" c="dimmed">
          {lead}
        </Text>
      </div>
      {actions !== undefined && (
        <Group gap="xs" wrap="wrap">
          {actions}
        </Group>
      )}
    </header>
  )
}
