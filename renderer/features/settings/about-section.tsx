import { Alert, Skeleton, Stack } from '@mantine/core'
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react'
import { useSystemInfo } from '../../app/system-info.ts'
import { Facts } from '../../ui/facts.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { Section } from './section.tsx'
import classes from './settings.module.css'

const hostWords = { desktop: 'Desktop', browser: 'Browser on this machine' } as const
const severityColors = { info: 'blue', warning: 'yellow', error: 'red' } as const

/** Which Keyhold this is, where its data lies, and what it had to say at start. */
export function AboutSection() {
  const info = useSystemInfo()
  return (
    <>
      <Section title="About Keyhold">
        {info.isPending && <Skeleton height={120} />}
        <ProblemAlert error={info.error} onRetry={() => void info.refetch()} />
        {info.data && (
          <Facts
            facts={[
              ['Version', info.data.version],
              ['Runs as', hostWords[info.data.host]],
              [
                'Data directory',
                <span key="path" className={classes.address}>
                  {info.data.dataDir}
                </span>,
              ],
              ['Workspace', info.data.sample ? 'Sample: everything in it is made up' : 'Your own'],
              [
                'Copying keys',
                info.data.capabilities.clipboard
                  ? 'Outside this window; the key never enters the page'
                  : 'Through this page, as this host has no clipboard of its own',
              ],
            ]}
          />
        )}
      </Section>
      {info.data && info.data.notices.length > 0 && (
        <Section title="Notices since the start">
          <Stack gap="sm">
            {info.data.notices.map((notice) => (
              <Alert
                key={`${notice.message}${notice.detail ?? ''}`}
                color={severityColors[notice.severity]}
                icon={notice.severity === 'info' ? <IconInfoCircle aria-hidden /> : <IconAlertTriangle aria-hidden />}
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
