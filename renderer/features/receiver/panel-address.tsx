import { Anchor, Stack, Text } from '@mantine/core'
import { Link } from 'wouter'
import type { Endpoint } from '../../../shared/contract/receiver.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import classes from './endpoint-panel.module.css'
import { curlLine } from './endpoint-words.ts'

/** Where senders reach the endpoint, and a line to try it with. */
export function PanelAddress({ endpoint }: { readonly endpoint: Endpoint }) {
  const { localUrl, publicUrl } = endpoint
  return (
    <Stack gap="sm">
      <Line name="On this machine" text={localUrl} copy="Copy the local address" />
      {publicUrl !== null ? (
        <Line name="From outside" text={publicUrl} copy="Copy the public address" />
      ) : (
        <Text size="sm" c="dimmed">
          Not reachable from the internet.{' '}
          <Anchor component={Link} href="/webhooks/tunnels" size="sm" underline="always">
            Choose a tunnel
          </Anchor>
        </Text>
      )}
      <Line name="Try it in a terminal" text={curlLine(localUrl)} copy="Copy the command" />
    </Stack>
  )
}

function Line({ name, text, copy }: { readonly name: string; readonly text: string; readonly copy: string }) {
  return (
    <div>
      <Text size="sm" fw={600} mb={4}>
        {name}
      </Text>
      <div className={classes.line}>
        <pre className={`keyhold-mono ${classes.lineText}`}>{text}</pre>
        <CopyButton isIcon label={copy} text={text} />
      </div>
    </div>
  )
}
