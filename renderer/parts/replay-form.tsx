import { Alert, Autocomplete, Button, Checkbox, Group, Stack, Switch } from '@mantine/core'
import { IconLock } from '@tabler/icons-react'
import { skipToken, useQuery } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { client, orpc } from '../app/api.ts'
import { FormFooter } from '../ui/form-footer.tsx'
import { fieldMessages, problemOf } from '../ui/problem.ts'
import { ProblemAlert } from '../ui/problem-alert.tsx'
import { useCancellable } from '../ui/use-cancellable.ts'
import type { ReplayOutcome, ReplayTarget } from './replay-dialog.tsx'
import { type Edits, noEdits, ReplayEdits } from './replay-edits.tsx'
import {
  changedForm,
  type ReplayForm as Form,
  paceOf,
  readHeaderLines,
  replayFields,
  usualReplay,
  withSecretOf,
} from './replay-model.ts'
import { ReplayPace } from './replay-pace.tsx'
import { ReplaySigning } from './replay-signing.tsx'

export interface ReplayFormProps {
  readonly target: ReplayTarget
  readonly onOutcome: (outcome: ReplayOutcome) => void
  readonly onCancel: () => void
}

/** Where the last replay of this window went: most go to the same place again. */
let lastUrl = ''

/** Everything there is to choose about a replay. Only the address has to be given. */
export function ReplayForm({ target, onOutcome, onCancel }: ReplayFormProps) {
  const one = target.kind === 'one' ? target.capture : null
  const [chosen, setChosen] = useState<Form>({ ...usualReplay, url: lastUrl })
  const [edits, setEdits] = useState<Edits | null>(null)
  const [message, setMessage] = useState<string | null>(null)
  const [noSecret, setNoSecret] = useState<string | null>(null)
  const typed = useRef<HTMLTextAreaElement>(null)
  const targets = useQuery(
    orpc.deliveries.targets.queryOptions({ input: one === null ? {} : { endpointId: one.endpointId } }),
  )
  const endpoint = useQuery(
    orpc.receiver.endpoint.queryOptions({ input: one === null ? skipToken : { id: one.endpointId } }),
  )
  const form = withSecretOf(chosen, endpoint.data ?? null, one?.scheme ?? null)
  const send = useCancellable(async (signal) => {
    const fields = replayFields(form, typed.current?.value.trim() ?? '')
    if (fields.resign !== null && form.secret === 'typed' && fields.resign.secret === '') {
      setNoSecret('The secret is empty. Paste it, or leave the signature as it was captured.')
      return
    }
    const headers = edits?.headers === undefined || edits.headers === null ? null : readHeaderLines(edits.headers)
    if (headers !== null && 'problem' in headers) {
      setMessage(headers.problem)
      return
    }
    setMessage(null)
    lastUrl = fields.url
    if (target.kind === 'many') {
      const input = { ...fields, selection: target.selection, pace: paceOf(form), concurrency: form.concurrency }
      onOutcome({ kind: 'job', job: await client.deliveries.replay(input, { signal }) })
      return
    }
    const change = {
      ...(edits?.method === undefined || edits.method === null ? {} : { method: edits.method }),
      ...(headers === null ? {} : { headers: headers.headers }),
      ...(edits?.body === undefined || edits.body === null ? {} : { body: edits.body }),
    }
    const attempt = await client.deliveries.replayEdited({ ...fields, ...change, id: target.capture.id }, { signal })
    onOutcome({ kind: 'attempt', attempt })
  })
  const messages = send.error === null ? {} : fieldMessages(problemOf(send.error))
  const change = (next: Partial<Form>) => {
    setChosen((before) => changedForm(before, next))
    setMessage(null)
    setNoSecret(null)
    send.clearError()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void send.run()
  }
  const urls = [...new Set([lastUrl, ...(targets.data ?? []).map(({ url }) => url)])].filter((url) => url !== '')
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Autocomplete
          label="To"
          description="Any http or https address, such as the handler on this machine."
          placeholder="http://127.0.0.1:3000/webhooks"
          data={urls}
          value={form.url}
          onChange={(url) => change({ url })}
          error={messages.url}
          required
          autoComplete="off"
          spellCheck={false}
          data-autofocus
        />
        <Checkbox
          label="Append the path below the slug, and the query"
          checked={form.keepPath}
          onChange={(event) => change({ keepPath: event.currentTarget.checked })}
        />
        <ReplaySigning
          form={form}
          onChange={change}
          proposed={one?.scheme ?? null}
          endpoint={endpoint.data ?? null}
          inputRef={typed}
          error={noSecret ?? messages['resign.secret'] ?? null}
        />
        {one !== null && one.scheme !== null && edits !== null && hasSigned(edits) && form.scheme === null && (
          <Alert color="orange" icon={<IconLock aria-hidden />} title="The captured signature will not fit">
            It was made for the request as it came. Sign again, unless that is what you want to try.
          </Alert>
        )}
        {target.kind === 'many' && <ReplayPace form={form} onChange={change} />}
        {one !== null && (
          <>
            <Switch
              label="Edit before sending"
              checked={edits !== null}
              onChange={(event) => setEdits(event.currentTarget.checked ? noEdits : null)}
            />
            {edits !== null && <ReplayEdits capture={one} edits={edits} onChange={setEdits} />}
          </>
        )}
        <FormFooter>
          {message !== null && (
            <div role="alert" style={{ color: 'var(--mantine-color-error)', fontSize: 14 }}>
              {message}
            </div>
          )}
          {messages.url === undefined && <ProblemAlert error={send.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={send.isPending ? send.cancel : onCancel}>
              Cancel
            </Button>
            <Button type="submit" loading={send.isPending}>
              {target.kind === 'one' ? 'Send' : 'Start replay'}
            </Button>
          </Group>
        </FormFooter>
      </Stack>
    </form>
  )
}

/** Whether something is changed that signatures cover in some scheme. */
function hasSigned(edits: Edits): boolean {
  return edits.body !== null || edits.method !== null || edits.headers !== null
}
