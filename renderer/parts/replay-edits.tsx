import { Autocomplete, Button, Group, Stack, Text, Textarea } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { BodyView, Capture } from '../../shared/contract/captures.ts'
import { orpc } from '../app/api.ts'
import { ProblemAlert } from '../ui/problem-alert.tsx'
import { headerLines } from './replay-model.ts'

/** What is changed; null leaves that part as it was captured, byte for byte. */
export interface Edits {
  readonly method: string | null
  /** Lines "Name: value". */
  readonly headers: string | null
  readonly body: string | null
}

export const noEdits: Edits = { method: null, headers: null, body: null }

/** A longer body is not put into a text field. */
const MOST_EDITABLE = 200_000

export interface ReplayEditsProps {
  readonly capture: Capture
  readonly edits: Edits
  readonly onChange: (edits: Edits) => void
}

/** Method, headers and body of one request, to be changed before it is sent again. */
export function ReplayEdits({ capture, edits, onChange }: ReplayEditsProps) {
  const isShort = capture.bodyBytes <= MOST_EDITABLE
  const body = useQuery({
    ...orpc.captures.body.queryOptions({ input: { id: capture.id, as: 'text' }, staleTime: Number.POSITIVE_INFINITY }),
    enabled: isShort,
  })
  const captured = headerLines(capture.headers)
  const view = body.data
  const text = view === undefined ? null : view.view.kind === 'empty' ? '' : wholeText(view)
  return (
    <Stack gap="sm">
      <Autocomplete
        label="Method"
        data={['GET', 'POST', 'PUT', 'PATCH', 'DELETE']}
        value={edits.method ?? capture.method}
        onChange={(value) => {
          const method = value.toUpperCase()
          onChange({ ...edits, method: method === capture.method ? null : method })
        }}
        maw={160}
      />
      <Textarea
        label="Headers"
        description="One a line. Host, Content-Length and what belongs to the connection are set anew."
        autosize
        minRows={4}
        maxRows={12}
        spellCheck={false}
        classNames={{ input: 'keyhold-mono' }}
        value={edits.headers ?? captured}
        onChange={(event) => {
          const headers = event.currentTarget.value
          onChange({ ...edits, headers: headers === captured ? null : headers })
        }}
      />
      <ProblemAlert error={body.error} onRetry={() => void body.refetch()} />
      {text !== null ? (
        <Textarea
          label="Body"
          autosize
          minRows={4}
          maxRows={16}
          spellCheck={false}
          classNames={{ input: 'keyhold-mono' }}
          value={edits.body ?? text}
          onChange={(event) => {
            const next = event.currentTarget.value
            onChange({ ...edits, body: next === text ? null : next })
          }}
        />
      ) : (
        !body.isFetching && <NotEditable edits={edits} onChange={onChange} />
      )}
    </Stack>
  )
}

function NotEditable({ edits, onChange }: Pick<ReplayEditsProps, 'edits' | 'onChange'>) {
  if (edits.body !== null) {
    return (
      <Textarea
        label="Body"
        autosize
        minRows={4}
        maxRows={16}
        spellCheck={false}
        classNames={{ input: 'keyhold-mono' }}
        value={edits.body}
        onChange={(event) => onChange({ ...edits, body: event.currentTarget.value })}
      />
    )
  }
  return (
    <Group gap="xs">
      <Text size="sm" c="dimmed">
        The body is long or no plain text, so it is sent byte for byte as it came.
      </Text>
      <Button size="compact-sm" variant="subtle" onClick={() => onChange({ ...edits, body: '' })}>
        Write another one
      </Button>
    </Group>
  )
}

/** The body where the view holds all of it and writing it back gives the same bytes; else null. */
function wholeText({ view, nextOffset, decodedFrom, problem, totalBytes }: BodyView): string | null {
  if (view.kind !== 'text' || nextOffset !== null || decodedFrom !== null || problem !== null) return null
  // A text field turns every line break into a line feed.
  if (view.text.includes('\r')) return null
  return new TextEncoder().encode(view.text).length === totalBytes ? view.text : null
}
