import { Alert, Button, Group, Text } from '@mantine/core'
import { IconDatabaseX, IconPlugConnectedX, IconPlugX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import type { ReceiverStatus } from '../../shared/contract/receiver.ts'
import { orpc } from '../app/api.ts'
import { ProblemAlert, RemedyList } from '../ui/problem-alert.tsx'
import { useAction } from '../ui/use-action.ts'
import { choiceOf, configureReceiver, type ReceiverChoice } from './receiver-config.ts'

const ENDPOINTS = '/webhooks/endpoints'

/** What keeps requests from being captured, on top of every page of the bench; nothing while all is well. */
export function ReceiverBanner() {
  const { data } = useQuery(orpc.receiver.status.queryOptions())
  if (data === undefined) return null
  return (
    <>
      {data.diskFull && <DiskFull />}
      {data.state === 'failed' && <NotListening status={data} />}
      {data.state === 'off' && <TurnedOff status={data} />}
    </>
  )
}

function DiskFull() {
  return (
    <Alert
      flex="none"
      color="red"
      role="alert"
      icon={<IconDatabaseX aria-hidden />}
      title="Nothing more can be stored."
    >
      <Text size="sm">
        The disk is full. Senders get 503, so nothing is acknowledged that is not kept. Free some space, or delete
        captured requests; it goes on by itself.
      </Text>
    </Alert>
  )
}

function NotListening({ status }: { readonly status: ReceiverStatus }) {
  const { problem, freePort } = status
  const choice = choiceOf(status)
  return (
    <Alert
      flex="none"
      color="red"
      role="alert"
      icon={<IconPlugConnectedX aria-hidden />}
      title={problem?.message ?? 'The receiver does not listen.'}
      data-problem={problem?.code}
    >
      {problem !== null && problem.cause !== problem.message && <Text size="sm">{problem.cause}</Text>}
      {freePort === null && <RemedyList remedies={problem?.remedies ?? []} />}
      <Configure
        choices={[
          ...(freePort === null ? [] : [{ label: `Use port ${freePort}`, choice: { ...choice, port: freePort } }]),
          { label: freePort === null ? 'Try again' : `Try port ${choice.port} again`, choice },
        ]}
      />
    </Alert>
  )
}

function TurnedOff({ status }: { readonly status: ReceiverStatus }) {
  return (
    <Alert flex="none" variant="default" icon={<IconPlugX aria-hidden />} title="The receiver is off.">
      <Text size="sm">Senders reach nothing here, and no request is captured.</Text>
      <Configure choices={[{ label: 'Turn on', choice: { ...choiceOf(status), enabled: true } }]} />
    </Alert>
  )
}

interface ConfigureProps {
  readonly choices: readonly { readonly label: string; readonly choice: ReceiverChoice }[]
}

/** The ways out, each one press away; the first is the one to take. */
function Configure({ choices }: ConfigureProps): ReactNode {
  const [path] = useLocation()
  const set = useAction(configureReceiver)
  return (
    <>
      <Group gap="xs" mt="xs">
        {choices.map(({ label, choice }) => (
          <Button key={label} size="xs" variant="default" disabled={set.isPending} onClick={() => void set.run(choice)}>
            {label}
          </Button>
        ))}
        {!path.startsWith(ENDPOINTS) && (
          <Button component={Link} href={ENDPOINTS} size="xs" variant="subtle">
            Settings of the receiver
          </Button>
        )}
      </Group>
      <ProblemAlert error={set.error} />
    </>
  )
}
