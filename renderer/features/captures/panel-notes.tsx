import { Badge, Button, Group, Stack, TagsInput, Text, Textarea } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Capture } from '../../../shared/contract/captures.ts'
import { MAX_NOTE, receiverLimits } from '../../../shared/limits.ts'
import { client, orpc, queryClient } from '../../app/api.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { useAction } from '../../ui/use-action.ts'

export interface CaptureNotesProps {
  readonly capture: Capture
  readonly isEditing: boolean
  readonly onDone: () => void
}

/** The operator's own words about a request. */
export function CaptureNotes({ capture, isEditing, onDone }: CaptureNotesProps) {
  if (isEditing) return <NoteForm capture={capture} onDone={onDone} />
  if (capture.note === '' && capture.tags.length === 0) return null
  return (
    <Stack gap={4}>
      {capture.tags.length > 0 && (
        <Group gap={4} role="group" aria-label="Tags">
          {capture.tags.map((tag) => (
            <Badge key={tag} variant="default" tt="none" fw={400} radius="sm">
              {tag}
            </Badge>
          ))}
        </Group>
      )}
      {capture.note !== '' && (
        <Text size="sm" className="keyhold-lines">
          {capture.note}
        </Text>
      )}
    </Stack>
  )
}

function NoteForm({ capture, onDone }: { readonly capture: Capture; readonly onDone: () => void }) {
  const [note, setNote] = useState(capture.note)
  const [tags, setTags] = useState(capture.tags)
  const known = useQuery(orpc.captures.tags.queryOptions())
  const save = useAction(async () => {
    await client.captures.mark({
      selection: { ids: [capture.id] },
      note,
      addTags: tags.filter((tag) => !capture.tags.includes(tag)),
      removeTags: capture.tags.filter((tag) => !tags.includes(tag)),
    })
    await Promise.all([
      queryClient.invalidateQueries({ queryKey: orpc.captures.get.key({ input: { id: capture.id } }) }),
      queryClient.invalidateQueries({ queryKey: orpc.captures.tags.key() }),
    ])
    onDone()
  })
  return (
    <Stack gap="xs">
      <TagsInput
        label="Tags"
        placeholder={tags.length === 0 ? 'Type and press Enter' : ''}
        data={known.data ?? []}
        value={tags}
        onChange={setTags}
        maxTags={receiverLimits.tags}
        splitChars={[',']}
        acceptValueOnBlur
      />
      <Textarea
        label="Note"
        autosize
        minRows={2}
        maxRows={8}
        maxLength={MAX_NOTE}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <ProblemAlert error={save.error} />
      <Group gap="xs">
        <Button size="xs" onClick={() => void save.run()} loading={save.isPending}>
          Save
        </Button>
        <Button size="xs" variant="subtle" color="gray" onClick={onDone}>
          Cancel
        </Button>
      </Group>
    </Stack>
  )
}
