import { Button, Group, Modal, Stack, TagsInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Selection } from '../../../shared/contract/captures.ts'
import { receiverLimits } from '../../../shared/limits.ts'
import { countOf } from '../../../shared/words.ts'
import { client, orpc } from '../../app/api.ts'
import { notifyDone } from '../../ui/notify.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { useAction } from '../../ui/use-action.ts'
import { useFocusBack } from '../../ui/use-focus-back.ts'

export interface TagDialogProps {
  readonly what: string
  readonly selection: Selection
  readonly onClose: () => void
}

/** Adds tags to several requests, or takes them off. */
export function TagDialog({ what, selection, onClose }: TagDialogProps) {
  useFocusBack()
  const known = useQuery(orpc.captures.tags.queryOptions())
  const [added, setAdded] = useState<string[]>([])
  const [removed, setRemoved] = useState<string[]>([])
  const save = useAction(async () => {
    const { changed } = await client.captures.mark({ selection, addTags: added, removeTags: removed })
    notifyDone(`Tags of ${countOf(changed, 'request')} changed.`)
    onClose()
  })
  const field = {
    data: known.data ?? [],
    maxTags: receiverLimits.tags,
    splitChars: [','],
    acceptValueOnBlur: true,
    clearable: true,
    comboboxProps: { withinPortal: true },
  }
  return (
    <Modal opened onClose={onClose} title={`Tags of ${what}`} centered>
      <Stack gap="sm">
        <TagsInput label="Add" value={added} onChange={setAdded} placeholder="Type and press Enter" {...field} />
        <TagsInput label="Take off" value={removed} onChange={setRemoved} {...field} />
        <ProblemAlert error={save.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            onClick={() => void save.run()}
            loading={save.isPending}
            disabled={added.length === 0 && removed.length === 0}
          >
            Save
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
