import { useQuery } from '@tanstack/react-query'
import type { ReceiverStatus } from '../../../shared/contract/receiver.ts'
import { orpc } from '../../app/api.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
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
          {data.publicUrl !== null && <span className={classes.here}>here {data.url}</span>}
          <CopyButton isIcon label={data.publicUrl === null ? 'Copy address' : 'Copy public address'} text={url} />
        </>
      )}
    </span>
  )
}
