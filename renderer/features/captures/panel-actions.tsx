import { ActionIcon, Button, Group, Menu, Modal, NumberInput, Stack, Tooltip } from '@mantine/core'
import {
  IconArrowsDiff,
  IconChevronDown,
  IconNote,
  IconPin,
  IconPinFilled,
  IconPlayerTrackNext,
  IconTrash,
} from '@tabler/icons-react'
import { type FormEvent, useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import type { Capture } from '../../../shared/contract/captures.ts'
import { client } from '../../app/api.ts'
import { notifyProblem } from '../../ui/notify.ts'
import { useFocusBack } from '../../ui/use-focus-back.ts'
import { diffHref, previousOfType, setPinned } from './capture-actions.ts'
import { ExportMenu } from './export-menu.tsx'

export interface CaptureActionsProps {
  readonly capture: Capture
  readonly onReplay: (capture: Capture) => void
  readonly onDelete: (id: number) => void
  readonly onNote: () => void
}

/** The row of buttons in the details of a request. */
export function CaptureActions({ capture, onReplay, onDelete, onNote }: CaptureActionsProps) {
  const selection = useMemo(() => ({ ids: [capture.id] }), [capture.id])
  return (
    <Group gap="xs">
      <Button size="xs" leftSection={<IconPlayerTrackNext size={14} aria-hidden />} onClick={() => onReplay(capture)}>
        Replay…
      </Button>
      <CompareMenu capture={capture} />
      <ExportMenu selection={selection} />
      <Tooltip label={capture.pinned ? 'Unpin' : 'Pin: kept whatever the retention says'}>
        <ActionIcon
          variant="default"
          size={30}
          aria-label="Pin"
          aria-pressed={capture.pinned}
          onClick={() => void setPinned(selection, !capture.pinned)}
        >
          {capture.pinned ? <IconPinFilled size={16} aria-hidden /> : <IconPin size={16} aria-hidden />}
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Note and tags">
        <ActionIcon variant="default" size={30} aria-label="Note and tags" onClick={onNote}>
          <IconNote size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Delete">
        <ActionIcon variant="default" size={30} aria-label="Delete" onClick={() => onDelete(capture.id)}>
          <IconTrash size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </Group>
  )
}

function CompareMenu({ capture }: { readonly capture: Capture }) {
  const [, navigate] = useLocation()
  const [isChoosing, setChoosing] = useState(false)
  const withPrevious = async () => {
    try {
      const previous = await previousOfType(capture)
      if (previous === null) notifyProblem(new Error('There is no earlier request of this type at this endpoint.'))
      else navigate(diffHref(previous, capture.id))
    } catch (error) {
      notifyProblem(error)
    }
  }
  return (
    <>
      <Menu position="bottom-start">
        <Menu.Target>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconArrowsDiff size={14} aria-hidden />}
            rightSection={<IconChevronDown size={14} aria-hidden />}
          >
            Compare
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => void withPrevious()}>With the previous of its type</Menu.Item>
          <Menu.Item onClick={() => setChoosing(true)}>With another request…</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {isChoosing && <ChooseOther id={capture.id} onClose={() => setChoosing(false)} />}
    </>
  )
}

function ChooseOther({ id, onClose }: { readonly id: number; readonly onClose: () => void }) {
  useFocusBack()
  const [, navigate] = useLocation()
  const [other, setOther] = useState<number | null>(null)
  const [message, setMessage] = useState<string | null>(null)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (other === null || other === id) {
      setMessage(`Give the number of another request than #${id}.`)
      return
    }
    try {
      await client.captures.get({ id: other })
      navigate(diffHref(id, other))
    } catch {
      setMessage(`There is no request #${other}.`)
    }
  }
  return (
    <Modal opened onClose={onClose} title={`Compare request #${id} with`} centered>
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="sm">
          <NumberInput
            label="Number of the other request"
            description="It stands first in its row. Two rows can also be ticked in the list and compared there."
            prefix="#"
            min={1}
            allowDecimal={false}
            allowNegative={false}
            hideControls
            value={other ?? ''}
            onChange={(value) => {
              setOther(typeof value === 'number' ? value : null)
              setMessage(null)
            }}
            error={message}
            data-autofocus
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit">Compare</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
