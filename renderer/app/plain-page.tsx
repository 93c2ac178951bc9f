import { Paper, Stack, Text, Title } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'
import { Logo } from '../ui/logo.tsx'
import classes from './plain-page.module.css'
import { SampleLabel } from './sample-label.tsx'

export interface PlainPageProps {
  readonly title: string
  readonly lead?: ReactNode
  readonly children?: ReactNode
}

/** One calm sheet in the middle of the window: first run, unlock, and what stands in the way of the pages. */
export function PlainPage({ title, lead, children }: PlainPageProps) {
  useEffect(() => {
    document.title = `${title} · Keyhold`
  }, [title])
  return (
    <main className={classes.page}>
      <div className={classes.column}>
        <div className={classes.brand}>
          <Logo />
          <SampleLabel />
        </div>
        <Paper withBorder p="lg" component="section" className={classes.sheet}>
          <Stack gap="md">
            <div>
              <Title order={1} size="h3">
                {title}
              </Title>
              {lead !== undefined && (
                <Text size="sm" c="dimmed" mt={4} component="div">
                  {lead}
                </Text>
              )}
            </div>
            {children}
          </Stack>
        </Paper>
      </div>
    </main>
  )
}
