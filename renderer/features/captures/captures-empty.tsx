import { Anchor, Button, Group, Select, Stack, TextInput } from '@mantine/core'
import { IconFilterOff, IconWebhook } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Link } from 'wouter'
import type { Endpoint } from '../../../shared/contract/receiver.ts'
import { receiverLimits } from '../../../shared/limits.ts'
import { client, orpc, queryClient } from '../../app/api.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { fieldMessages, problemOf } from '../../ui/problem.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { useAction } from '../../ui/use-action.ts'
import classes from './captures-empty.module.css'

/** Nothing was captured yet: makes the first endpoint, and says how to send the first request to it. */
export function NothingCaptured() {
  const endpoints = useQuery(orpc.receiver.endpoints.queryOptions())
  if (endpoints.isError) return <ProblemAlert error={endpoints.error} onRetry={() => void endpoints.refetch()} />
  if (endpoints.data === undefined) return null
  return endpoints.data.length === 0 ? <NoEndpoint /> : <NoRequest endpoints={endpoints.data} />
}

function NoEndpoint() {
  const [slug, setSlug] = useState('test')
  const create = useAction(async () => {
    await client.receiver.createEndpoint({ slug })
    await queryClient.invalidateQueries({ queryKey: orpc.receiver.key() })
  })
  const messages = create.error === null ? {} : fieldMessages(problemOf(create.error))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void create.run()
  }
  return (
    <EmptyState
      icon={<IconWebhook />}
      title="Catch the first webhook"
      text="An endpoint is an address on this machine that takes any request, keeps every byte of it and answers. Give it a short name; how it answers and which signatures it checks can be chosen later."
      action={
        <form onSubmit={submit}>
          <Stack gap="sm" w={340} maw="100%">
            <TextInput
              label="Name in the address"
              description={`The address will end with /h/${slug.trim() === '' ? 'name' : slug.trim()}`}
              value={slug}
              onChange={(event) => {
                setSlug(event.currentTarget.value)
                create.clearError()
              }}
              error={messages.slug}
              maxLength={receiverLimits.slug}
              autoComplete="off"
              spellCheck={false}
            />
            {messages.slug === undefined && <ProblemAlert error={create.error} />}
            <Group justify="center">
              <Button type="submit" loading={create.isPending}>
                Make endpoint
              </Button>
            </Group>
          </Stack>
        </form>
      }
    />
  )
}

function NoRequest({ endpoints }: { readonly endpoints: readonly Endpoint[] }) {
  const [chosen, setChosen] = useState<number | null>(null)
  const endpoint = endpoints.find(({ id }) => id === chosen) ?? endpoints[0]
  if (endpoint === undefined) return null
  return (
    <EmptyState
      icon={<IconWebhook />}
      title="Waiting for the first request"
      text="Paste this into a terminal, or give the address to a sender. What arrives is shown here at once."
      action={
        <Stack gap="sm" maw={640}>
          {endpoints.length > 1 && (
            <Select
              label="Endpoint"
              data={endpoints.map(({ id, slug }) => ({ value: String(id), label: slug }))}
              value={String(endpoint.id)}
              onChange={(id) => setChosen(Number(id))}
              allowDeselect={false}
            />
          )}
          <Command text={curlLine(endpoint.localUrl)} label="Copy command" />
          <Command text={endpoint.publicUrl ?? endpoint.localUrl} label="Copy address" />
          <Anchor component={Link} href="/webhooks/send" size="sm" ta="center" underline="always">
            Or send a signed test event from here
          </Anchor>
        </Stack>
      }
    />
  )
}

function Command({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <div className={classes.command}>
      <pre className={`keyhold-mono ${classes.line}`}>{text}</pre>
      <CopyButton isIcon text={text} label={label} />
    </div>
  )
}

/** A first request for a terminal of any system. */
function curlLine(url: string): string {
  return `curl -X POST ${url} -H "Content-Type: application/json" -d "{\\"type\\":\\"hello\\"}"`
}

/** There are requests, and the filters leave out all of them. */
export function NothingMatches({ onClear }: { readonly onClear: () => void }) {
  return (
    <EmptyState
      icon={<IconFilterOff />}
      title="No request matches"
      text="Nothing that was captured fits the search and the filters."
      action={
        <Button variant="default" onClick={onClear}>
          Clear filters
        </Button>
      }
    />
  )
}
