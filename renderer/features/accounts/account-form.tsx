import { Button, Checkbox, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import type { Account } from '../../../shared/contract/accounts.ts'
import { client } from '../../app/api.ts'
import { focusFirstError } from '../../ui/focus-first-error.ts'
import { FormFooter } from '../../ui/form-footer.tsx'
import { fieldMessages, problemOf } from '../../ui/problem.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { useAction } from '../../ui/use-action.ts'

export interface AccountDialogProps {
  /** The account to edit; null makes a new one. */
  readonly account: Account | null
  readonly opened: boolean
  readonly onClose: () => void
  readonly onSaved: (account: Account) => void
}

/** Adds or edits an account. */
export function AccountDialog({ account, opened, onClose, onSaved }: AccountDialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={account === null ? 'Add account' : 'Edit account'}
      closeOnClickOutside={false}
    >
      <AccountForm account={account} onCancel={onClose} onSaved={onSaved} />
    </Modal>
  )
}

interface AccountFormProps {
  readonly account: Account | null
  readonly onCancel: () => void
  readonly onSaved: (account: Account) => void
}

function AccountForm({ account, onCancel, onSaved }: AccountFormProps) {
  const form = useForm({
    initialValues: {
      email: account?.email ?? '',
      name: account?.name ?? '',
      organization: account?.organization ?? '',
      contactNote: account?.contactNote ?? '',
      allowSameEmail: false,
    },
  })
  const save = useAction(async (values: typeof form.values) => {
    try {
      const saved =
        account === null
          ? await client.accounts.create(values)
          : await client.accounts.update({ ...values, id: account.id })
      onSaved(saved)
    } catch (error) {
      form.setErrors(fieldMessages(problemOf(error)))
      throw error
    }
  })
  const isDuplicate = save.error !== null && problemOf(save.error).code === 'ALREADY_EXISTS'
  return (
    <form
      onSubmit={form.onSubmit((values, event) => {
        const element = event?.currentTarget
        void save.run(values).then(() => element instanceof HTMLFormElement && focusFirstError(element))
      })}
      noValidate
    >
      <Stack gap="sm">
        <TextInput
          label="E-mail"
          description="The address the account is registered with."
          type="email"
          autoComplete="off"
          required
          data-autofocus
          {...form.getInputProps('email')}
        />
        <TextInput label="Name" autoComplete="off" {...form.getInputProps('name')} />
        <TextInput label="Organisation" autoComplete="off" {...form.getInputProps('organization')} />
        <Textarea
          label="Contact and notes"
          description="Who looks after it, where bills go, anything worth knowing. No secrets."
          autosize
          minRows={2}
          maxRows={8}
          {...form.getInputProps('contactNote')}
        />
        {(isDuplicate || form.values.allowSameEmail) && (
          <Checkbox
            label="Use this e-mail a second time, for another organisation"
            {...form.getInputProps('allowSameEmail', { type: 'checkbox' })}
          />
        )}
        <FormFooter>
          {save.error !== null && Object.keys(form.errors).length === 0 && <ProblemAlert error={save.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onCancel}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              {account === null ? 'Add account' : 'Save'}
            </Button>
          </Group>
        </FormFooter>
      </Stack>
    </form>
  )
}
