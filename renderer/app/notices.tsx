import { Alert, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useSystemInfo } from './system-info.ts'

const colors = { info: 'blue', warning: 'orange', error: 'red' } as const

const dismissed = new Set<string>()

/** What happened at start that the operator should know. Each is shown until it is closed, then no more. */
export function Notices() {
  const info = useSystemInfo()
  const [, setClosed] = useState(0)
  const open = (info.data?.notices ?? []).filter((notice) => !dismissed.has(notice.message))
  if (open.length === 0) return null
  return (
    <Stack gap="xs" p="md" pb={0}>
      {open.map((notice) => (
        <Alert
          key={notice.message}
          color={colors[notice.severity]}
          title={notice.message}
          withCloseButton
          closeButtonLabel="Close this notice"
          onClose={() => {
            dismissed.add(notice.message)
            setClosed((count) => count + 1)
          }}
        >
          {notice.detail !== null && <Text size="sm">{notice.detail}</Text>}
        </Alert>
      ))}
    </Stack>
  )
}
