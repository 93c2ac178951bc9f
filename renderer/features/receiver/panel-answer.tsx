import { Button, Group, Stack } from '@mantine/core'
import { IconPencil } from '@tabler/icons-react'
import { useState } from 'react'
import type { Endpoint } from '../../../shared/contract/receiver.ts'
import { durationText } from '../../ui/amounts.ts'
import { Fact, Facts } from '../../ui/facts.tsx'
import { HeaderTable } from '../../ui/header-table.tsx'
import { notifyDone } from '../../ui/notify.ts'
import { TextBlock } from '../../ui/text-block.tsx'
import { AnswerFields } from './answer-fields.tsx'
import { EditDialog } from './edit-dialog.tsx'
import { draftOfAnswer, readAnswer } from './forms-model.ts'
import { updateBehaviour } from './use-endpoints.ts'

/** What every request gets where no rule fits. */
export function PanelAnswer({ endpoint }: { readonly endpoint: Endpoint }) {
  const [isEditing, setEditing] = useState(false)
  const { status, headers, body, delayMs } = endpoint.behaviour.answer
  return (
    <Stack gap="sm">
      <Facts>
        <Fact label="Status">{status}</Fact>
        <Fact label="Sent">{delayMs === 0 ? 'At once' : `After ${durationText(delayMs)}`}</Fact>
        <Fact label="Headers">
          <HeaderTable label="Headers of the answer" pairs={headers.map(({ name, value }) => [name, value])} />
        </Fact>
        <Fact label="Body">{body === '' ? 'Empty' : <TextBlock label="Body of the answer" text={body} />}</Fact>
      </Facts>
      <Group>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPencil size={14} aria-hidden />}
          onClick={() => setEditing(true)}
        >
          Change the answer
        </Button>
      </Group>
      {isEditing && <AnswerDialog endpoint={endpoint} onClose={() => setEditing(false)} />}
    </Stack>
  )
}

function AnswerDialog({ endpoint, onClose }: { readonly endpoint: Endpoint; readonly onClose: () => void }) {
  const [draft, setDraft] = useState(() => draftOfAnswer(endpoint.behaviour.answer))
  const save = async () => {
    const read = readAnswer(draft)
    if ('messages' in read) return read.messages
    await updateBehaviour(endpoint.id, { answer: read.answer })
    notifyDone('The answer is saved.')
    return null
  }
  return (
    <EditDialog
      title="Answer"
      fields={['status', 'headers', 'body', 'delayMs']}
      prefix="behaviour.answer."
      onSave={save}
      onClose={onClose}
    >
      {({ messages, touched }) => (
        <AnswerFields
          draft={draft}
          messages={messages}
          onChange={(change) => {
            setDraft((before) => ({ ...before, ...change }))
            for (const field of Object.keys(change)) touched(field)
          }}
        />
      )}
    </EditDialog>
  )
}
