import { Alert, Anchor, Button, Code, Group, Modal, Skeleton, Stack, Switch, Text } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck, IconCircleOff, IconExternalLink } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { LocalApiStatus } from '../../../shared/contract/settings.ts'
import { client, orpc, queryClient } from '../../app/api.ts'
import { OneTimeSecret } from '../../ui/one-time-secret.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { useAction } from '../../ui/use-action.ts'
import { Section } from './section.tsx'
import classes from './settings.module.css'

function Example({ status }: { readonly status: LocalApiStatus }) {
  if (status.url === null) return null
  return (
    <div className={classes.example}>
      <Text size="sm" fw={600} mb={4}>
        Try it
      </Text>
      <Code block tabIndex={0} aria-label="Example call">
        {`curl --header "Authorization: Bearer $KEYHOLD_TOKEN" \\\n  ${status.url}/keys`}
      </Code>
      <Anchor href={`${status.url}/openapi.json`} target="_blank" rel="noreferrer" size="sm" className={classes.link}>
        All routes as an OpenAPI document <IconExternalLink size={14} aria-hidden />
      </Anchor>
    </div>
  )
}

function Controls({ status }: { readonly status: LocalApiStatus }) {
  const [token, setToken] = useState<string | null>(null)
  const set = useAction(async (enabled: boolean, allowReveal: boolean) => {
    const { token: made, ...next } = await client.settings.setLocalApi({ enabled, allowReveal })
    queryClient.setQueryData(orpc.settings.localApi.queryKey(), next)
    if (made !== null) setToken(made)
  })
  // Turning it on is what makes a token, so a new one takes turning it off first.
  const renew = useAction(async () => {
    await client.settings.setLocalApi({ enabled: false, allowReveal: false })
    await set.run(true, status.allowReveal)
  })
  const byFile = status.tokenSource === 'file'
  const busy = set.isPending || renew.isPending
  return (
    <Stack gap="md" align="flex-start">
      <Group gap="xs">
        {status.enabled ? (
          <IconCircleCheck size={18} aria-hidden className={classes.toneGood} />
        ) : (
          <IconCircleOff size={18} aria-hidden className={classes.quiet} />
        )}
        <Text fw={600}>{status.enabled ? 'On' : 'Off'}</Text>
        {status.url !== null && <span className={classes.address}>{status.url}</span>}
      </Group>
      {byFile ? (
        <Text size="sm" c="dimmed">
          The token of this run came with --api-token-file, so it is not changed here. It ends when Keyhold is closed.
        </Text>
      ) : (
        <Group gap="xs">
          {status.enabled ? (
            <>
              <Button variant="default" disabled={busy} onClick={() => void renew.run()}>
                Make a new token
              </Button>
              <Button variant="default" disabled={busy} onClick={() => void set.run(false, false)}>
                Turn off
              </Button>
            </>
          ) : (
            <Button loading={busy} onClick={() => void set.run(true, false)}>
              Turn on
            </Button>
          )}
        </Group>
      )}
      {status.enabled && (
        <>
          <Switch
            label="Allow revealing over the API"
            description="GET /api/keys/{id}/full then answers with the key in plain text while the vault is open."
            checked={status.allowReveal}
            disabled={busy || byFile}
            onChange={(event) => void set.run(true, event.currentTarget.checked)}
          />
          {status.allowReveal && (
            <Alert
              variant="default"
              icon={<IconAlertTriangle aria-hidden className={classes.toneCaution} />}
              title="Keys can be read with the token"
            >
              Every program that has the token can read every key in plain text. Each reading is written to the activity
              log. Turn this off when the script is done.
            </Alert>
          )}
          <Example status={status} />
        </>
      )}
      <ProblemAlert error={set.error ?? renew.error} />
      {token !== null && (
        <Modal
          opened
          onClose={() => undefined}
          title="Token of the local API"
          withCloseButton={false}
          closeOnEscape={false}
          closeOnClickOutside={false}
          size="lg"
        >
          <OneTimeSecret label="Token" value={token} fileName="keyhold-api-token.txt" onDone={() => setToken(null)} />
        </Modal>
      )}
    </Stack>
  )
}

/** The REST API for scripts on this machine: off until somebody turns it on here. */
export function LocalApiSection() {
  const status = useQuery(orpc.settings.localApi.queryOptions())
  return (
    <Section
      title="Local API"
      lead="A REST API for scripts on this machine. It is reachable from this computer only, asks for a token, and never answers with a key unless you allow that below."
    >
      {status.isPending && <Skeleton height={120} />}
      <ProblemAlert error={status.error} onRetry={() => void status.refetch()} />
      {status.data && !status.data.served && (
        <Text size="sm">
          This window does not serve the local API. Start Keyhold in the browser host (npm run serve) to use it.
        </Text>
      )}
      {status.data?.served && <Controls status={status.data} />}
    </Section>
  )
}
