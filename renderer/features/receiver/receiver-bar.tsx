import { Button, Skeleton } from '@mantine/core'
import {
  IconCircleOff,
  IconDatabaseX,
  IconLoader,
  IconMapPinQuestion,
  IconNetwork,
  IconPlugConnected,
  IconPlugConnectedX,
  IconSettings,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Endpoint, ReceiverStatus } from '../../../shared/contract/receiver.ts'
import { countOf } from '../../../shared/words.ts'
import { orpc } from '../../app/api.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import classes from './receiver-bar.module.css'
import { ReceiverDialog } from './receiver-dialog.tsx'
import { UnknownSlugsDialog } from './unknown-slugs-dialog.tsx'

const looks = {
  off: { words: 'Receiver off', Icon: IconCircleOff },
  starting: { words: 'Receiver starting', Icon: IconLoader },
  listening: { words: 'Receiving', Icon: IconPlugConnected },
  failed: { words: 'Not receiving', Icon: IconPlugConnectedX },
  full: { words: 'Nothing can be stored', Icon: IconDatabaseX },
} as const

/** The state of the receiver in one line, and the way to its settings. */
export function ReceiverBar({ onMade }: { readonly onMade: (endpoint: Endpoint) => void }) {
  const query = useQuery(orpc.receiver.status.queryOptions())
  const [dialog, setDialog] = useState<'settings' | 'slugs' | null>(null)
  if (query.data === undefined) {
    return query.isPending ? (
      <Skeleton height={48} />
    ) : (
      <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
    )
  }
  const status = query.data
  const look = status.state === 'listening' && status.diskFull ? 'full' : status.state
  const { words, Icon } = looks[look]
  const unknown = status.unknownSlugs.length
  return (
    <section aria-label="Receiver" className={classes.bar}>
      <span className={classes.state} data-state={look} role="status">
        <Icon size={18} aria-hidden />
        {words}
      </span>
      <Where status={status} />
      <Figures status={status} />
      <span className={classes.actions}>
        {unknown > 0 && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconMapPinQuestion size={14} aria-hidden />}
            onClick={() => setDialog('slugs')}
          >
            {countOf(unknown, 'unknown address', 'unknown addresses')}
          </Button>
        )}
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconSettings size={14} aria-hidden />}
          onClick={() => setDialog('settings')}
        >
          Receiver settings
        </Button>
      </span>
      {dialog === 'settings' && <ReceiverDialog status={status} onClose={() => setDialog(null)} />}
      {dialog === 'slugs' && (
        <UnknownSlugsDialog slugs={status.unknownSlugs} onClose={() => setDialog(null)} onMade={onMade} />
      )}
    </section>
  )
}

function Where({ status: { url, publicUrl, lan, port } }: { readonly status: ReceiverStatus }) {
  if (url === null) return port === null ? null : <span className={classes.quiet}>Port {port}</span>
  const address = publicUrl ?? url
  return (
    <>
      <span className={classes.address}>
        <span className="keyhold-mono">{address}</span>
        <CopyButton isIcon label={publicUrl === null ? 'Copy the address' : 'Copy the public address'} text={address} />
      </span>
      {lan ? (
        <span className={classes.lan}>
          <IconNetwork size={16} aria-hidden />
          Reachable from the network
        </span>
      ) : (
        <span className={classes.quiet}>{publicUrl === null ? 'This machine only' : `Here ${url}`}</span>
      )}
    </>
  )
}

/** What was not taken whole since the start; captured requests are counted in the list. */
function Figures({ status: { counters } }: { readonly status: ReceiverStatus }) {
  const parts = [
    counters.refused > 0 ? `${countOf(counters.refused, 'request')} cut short` : null,
    counters.malformed > 0 ? `${countOf(counters.malformed, 'request')} not HTTP` : null,
    counters.notStored > 0 ? `${countOf(counters.notStored, 'request')} not stored` : null,
  ].filter((part) => part !== null)
  return parts.length === 0 ? null : <span className={classes.quiet}>Since the start: {parts.join(', ')}</span>
}
