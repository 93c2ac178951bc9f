import { Autocomplete, Button, Collapse, Group, Paper, Stack, Text, Textarea, TextInput, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type RefObject, useEffect, useState } from 'react'
import type { SampleEvent } from '../../../shared/contract/sender.ts'
import { orpc } from '../../app/api.ts'
import { SigningFields } from '../../parts/signing-fields.tsx'
import { signingFor, withScheme } from '../../parts/signing-model.ts'
import { bytesText } from '../../ui/amounts.ts'
import { BoundedNumber } from '../../ui/bounded-number.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { DestinationField } from './destination-field.tsx'
import { type EditorErrors, type EventDraft, isEdited, jsonProblem, withSample } from './draft.ts'
import { GenericFields } from './generic-fields.tsx'
import { SamplePicker, useCatalogue } from './sample-picker.tsx'
import classes from './sender.module.css'

export interface EventEditorProps {
  readonly draft: EventDraft
  readonly onChange: (update: (before: EventDraft) => EventDraft) => void
  readonly errors: EditorErrors
  /** Where a secret that is not stored is typed. */
  readonly secretRef: RefObject<HTMLTextAreaElement | null>
  readonly onType: () => void
  /** Headers and body stand open at first. */
  readonly isWhole: boolean
}

/** The event that is sent: where to, what, and how it is signed. The same for all three tabs. */
export function EventEditor({ draft, onChange, errors, secretRef, onType, isWhole }: EventEditorProps) {
  const endpoints = useQuery(orpc.receiver.endpoints.queryOptions())
  const catalogue = useCatalogue()
  const [isOpen, setOpen] = useState(isWhole)
  useEffect(() => setOpen(isWhole), [isWhole])
  const [replacing, setReplacing] = useState<SampleEvent | null>(null)
  const set = (change: Partial<EventDraft>) => onChange((before) => ({ ...before, ...change }))
  const sign = (change: Partial<EventDraft['signing']>) =>
    onChange((before) => ({ ...before, signing: { ...before.signing, ...change } }))
  const present = catalogue.data?.find(({ id }) => id === draft.sampleId) ?? null
  const take = (sample: SampleEvent) =>
    onChange((before) => ({
      ...withSample(before, sample),
      signing: withScheme(before.signing, sample.scheme, endpoints.data ?? []),
    }))
  const choose = (sample: SampleEvent) => {
    if (isEdited(draft, present)) setReplacing(sample)
    else take(sample)
  }
  const showsContent =
    isOpen || errors.headers !== undefined || errors.method !== undefined || errors.body !== undefined
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="sender-event" className={classes.card}>
      <Title order={2} size="h5" id="sender-event" className={classes.hidden}>
        The event
      </Title>
      <Stack gap="md">
        <DestinationField
          url={draft.url}
          onUrl={(url) => set({ url })}
          endpoints={endpoints.data ?? []}
          onEndpoint={(endpoint) =>
            onChange((before) => ({
              ...before,
              url: endpoint.localUrl,
              signing: signingFor(before.signing, endpoint),
            }))
          }
          error={errors.url}
        />
        <ProblemAlert error={endpoints.error} onRetry={() => void endpoints.refetch()} />
        <SamplePicker value={draft.sampleId} onChoose={choose} />
        <SigningFields<never>
          scheme={draft.signing.scheme}
          to={draft.url}
          onScheme={(scheme) =>
            onChange((before) => ({ ...before, signing: withScheme(before.signing, scheme, endpoints.data ?? []) }))
          }
          secret={draft.signing.secret}
          onSecret={(secret) => sign({ secret })}
          unsigned="Not signed"
          endpoints={endpoints.data ?? []}
          inputRef={secretRef}
          onType={onType}
          error={errors.secret}
        />
        {draft.signing.scheme === 'generic-hmac' && (
          <GenericFields options={draft.signing.options} onChange={(options) => sign({ options })} />
        )}
        <div>
          <Button
            size="compact-sm"
            variant="subtle"
            aria-expanded={showsContent}
            onClick={() => setOpen(!showsContent)}
          >
            {showsContent ? 'Hide headers and body' : 'Headers and body'}
          </Button>
          {!showsContent && (
            <Text component="span" size="sm" c="dimmed" ml="xs">
              {draft.method}, {bytesText(new TextEncoder().encode(draft.body).length)}
            </Text>
          )}
        </div>
        <Collapse expanded={showsContent}>
          <Content draft={draft} set={set} errors={errors} />
        </Collapse>
      </Stack>
      <ConfirmDialog
        opened={replacing !== null}
        onClose={() => setReplacing(null)}
        title="Replace headers and body"
        confirmLabel="Replace"
        onConfirm={async () => {
          if (replacing !== null) take(replacing)
        }}
      >
        <Text size="sm">
          What you changed in headers and body is replaced by {replacing?.eventType} of {replacing?.source}.
        </Text>
      </ConfirmDialog>
    </Paper>
  )
}

interface ContentProps {
  readonly draft: EventDraft
  readonly set: (change: Partial<EventDraft>) => void
  readonly errors: EditorErrors
}

function Content({ draft, set, errors }: ContentProps) {
  const notJson = jsonProblem(draft)
  return (
    <Stack gap="sm">
      <Group grow align="flex-start" gap="sm" preventGrowOverflow={false}>
        <Autocomplete
          label="Method"
          data={['POST', 'PUT', 'PATCH', 'GET', 'DELETE']}
          value={draft.method}
          onChange={(method) => set({ method: method.toUpperCase() })}
          error={errors.method}
          maw={128}
          miw={96}
        />
        <TextInput
          label="Content type"
          value={draft.contentType}
          onChange={(event) => set({ contentType: event.currentTarget.value })}
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          miw={180}
        />
        <BoundedNumber
          label="Waits for"
          suffix=" s"
          min={0.1}
          max={120}
          allowDecimal
          value={draft.timeoutSeconds}
          onChange={(timeoutSeconds) => set({ timeoutSeconds })}
          maw={120}
          miw={96}
        />
      </Group>
      <Textarea
        label="Headers"
        description="One a line, “Name: value”. Those of the signature are added."
        autosize
        minRows={2}
        maxRows={10}
        spellCheck={false}
        classNames={{ input: 'keyhold-mono' }}
        value={draft.headers}
        onChange={(event) => set({ headers: event.currentTarget.value })}
        error={errors.headers}
      />
      <Textarea
        label="Body"
        description={`${bytesText(new TextEncoder().encode(draft.body).length)}, sent byte for byte as it stands here`}
        autosize
        minRows={6}
        maxRows={22}
        spellCheck={false}
        maxLength={1_000_000}
        classNames={{ input: 'keyhold-mono' }}
        value={draft.body}
        onChange={(event) => set({ body: event.currentTarget.value })}
        error={errors.body}
      />
      {notJson !== null && (
        <Text size="sm" className={classes.caution} role="status">
          This is no JSON, although the content type says so: {notJson}. It is sent as it stands.
        </Text>
      )}
      <Textarea
        label="Certificate authorities"
        description="PEM, trusted besides the usual ones. Only for an https handler with a certificate of your own making."
        placeholder="-----BEGIN CERTIFICATE-----"
        autosize
        minRows={1}
        maxRows={6}
        spellCheck={false}
        maxLength={200_000}
        classNames={{ input: 'keyhold-mono' }}
        value={draft.ca}
        onChange={(event) => set({ ca: event.currentTarget.value })}
        error={errors.ca}
      />
    </Stack>
  )
}
