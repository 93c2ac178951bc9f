import { Code, NumberInput, SimpleGrid, Spoiler, Stack, Text, Textarea } from '@mantine/core'
import { receiverLimits } from '../../../shared/limits.ts'
import type { AnswerDraft, Messages } from './forms-model.ts'

const placeholders: readonly (readonly [name: string, meaning: string])[] = [
  ['{{method}}', 'method of the request'],
  ['{{path}}', 'path below the slug'],
  ['{{query.name}}', 'a value of the query'],
  ['{{header.x-name}}', 'a header'],
  ['{{body}}', 'the whole body'],
  ['{{body.data.id}}', 'a field of a JSON or form body'],
  ['{{eventId}}', 'the id the sender gave the event'],
  ['{{now}}', 'the time, as 2026-01-31T09:30:00.000Z'],
  ['{{id}}', 'a new random id'],
]

export interface AnswerFieldsProps {
  readonly draft: AnswerDraft
  readonly messages: Messages
  readonly onChange: (change: Partial<AnswerDraft>) => void
}

/** Status, headers, body and delay of an answer. */
export function AnswerFields({ draft, messages, onChange }: AnswerFieldsProps) {
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <NumberInput
          label="Status"
          min={200}
          max={599}
          clampBehavior="none"
          allowDecimal={false}
          value={draft.status}
          onChange={(status) => onChange({ status })}
          error={messages.status}
          required
        />
        <NumberInput
          label="Delay"
          suffix=" ms"
          min={0}
          max={receiverLimits.delayMs}
          step={100}
          clampBehavior="none"
          thousandSeparator=","
          allowDecimal={false}
          value={draft.delayMs}
          onChange={(delayMs) => onChange({ delayMs })}
          error={messages.delayMs}
        />
      </SimpleGrid>
      <Textarea
        label="Headers"
        description="One a line, such as “Content-Type: application/json”. The length of the body is set by itself."
        autosize
        minRows={2}
        maxRows={8}
        spellCheck={false}
        classNames={{ input: 'keyhold-mono' }}
        value={draft.headers}
        onChange={(event) => onChange({ headers: event.currentTarget.value })}
        error={messages.headers}
      />
      <div>
        <Textarea
          label="Body"
          autosize
          minRows={3}
          maxRows={14}
          maxLength={receiverLimits.responseBody}
          spellCheck={false}
          classNames={{ input: 'keyhold-mono' }}
          value={draft.body}
          onChange={(event) => onChange({ body: event.currentTarget.value })}
          error={messages.body}
        />
        <Spoiler maxHeight={22} showLabel="Show all" hideLabel="Show less" mt={6} fz="sm">
          <Text size="sm" c="dimmed">
            Values of the request can be filled in, in headers as well:
          </Text>
          <dl style={{ margin: 0 }}>
            {placeholders.map(([name, meaning]) => (
              <div key={name}>
                <dt style={{ display: 'inline' }}>
                  <Code>{name}</Code>
                </dt>{' '}
                <dd style={{ display: 'inline', margin: 0 }}>{meaning}</dd>
              </div>
            ))}
          </dl>
        </Spoiler>
      </div>
    </Stack>
  )
}
