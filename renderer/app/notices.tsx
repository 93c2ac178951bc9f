import { Alert, Anchor, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'wouter'
import { RemedyList } from '../ui/problem-alert.tsx'
import { useSystemInfo } from './system-info.ts'
import { useVault } from './vault-store.ts'

const colors = { info: 'blue', warning: 'orange', error: 'red' } as const

const dismissed = new Set<string>()

/** What happened by itself that the operator should know. Each is shown until it is closed, then no more. */
export function Notices() {
  const info = useSystemInfo()
  const vault = useVault().status
  const [, setClosed] = useState(0)
  const close = (message: string) => {
    dismissed.add(message)
    setClosed((count) => count + 1)
  }
  const open = (info.data?.notices ?? []).filter((notice) => !dismissed.has(notice.message))
  const warnsOfVault = vault !== null && vault.remedies.length > 0 && !dismissed.has(vault.message)
  if (open.length === 0 && !warnsOfVault) return null
  return (
    <Stack gap="xs" pt="md" px={{ base: 12, sm: 24 }} w="100%" maw={1680} mx="auto">
      {warnsOfVault && (
        <Alert
          color="orange"
          title={vault.message}
          withCloseButton
          closeButtonLabel="Close this notice"
          onClose={() => close(vault.message)}
        >
          <RemedyList remedies={vault.remedies} />
          <Anchor component={Link} href="/settings" size="sm">
            Open settings
          </Anchor>
        </Alert>
      )}
      {open.map((notice) => (
        <Alert
          key={notice.message}
          color={colors[notice.severity]}
          title={notice.message}
          withCloseButton
          closeButtonLabel="Close this notice"
          onClose={() => close(notice.message)}
        >
          {notice.detail !== null && <Text size="sm">{notice.detail}</Text>}
        </Alert>
      ))}
    </Stack>
  )
}
