import { Button, Paper, Stack, Text, Title } from '@mantine/core'
import { IconEye, IconSend } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { AttemptDetail } from '../../../shared/contract/deliveries.ts'
import { client, orpc } from '../../app/api.ts'
import { AttemptFacts } from '../../parts/attempt-facts.tsx'
import { exactBytes } from '../../ui/amounts.ts'
import { type HeaderPairs, HeaderTable } from '../../ui/header-table.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { useCancellable } from '../../ui/use-cancellable.ts'
import classes from './sender.module.css'
import type { EventSource } from './sender-page.tsx'

type Shown =
  | { readonly kind: 'preview'; readonly headers: HeaderPairs; readonly bodyBytes: number }
  | { readonly kind: 'answer'; readonly attempt: AttemptDetail }

/** Sends one event and shows the answer beside it. */
export function ComposeTab({ source }: { readonly source: EventSource }) {
  const [shown, setShown] = useState<Shown | null>(null)
  const [isPlaced, setPlaced] = useState(false)
  const call = useCancellable(async (signal, kind: Shown['kind']) => {
    const event = source.take()
    setPlaced(event === null)
    if (event === null) return
    try {
      if (kind === 'preview') setShown({ kind, ...(await client.sender.preview(event, { signal })) })
      else setShown({ kind, attempt: await client.sender.send(event, { signal }) })
    } catch (error) {
      setPlaced(!signal.aborted && source.place(error))
      throw error
    }
  })
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="sender-send" className={classes.card}>
      <Title order={2} size="h5" id="sender-send" className={classes.hidden}>
        Send
      </Title>
      <Stack gap="md">
        <div className={classes.actions}>
          <Button
            leftSection={<IconSend size={16} aria-hidden />}
            onClick={() => void call.run('answer')}
            loading={call.isPending}
          >
            Send
          </Button>
          <Button
            variant="default"
            leftSection={<IconEye size={16} aria-hidden />}
            onClick={() => void call.run('preview')}
            disabled={call.isPending}
          >
            Preview headers
          </Button>
          {call.isPending && (
            <Button variant="subtle" onClick={call.cancel}>
              Cancel
            </Button>
          )}
        </div>
        {!isPlaced && <ProblemAlert error={call.error} />}
        <Title order={3} size="h5">
          {shown?.kind === 'preview' ? 'What would be sent' : 'Answer'}
        </Title>
        <div role="status" aria-busy={call.isPending}>
          {shown === null && (
            <Text size="sm" c="dimmed">
              Send the event, and what the handler answers stands here. A preview shows the signature without sending
              anything.
            </Text>
          )}
          {shown?.kind === 'preview' && (
            <Text size="sm" c="dimmed">
              Nothing was sent. The signature is made anew for every event that is. Body: {exactBytes(shown.bodyBytes)}.
            </Text>
          )}
          {shown?.kind === 'answer' && <AnswerLine attempt={shown.attempt} />}
        </div>
        {shown?.kind === 'preview' && <HeaderTable pairs={shown.headers} label="Headers that would be sent" />}
        {shown?.kind === 'answer' && <Answer attempt={shown.attempt} />}
      </Stack>
    </Paper>
  )
}

function AnswerLine({ attempt: { status, at } }: { readonly attempt: AttemptDetail }) {
  return (
    <Text size="sm">
      {status === null ? 'No answer came' : `Answered with ${status}`}, <RelativeTime at={at} />.
    </Text>
  )
}

/** Read again when deliveries change: which captured request it became is known a moment after the answer. */
function Answer({ attempt }: { readonly attempt: AttemptDetail }) {
  const query = useQuery(
    orpc.deliveries.attempt.queryOptions({ input: { id: attempt.id }, initialData: attempt, staleTime: 60_000 }),
  )
  return <AttemptFacts attempt={query.data} />
}
