import { Button, Group, Modal, PasswordInput, Stack } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { client } from '../../app/api.ts'
import { setVaultStatus } from '../../app/vault-store.ts'
import { notifyDone } from '../../ui/notify.ts'
import { passphraseHint } from '../../ui/passphrase-hint.ts'
import { fieldMessages, problemOf } from '../../ui/problem.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { useAction } from '../../ui/use-action.ts'
import { useFocusBack } from '../../ui/use-focus-back.ts'

interface PassphraseDialogProps {
  /** Whether there is a passphrase now, which then has to be given. */
  readonly isSet: boolean
  onClose(): void
}

/** Sets or changes the passphrase. What is typed lives only in this dialog. */
export function PassphraseDialog({ isSet, onClose }: PassphraseDialogProps) {
  useFocusBack()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [repeated, setRepeated] = useState('')
  const [differs, setDiffers] = useState(false)
  const save = useAction(async () => {
    setVaultStatus(await client.vault.setPassphrase({ current: isSet ? current : null, next }))
    notifyDone(isSet ? 'The passphrase was changed.' : 'The passphrase was set.')
    onClose()
  })
  const problem = save.error === null ? null : problemOf(save.error)
  const fields = problem === null ? {} : fieldMessages(problem)
  const wrongPassphrase = problem?.code === 'WRONG_PASSPHRASE' ? problem.message : undefined
  const shownAtField = wrongPassphrase !== undefined || Object.keys(fields).length > 0

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const isDifferent = next !== repeated
    setDiffers(isDifferent)
    if (!isDifferent) void save.run()
  }
  return (
    <Modal opened onClose={onClose} title={isSet ? 'Change the passphrase' : 'Set a passphrase'}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          {isSet && (
            <PasswordInput
              label="Present passphrase"
              autoComplete="current-password"
              required
              withAsterisk={false}
              data-autofocus
              value={current}
              onChange={(event) => setCurrent(event.currentTarget.value)}
              error={fields.current ?? wrongPassphrase}
            />
          )}
          <PasswordInput
            label="New passphrase"
            description={passphraseHint(next).text}
            autoComplete="new-password"
            required
            withAsterisk={false}
            data-autofocus={!isSet || undefined}
            value={next}
            onChange={(event) => setNext(event.currentTarget.value)}
            error={fields.next}
          />
          <PasswordInput
            label="New passphrase again"
            autoComplete="new-password"
            required
            withAsterisk={false}
            value={repeated}
            onChange={(event) => setRepeated(event.currentTarget.value)}
            error={differs ? 'This is not the same as above. Type it again.' : undefined}
          />
          {!shownAtField && <ProblemAlert error={save.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              {isSet ? 'Change' : 'Set'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
