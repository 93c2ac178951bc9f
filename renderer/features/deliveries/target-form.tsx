import {
  Button,
  Checkbox,
  Collapse,
  Group,
  Modal,
  NumberInput,
  Radio,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { RetryPolicy, Target } from '../../../shared/contract/deliveries.ts'
import { client, orpc, queryClient } from '../../app/api.ts'
import { focusFirstError } from '../../ui/focus-first-error.ts'
import { FormFooter } from '../../ui/form-footer.tsx'
import { numberBetween } from '../../ui/number-between.ts'
import { fieldMessages, problemOf } from '../../ui/problem.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { useAction } from '../../ui/use-action.ts'
import { retryOptions } from './delivery-words.ts'

export interface TargetDialogProps {
  /** The target to edit; null makes a new one. */
  readonly target: Target | null
  /** The endpoint that a new one begins with. */
  readonly endpointId?: number | null
  readonly opened: boolean
  readonly onClose: () => void
  readonly onSaved: (target: Target) => void
}

/** Adds or edits a forward target. */
export function TargetDialog({ target, endpointId = null, opened, onClose, onSaved }: TargetDialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={target === null ? 'Add forward target' : 'Edit forward target'}
      closeOnClickOutside={false}
      size={560}
    >
      <TargetForm target={target} endpointId={target?.endpointId ?? endpointId} onCancel={onClose} onSaved={onSaved} />
    </Modal>
  )
}

interface TargetFormProps {
  readonly target: Target | null
  readonly endpointId: number | null
  readonly onCancel: () => void
  readonly onSaved: (target: Target) => void
}

/** Fields of the contract whose control stands under "More". */
const further = ['timeoutMs', 'concurrency', 'ca']

function TargetForm({ target, endpointId, onCancel, onSaved }: TargetFormProps) {
  const endpoints = useQuery(orpc.receiver.endpoints.queryOptions())
  const [showsMore, setShowsMore] = useState(target !== null && target.ca !== null)
  const form = useForm({
    initialValues: {
      endpointId: endpointId === null ? '' : String(endpointId),
      url: target?.url ?? '',
      retries: target?.retries ?? ('quick' satisfies RetryPolicy as RetryPolicy),
      keepPath: target?.keepPath ?? false,
      timeoutMs: (target?.timeoutMs ?? 30_000) / 1_000,
      concurrency: target?.concurrency ?? 4,
      ca: target?.ca ?? '',
    },
    validate: {
      endpointId: (value) =>
        value === '' && onlyEndpoint === null ? 'Choose the endpoint whose requests are forwarded.' : null,
      url: (value) =>
        value.trim() === '' ? 'The address is empty. Write it in full, such as http://127.0.0.1:3000/webhooks.' : null,
      timeoutMs: (value) => (numberBetween(value, 0.1, 120) === null ? 'Give seconds from 0.1 to 120.' : null),
      concurrency: (value) => (numberBetween(value, 1, 50) === null ? 'Give a number from 1 to 50.' : null),
    },
  })
  const [only, second] = endpoints.data ?? []
  const onlyEndpoint = only !== undefined && second === undefined ? only.id : null
  const save = useAction(async (values: typeof form.values) => {
    const fields = {
      url: values.url.trim(),
      retries: values.retries,
      keepPath: values.keepPath,
      timeoutMs: Math.round(values.timeoutMs * 1_000),
      concurrency: values.concurrency,
      ca: values.ca.trim() === '' ? null : values.ca,
    }
    try {
      const saved =
        target === null
          ? await client.deliveries.createTarget({
              ...fields,
              endpointId: values.endpointId === '' ? (onlyEndpoint ?? 0) : Number(values.endpointId),
            })
          : await client.deliveries.updateTarget({ ...fields, id: target.id })
      await queryClient.invalidateQueries({ queryKey: orpc.deliveries.targets.key() })
      onSaved(saved)
    } catch (error) {
      const messages = fieldMessages(problemOf(error))
      form.setErrors(messages)
      if (further.some((field) => field in messages)) setShowsMore(true)
      throw error
    }
  })
  return (
    <form
      onSubmit={form.onSubmit(
        (values, event) => {
          const element = event?.currentTarget
          void save.run(values).then(() => element instanceof HTMLFormElement && focusFirstError(element))
        },
        (errors) => further.some((field) => field in errors) && setShowsMore(true),
      )}
      noValidate
    >
      <Stack gap="md">
        {target === null && (
          <>
            <Select
              label="Endpoint"
              description="Requests that it captures from now on are forwarded."
              placeholder="Choose an endpoint"
              data={(endpoints.data ?? []).map(({ id, slug, name }) => ({
                value: String(id),
                label: name === '' || name === slug ? slug : `${name} (${slug})`,
              }))}
              searchable
              allowDeselect={false}
              required
              nothingFoundMessage="No endpoint matches."
              {...form.getInputProps('endpointId')}
              value={
                form.values.endpointId === '' && onlyEndpoint !== null ? String(onlyEndpoint) : form.values.endpointId
              }
            />
            <ProblemAlert error={endpoints.error} onRetry={() => void endpoints.refetch()} />
            {endpoints.isSuccess && endpoints.data.length === 0 && (
              <Text size="sm" c="dimmed">
                There is no endpoint yet. Make one on the tab Endpoints first.
              </Text>
            )}
          </>
        )}
        <TextInput
          label="Forward to"
          description="Your handler, in full."
          placeholder="http://127.0.0.1:3000/webhooks"
          required
          autoComplete="off"
          spellCheck={false}
          data-autofocus
          {...form.getInputProps('url')}
        />
        <Radio.Group label="Retries after a failure" {...form.getInputProps('retries')}>
          <Stack gap={6} mt={4}>
            {retryOptions.map(({ value, label, description }) => (
              <Radio key={value} value={value} label={label} description={description} />
            ))}
          </Stack>
        </Radio.Group>
        <Checkbox
          label="Append the path below the slug, and the query"
          description="Off: every request goes to exactly this address."
          {...form.getInputProps('keepPath', { type: 'checkbox' })}
        />
        <div>
          <Button
            size="compact-sm"
            variant="subtle"
            onClick={() => setShowsMore((shown) => !shown)}
            aria-expanded={showsMore}
          >
            {showsMore ? 'Less' : 'Deadline, concurrency, certificates'}
          </Button>
        </div>
        <Collapse expanded={showsMore}>
          <Stack gap="sm">
            <Group grow align="flex-start">
              <NumberInput
                label="Waits for an answer"
                suffix=" s"
                min={0.1}
                max={120}
                clampBehavior="none"
                {...form.getInputProps('timeoutMs')}
              />
              <NumberInput
                label="Requests at the same time"
                min={1}
                max={50}
                clampBehavior="none"
                allowDecimal={false}
                {...form.getInputProps('concurrency')}
              />
            </Group>
            <Textarea
              label="Certificate authorities"
              description="PEM. Trusted for this target besides the usual ones, for a handler with a certificate of your own making."
              placeholder="-----BEGIN CERTIFICATE-----"
              autosize
              minRows={2}
              maxRows={8}
              spellCheck={false}
              classNames={{ input: 'keyhold-mono' }}
              {...form.getInputProps('ca')}
            />
          </Stack>
        </Collapse>
        <FormFooter>
          {save.error !== null && Object.keys(form.errors).length === 0 && <ProblemAlert error={save.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onCancel}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              {target === null ? 'Add target' : 'Save'}
            </Button>
          </Group>
        </FormFooter>
      </Stack>
    </form>
  )
}
