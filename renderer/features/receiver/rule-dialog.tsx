import { Divider, Select, SimpleGrid, TagsInput, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Endpoint } from '../../../shared/contract/receiver.ts'
import { MAX_NAME } from '../../../shared/limits.ts'
import { client } from '../../app/api.ts'
import { notifyDone } from '../../ui/notify.ts'
import { AnswerFields } from './answer-fields.tsx'
import { EditDialog } from './edit-dialog.tsx'
import { draftOfRule, type Messages, type RuleDraft, readRule } from './forms-model.ts'
import { updateEndpoint } from './use-endpoints.ts'

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
const ANY = 'any'
const verdicts = [
  { value: ANY, label: 'Whatever it says' },
  { value: 'valid', label: 'Valid' },
  { value: 'invalid', label: 'Invalid' },
]

const shown = [
  'name',
  'methods',
  'path',
  'headerName',
  'fieldPath',
  'fieldEquals',
  'status',
  'headers',
  'body',
  'delayMs',
]

export interface RuleDialogProps {
  readonly endpoint: Endpoint
  /** Its place in the list, from 0; null adds one at the end. */
  readonly place: number | null
  readonly onClose: () => void
}

/** One rule: when it fits, and what it answers. */
export function RuleDialog({ endpoint, place, onClose }: RuleDialogProps) {
  const before = place === null ? null : (endpoint.behaviour.rules[place] ?? null)
  const [draft, setDraft] = useState(() => draftOfRule(before))
  const save = async () => {
    const read = readRule(draft)
    if ('messages' in read) return read.messages
    const { behaviour } = await client.receiver.endpoint({ id: endpoint.id })
    const rules = place === null ? [...behaviour.rules, read.rule] : behaviour.rules.with(place, read.rule)
    await updateEndpoint(endpoint.id, { behaviour: { ...behaviour, rules } })
    notifyDone(`The rule “${read.rule.name}” is saved.`)
    return null
  }
  const at = place ?? endpoint.behaviour.rules.length
  return (
    <EditDialog
      title={before === null ? 'New rule' : `Edit the rule “${before.name}”`}
      saveLabel="Save rule"
      fields={shown}
      prefix={`behaviour.rules.${at}.`}
      onSave={save}
      onClose={onClose}
    >
      {({ messages, touched }) => {
        const set = (change: Partial<RuleDraft>) => {
          setDraft((now) => ({ ...now, ...change }))
          for (const field of Object.keys(change)) touched(field)
        }
        return (
          <>
            <TextInput
              label="Name"
              placeholder="Refuse refunds"
              value={draft.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
              maxLength={MAX_NAME}
              error={messages.name}
              required
              data-autofocus
            />
            <Text size="sm" c="dimmed">
              It fits when all of this is so. Leave empty what does not matter.
            </Text>
            <Conditions draft={draft} messages={nested(messages, 'when')} onChange={set} />
            <Divider label="Then it answers" labelPosition="left" />
            <AnswerFields
              draft={draft.answer}
              messages={{ ...messages, ...nested(messages, 'answer') }}
              onChange={(change) => {
                setDraft((now) => ({ ...now, answer: { ...now.answer, ...change } }))
                for (const field of Object.keys(change)) touched(field)
              }}
            />
          </>
        )
      }}
    </EditDialog>
  )
}

interface ConditionsProps {
  readonly draft: RuleDraft
  readonly messages: Messages
  readonly onChange: (change: Partial<RuleDraft>) => void
}

function Conditions({ draft, messages, onChange }: ConditionsProps) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
      <TagsInput
        label="Method"
        placeholder={draft.methods.length === 0 ? 'Any' : ''}
        data={methods}
        value={[...draft.methods]}
        onChange={(value) => onChange({ methods: value.map((method) => method.toUpperCase()) })}
        error={messages.methods}
      />
      <TextInput
        label="Path below the slug"
        description="* stands for any characters"
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        placeholder="/orders/*"
        value={draft.path}
        onChange={(event) => onChange({ path: event.currentTarget.value })}
        error={messages.path}
        spellCheck={false}
      />
      <TextInput
        label="Header"
        placeholder="X-Event"
        value={draft.headerName}
        onChange={(event) => onChange({ headerName: event.currentTarget.value })}
        error={messages.headerName ?? messages['header.name']}
        spellCheck={false}
      />
      <TextInput
        label="Contains"
        aria-label="The header contains"
        value={draft.headerContains}
        onChange={(event) => onChange({ headerContains: event.currentTarget.value })}
        spellCheck={false}
      />
      <TextInput
        label="Field of the body"
        description="JSON or form, parts joined with dots"
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        placeholder="data.object.status"
        value={draft.fieldPath}
        onChange={(event) => onChange({ fieldPath: event.currentTarget.value })}
        error={messages.fieldPath ?? messages['field.path']}
        spellCheck={false}
      />
      <TextInput
        label="Equals"
        aria-label="The field equals"
        value={draft.fieldEquals}
        onChange={(event) => onChange({ fieldEquals: event.currentTarget.value })}
        error={messages.fieldEquals ?? messages['field.equals']}
        spellCheck={false}
      />
      <Select
        label="Signature"
        data={verdicts}
        value={draft.verdict ?? ANY}
        onChange={(value) => onChange({ verdict: value === 'valid' || value === 'invalid' ? value : null })}
        allowDeselect={false}
      />
    </SimpleGrid>
  )
}

/** Messages of the fields below `root`, and those that have no root at all. */
function nested(messages: Messages, root: string): Messages {
  const own: Record<string, string> = {}
  for (const [field, message] of Object.entries(messages)) {
    const name = field.startsWith(`${root}.`) ? field.slice(root.length + 1) : field
    own[name] ??= message
    // A header is named by its line: "headers.0.name" is a message of "headers".
    const [first = name] = name.split('.')
    own[first] ??= message
  }
  return own
}
