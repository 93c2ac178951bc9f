import { Select, Stack, Switch } from '@mantine/core'
import type { Behaviour, Endpoint } from '../../../shared/contract/receiver.ts'
import { deadlinePresets } from '../../../shared/webhook-deadlines.ts'
import { notifyDone } from '../../ui/notify.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { useAction } from '../../ui/use-action.ts'
import { deadlineWords } from './endpoint-words.ts'
import { updateBehaviour } from './use-endpoints.ts'

const NONE = 'none'
const deadlineChoices = [
  { value: NONE, label: 'None' },
  ...deadlinePresets.map((value) => ({ value, label: deadlineWords(value) })),
]

/** What is decided before rules and answer, each stored at once. */
export function PanelBehaviour({ endpoint }: { readonly endpoint: Endpoint }) {
  const { deadline, answerHandshakes, refuseInvalid } = endpoint.behaviour
  const store = useAction(async (change: Partial<Behaviour>) => {
    await updateBehaviour(endpoint.id, change)
    notifyDone('Saved.')
  })
  return (
    <Stack gap="md">
      <Select
        label="Deadline of the sender"
        description="Requests whose answer would have come too late are marked, as the sender would try them again."
        data={deadlineChoices}
        value={deadline ?? NONE}
        onChange={(value) => void store.run({ deadline: deadlinePresets.find((preset) => preset === value) ?? null })}
        allowDeselect={false}
        disabled={store.isPending}
      />
      <Switch
        label="Answer handshakes"
        description="Zoom, Slack and Discord ask whether the address is meant for them. Zoom and Discord need the secret here."
        checked={answerHandshakes}
        disabled={store.isPending}
        onChange={(event) => void store.run({ answerHandshakes: event.currentTarget.checked })}
      />
      <Switch
        label="Refuse wrong signatures"
        description="Requests whose signature is wrong or missing get 401. They are captured all the same."
        checked={refuseInvalid}
        disabled={store.isPending}
        onChange={(event) => void store.run({ refuseInvalid: event.currentTarget.checked })}
      />
      <ProblemAlert error={store.error} />
    </Stack>
  )
}
