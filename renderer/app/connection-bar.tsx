import { Button, Text } from '@mantine/core'
import { IconPlugConnectedX } from '@tabler/icons-react'
import { remainingTime } from '../ui/time.ts'
import { useNow } from '../ui/use-now.ts'
import { connection } from './api.ts'
import type { ConnectionState } from './connection.ts'
import classes from './connection-bar.module.css'

/** Lies over the top of the window while the connection is down. What was read stays visible below. */
export function ConnectionBar({ state }: { readonly state: ConnectionState }) {
  const now = useNow(state.kind === 'lost' ? 1_000 : 0)
  if (state.kind !== 'lost') return null
  return (
    <div className={classes.bar} role="alert" data-connection="lost">
      <IconPlugConnectedX size={18} aria-hidden />
      <Text size="sm" component="span">
        Connection to Keyhold lost. What you see may be out of date.
      </Text>
      <Text size="sm" component="span" className="keyhold-figures" aria-hidden>
        Next try in {remainingTime(state.retryAt - now)}
      </Text>
      <Button size="compact-sm" variant="white" color="dark" onClick={() => void connection.connect()}>
        Try now
      </Button>
    </div>
  )
}
