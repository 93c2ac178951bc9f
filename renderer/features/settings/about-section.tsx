import { Alert, Skeleton, Stack } from '@mantine/core'
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react'
import { useSystemInfo } from '../../app/system-info.ts'
import { Fact, Facts } from '../../ui/facts.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { Section } from './section.tsx'
import classes from './settings.module.css'

const hostWords = { desktop: 'Desktop', browser: 'Browser on this machine' } as const
const tones = { info: classes.quiet, warning: classes.toneCaution, error: classes.toneBad } as const

/** Which Keyhold this is, where its data lies, and what it had to say at start. */
export function AboutSection() {
  const info = useSystemInfo()
  return (
    <>
      <Section title="About Keyhold">
        {info.isPending && <Skeleton height={120} />}
        <ProblemAlert error={info.error} onRetry={() => void info.refetch()} />
        {info.data && (
          <Facts>
            <Fact label="Version">{info.data.version}</Fact>
            <Fact label="Runs as">{hostWords[info.data.host]}</Fact>
            <Fact label="Data directory">
              <span className={classes.address}>{info.data.dataDir}</span>
            </Fact>
            <Fact label="Workspace">{info.data.sample ? 'Sample: everything in it is made up' : 'Your own'}</Fact>
            <Fact label="Copying keys">
              {info.data.capabilities.clipboard
                ? 'Outside this window; the key never enters the page'
                : 'Through this page, as this host has no clipboard of its own'}
            </Fact>
          </Facts>
        )}
      </Section>
      {info.data && info.data.notices.length > 0 && (
        <Section title="Notices since the start">
          <Stack gap="sm">
            {info.data.notices.map((notice) => (
              <Alert
                key={`${notice.message}${notice.detail ?? ''}`}
                variant="default"
                icon={
                  notice.severity === 'info' ? (
                    <IconInfoCircle aria-hidden className={tones.info} />
                  ) : (
                    <IconAlertTriangle aria-hidden className={tones[notice.severity]} />
                  )
                }
                title={notice.message}
              >
                {notice.detail}
              </Alert>
            ))}
          </Stack>
        </Section>
      )}
    </>
  )
}
