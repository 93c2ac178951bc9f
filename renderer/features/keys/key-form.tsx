import {
  Alert,
  Anchor,
  Button,
  Group,
  Select,
  SimpleGrid,
  Stack,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core'
import { IconPlugConnected } from '@tabler/icons-react'
import { type FormEvent, useRef, useState } from 'react'
import { Link } from 'wouter'
import type { ProviderKey } from '../../../shared/contract/keys.ts'
import { EMPTY_KEY, MAX_NAME } from '../../../shared/limits.ts'
import { providerInfo } from '../../../shared/providers.ts'
import { client } from '../../app/api.ts'
import { AccountPicker } from '../../parts/account-picker.tsx'
import { focusFirstError } from '../../ui/focus-first-error.ts'
import { FormFooter } from '../../ui/form-footer.tsx'
import { notifyDone } from '../../ui/notify.ts'
import { fieldMessages, problemOf } from '../../ui/problem.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { SecretInput } from '../../ui/secret-input.tsx'
import { useAction } from '../../ui/use-action.ts'
import { AdminKeySelect } from './admin-key-select.tsx'
import { DetectionNotes } from './detection-notes.tsx'
import { consistent, initialValues, type KeyValues, withDetection, withReportedKind } from './key-form-model.ts'
import { environmentOptions, isLinkable, kindOptions, providerOptions } from './key-words.ts'
import { ReportedKind } from './reported-kind.tsx'
import { TestUnderWay } from './test-under-way.tsx'
import { useCandidateTest } from './use-candidate-test.ts'
import { useDetection } from './use-detection.ts'
import { ValidationResult } from './validation-result.tsx'

/** Well above the longest key with all that may stand around it. */
const LONGEST_PASTE = 20_000

export interface KeyFormProps {
  readonly value: ProviderKey | null
  readonly accountId: number | null
  readonly onCancel: () => void
  /** Told when anything was entered or chosen: closing the form would lose it. */
  readonly onTouched: () => void
  readonly onSaved: (key: ProviderKey) => void
}

/** The fields of a key. The secret lives in its input element only, and leaves it when the form is closed. */
export function KeyForm({ value, accountId, onCancel, onTouched, onSaved }: KeyFormProps) {
  const isNew = value === null
  const [values, setValues] = useState<KeyValues>(() => initialValues(value, accountId))
  const [touched, setTouched] = useState({ provider: !isNew, kind: !isNew, name: !isNew })
  const [messages, setMessages] = useState<Record<string, string>>({})
  const secret = useRef<HTMLTextAreaElement>(null)
  const { view, edited, refused } = useDetection(secret, (detection) => {
    setValues((before) => withDetection(before, detection, touched))
    // Recognition may have filled in the name that was missed.
    if (!touched.name && withDetection(values, detection, touched).name !== '')
      setMessages(({ name: _solved, ...rest }) => rest)
  })
  const { tested, test, forget } = useCandidateTest(secret, (kind) =>
    setValues((before) => withReportedKind(before, kind, touched)),
  )

  const set = <K extends keyof KeyValues>(field: K, next: KeyValues[K]) => {
    onTouched()
    setValues((before) => consistent({ ...before, [field]: next }, before))
    setMessages(({ [field]: _solved, ...others }) => others)
    if (field === 'provider' || field === 'kind') forget()
    if (field === 'provider' || field === 'kind' || field === 'name') setTouched((was) => ({ ...was, [field]: true }))
  }

  const save = useAction(async (allowDuplicate: boolean) => {
    const pasted = secret.current?.value ?? ''
    if (view.error !== null && !view.isPending) return
    try {
      // Saved faster than it was looked at: what it is decides provider and kind.
      const detection = view.isPending ? await client.keys.detect({ secret: pasted }) : null
      const latest = detection === null ? values : withDetection(values, detection, touched)
      setValues(latest)
      const missing = missingFields(latest, isNew && pasted === '')
      setMessages(missing)
      if (Object.keys(missing).length > 0 || latest.accountId === null) return
      const fields = { ...latest, accountId: latest.accountId, allowDuplicate }
      const saved = isNew
        ? await client.keys.create({ ...fields, secret: pasted })
        : await client.keys.update({ ...fields, id: value.id, ...(pasted === '' ? {} : { secret: pasted }) })
      if (secret.current !== null) secret.current.value = ''
      notifyDone(isNew ? `“${saved.name}” is stored.` : `“${saved.name}” is saved.`)
      onSaved(saved)
    } catch (error) {
      setMessages(fieldMessages(problemOf(error)))
      throw error
    }
  })

  const problem = save.error === null ? null : problemOf(save.error)
  const isDuplicate = problem?.code === 'ALREADY_EXISTS'
  const isShownAtFields =
    problem !== null && !isDuplicate && Object.keys(messages).some((field) => knownFields.has(field))
  const provider = providerInfo(values.provider)
  const canTest = provider.capabilities.validate && !view.isEmpty && !view.isPending && view.error === null

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    await save.run(false)
    focusFirstError(form)
  }
  return (
    <form onSubmit={(event) => void submit(event)} onInput={onTouched} noValidate autoComplete="off">
      <Stack gap="md">
        <SecretInput
          label={isNew ? 'Key' : 'New key'}
          description={
            isNew
              ? 'Paste it as the provider shows it, or as NAME=value. It is encrypted before it is stored.'
              : 'Leave it empty to keep the stored key.'
          }
          inputRef={secret}
          required={isNew}
          autoFocus={isNew}
          onTooLong={refused}
          longest={LONGEST_PASTE}
          error={view.error ?? messages.secret ?? null}
          onEdit={() => {
            forget()
            save.clearError()
            setMessages(({ secret: _solved, ...others }) => others)
            edited()
          }}
        />
        {view.detection !== null && view.error === null && (
          <DetectionNotes detection={view.detection} ownId={value?.id} />
        )}
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <Select
            label="Provider"
            data={providerOptions}
            value={values.provider}
            onChange={(next) => next !== null && set('provider', next)}
            allowDeselect={false}
            searchable
            error={messages.provider}
          />
          <Select
            label="Kind"
            data={kindOptions}
            value={values.kind}
            onChange={(next) => next !== null && set('kind', next)}
            allowDeselect={false}
            error={messages.kind}
          />
        </SimpleGrid>
        <Stack gap="xs">
          <Group gap="xs">
            <Button
              variant="default"
              leftSection={<IconPlugConnected size={16} aria-hidden />}
              disabled={!canTest}
              loading={test.isPending}
              onClick={() => void test.run(values, touched)}
            >
              Test before saving
            </Button>
            <Text size="sm" c="dimmed">
              {isNew && view.isEmpty
                ? 'Paste a key first.'
                : provider.capabilities.validate
                  ? 'Recommended: asks the provider once. Nothing is stored by it.'
                  : 'Custom keys cannot be tested.'}
            </Text>
          </Group>
          {test.isPending && <TestUnderWay onCancel={test.cancel} />}
          <Stack gap="xs" aria-live="polite">
            {tested !== null && <ValidationResult result={tested.result} />}
            <ReportedKind tested={tested} values={values} />
          </Stack>
          <ProblemAlert error={test.error} />
        </Stack>
        <AccountPicker
          value={values.accountId}
          onChange={(next) => set('accountId', next)}
          error={messages.accountId}
        />
        <TextInput
          label="Name"
          description="How you find it again, for example “OpenAI production”."
          required
          maxLength={MAX_NAME}
          value={values.name}
          onChange={(event) => set('name', event.currentTarget.value)}
          error={messages.name}
        />
        {isLinkable(values.provider, values.kind) && (
          <AdminKeySelect
            provider={values.provider}
            value={values.adminKeyId}
            onChange={(next) => set('adminKeyId', next)}
            error={messages.adminKeyId}
          />
        )}
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <Select
            label="Environment"
            placeholder="Not set"
            data={[...environmentOptions]}
            value={values.environment}
            onChange={(next) => set('environment', next)}
            clearable
            clearButtonProps={{ 'aria-label': 'Clear environment' }}
          />
          <TagsInput
            label="Tags"
            placeholder="Type and press Enter"
            value={values.tags}
            onChange={(next) => set('tags', next)}
            maxTags={20}
            error={messages.tags ?? firstTagMessage(messages)}
          />
        </SimpleGrid>
        <Textarea
          label="Description"
          description="What it is for. No secrets."
          autosize
          minRows={2}
          maxRows={6}
          value={values.description}
          onChange={(event) => set('description', event.currentTarget.value)}
          error={messages.description}
        />
        <FormFooter>
          {isDuplicate && problem !== null && (
            <Alert color="orange" title={problem.message} role="alert" data-problem="ALREADY_EXISTS">
              <Group gap="sm" mb="xs">
                {(problem.relatedIds ?? []).map((id) => (
                  <Anchor key={id} component={Link} href={`/keys/${id}`} size="sm">
                    Open the stored key
                  </Anchor>
                ))}
              </Group>
              <Button
                size="xs"
                variant="default"
                loading={save.isPending}
                onClick={() => {
                  void save.run(true)
                }}
              >
                Store anyway
              </Button>
            </Alert>
          )}
          {!isDuplicate && !isShownAtFields && <ProblemAlert error={save.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onCancel}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              {isNew ? 'Save key' : 'Save'}
            </Button>
          </Group>
        </FormFooter>
      </Stack>
    </form>
  )
}

const knownFields = new Set([
  'secret',
  'provider',
  'kind',
  'accountId',
  'name',
  'adminKeyId',
  'tags',
  'description',
  'environment',
])

function missingFields(values: KeyValues, isSecretMissing: boolean): Record<string, string> {
  return {
    ...(isSecretMissing ? { secret: EMPTY_KEY } : {}),
    ...(values.accountId === null ? { accountId: 'Choose the account that owns the key, or make a new one.' } : {}),
    ...(values.name.trim() === '' ? { name: 'Give the key a name, for example “OpenAI production”.' } : {}),
  }
}

/** Problems of one tag are named "tags.3". */
function firstTagMessage(messages: Record<string, string>): string | undefined {
  const field = Object.keys(messages).find((name) => name.startsWith('tags.'))
  return field === undefined ? undefined : messages[field]
}
