import { Alert, Anchor, Text } from '@mantine/core'
import { IconDatabaseX, IconPlugConnectedX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import type { ReceiverStatus } from '../../../shared/contract/receiver.ts'
import { orpc } from '../../app/api.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { RemedyList } from '../../ui/problem-alert.tsx'
import classes from './receiver-chip.module.css'

const states: Record<ReceiverStatus['state'], string> = {
  off: 'Receiver off',
  starting: 'Receiver starting',
  listening: 'Listening',
  failed: 'Receiver failed',
}

/** Whether the receiver listens, and the address to give to senders. */
export function ReceiverChip() {
  const { data } = useQuery(orpc.receiver.status.queryOptions())
  if (data === undefined) return null
  const url = data.publicUrl ?? data.url
  return (
    <span className={classes.chip} data-state={data.state}>
      <span className={classes.dot} aria-hidden />
      {states[data.state]}
      {url !== null && data.state === 'listening' && (
        <>
          <span className={`keyhold-mono ${classes.url}`}>{url}</span>
          <CopyButton isIcon label={data.publicUrl === null ? 'Copy address' : 'Copy public address'} text={url} />
        </>
      )}
    </span>
  )
}

/** What keeps requests from being captured; nothing while all is well. */
export function ReceiverTrouble() {
  const { data } = useQuery(orpc.receiver.status.queryOptions())
  if (data === undefined) return null
  if (data.diskFull) {
    return (
      <Alert color="red" role="alert" icon={<IconDatabaseX aria-hidden />} title="Nothing more can be stored.">
        <Text size="sm">
          The disk is full. Senders get 503 and nothing is acknowledged; free some space, or delete captured requests.
        </Text>
      </Alert>
    )
  }
  if (data.state !== 'failed' && data.state !== 'off') return null
  const title = data.problem?.message ?? 'The receiver is off: no request is captured.'
  return (
    <Alert color="orange" role="alert" icon={<IconPlugConnectedX aria-hidden />} title={title}>
      {data.problem !== null && data.problem.cause !== title && <Text size="sm">{data.problem.cause}</Text>}
      <RemedyList remedies={data.problem?.remedies ?? []} />
      <Text size="sm" mt={4}>
        <Anchor component={Link} href="/webhooks/endpoints" size="sm" underline="always">
          Settings of the receiver
        </Anchor>
      </Text>
    </Alert>
  )
}
