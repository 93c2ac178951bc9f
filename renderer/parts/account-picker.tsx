import { Button, Group, Paper, Stack, TextInput } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { type KeyboardEvent, type ReactNode, useState } from 'react'
import { client } from '../app/api.ts'
import { fieldMessages, problemOf } from '../ui/problem.ts'
import { ProblemAlert } from '../ui/problem-alert.tsx'
import { useAction } from '../ui/use-action.ts'
import { AccountSelect } from './account-select.tsx'

export interface AccountPickerProps {
  readonly value: number | null
  readonly onChange: (id: number | null) => void
  readonly error?: ReactNode
  readonly description?: ReactNode
}

/** Chooses an account, or makes a new one on the spot. */
export function AccountPicker({ value, onChange, error, description }: AccountPickerProps) {
  const [isCreating, setCreating] = useState(false)
  if (isCreating) {
    return (
      <NewAccount
        isMissing={error !== null && error !== undefined}
        onCancel={() => setCreating(false)}
        onCreated={(id) => {
          setCreating(false)
          onChange(id)
        }}
      />
    )
  }
  return (
    <Stack gap={4}>
      <AccountSelect
        value={value}
        onChange={onChange}
        error={error}
        description={description}
        placeholder="Choose or search"
        required
      />
      <Group>
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => setCreating(true)}
        >
          New account
        </Button>
      </Group>
    </Stack>
  )
}

interface NewAccountProps {
  /** The form around it was sent off before there was an account. */
  readonly isMissing: boolean
  readonly onCancel: () => void
  readonly onCreated: (id: number) => void
}

function NewAccount({ isMissing, onCancel, onCreated }: NewAccountProps) {
  const [email, setEmail] = useState('')
  const [organization, setOrganization] = useState('')
  const create = useAction(async () => {
    const account = await client.accounts.create({ email, organization })
    onCreated(account.id)
  })
  const messages = create.error === null ? {} : fieldMessages(problemOf(create.error))
  const missing = isMissing ? 'Create the account first, or choose an existing one.' : undefined
  const submitOnEnter = (event: KeyboardEvent) => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    void create.run()
  }
  return (
    <Paper withBorder p="sm" component="fieldset" aria-label="New account">
      <Stack gap="xs">
        <TextInput
          label="E-mail of the new account"
          type="email"
          autoComplete="off"
          value={email}
          onChange={(event) => {
            setEmail(event.currentTarget.value)
            create.clearError()
          }}
          onKeyDown={submitOnEnter}
          error={messages.email ?? missing}
          autoFocus
        />
        <TextInput
          label="Organisation (optional)"
          autoComplete="off"
          value={organization}
          onChange={(event) => {
            setOrganization(event.currentTarget.value)
            create.clearError()
          }}
          onKeyDown={submitOnEnter}
          error={messages.organization}
        />
        {Object.keys(messages).length === 0 && <ProblemAlert error={create.error} />}
        <Group gap="xs">
          <Button size="xs" variant="light" onClick={() => void create.run()} loading={create.isPending}>
            Create account
          </Button>
          <Button size="xs" variant="subtle" color="gray" onClick={onCancel}>
            Choose an existing one
          </Button>
        </Group>
      </Stack>
    </Paper>
  )
}
