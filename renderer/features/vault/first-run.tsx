import { Button, Group, PasswordInput, Progress, Radio, Stack, Text } from '@mantine/core'
import { type FormEvent, useId, useState } from 'react'
import type { VaultStatus } from '../../../shared/contract/vault.ts'
import { MIN_PASSPHRASE } from '../../../shared/limits.ts'
import { client } from '../../app/api.ts'
import { PlainPage } from '../../app/plain-page.tsx'
import { setVaultStatus } from '../../app/vault-store.ts'
import { passphraseHint } from '../../ui/passphrase-hint.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { RecoveryCode } from '../../ui/recovery-code.tsx'
import { useAction } from '../../ui/use-action.ts'

export interface FirstRunProps {
  readonly status: VaultStatus
  /** Called before the vault is made, so that the window stays here when it becomes ready. */
  readonly onStart: () => void
  /** Called when the recovery code is stored. */
  readonly onDone: () => void
}

/** Makes the vault: how it is opened, then the recovery code, once. */
export function FirstRun({ status, onStart, onDone }: FirstRunProps) {
  const [code, setCode] = useState<string | null>(null)
  if (code !== null) {
    return (
      <PlainPage
        title="Store your recovery code"
        lead="It opens the vault when the passphrase is forgotten or this computer is lost."
      >
        <RecoveryCode
          code={code}
          continueLabel="Open Keyhold"
          onContinue={() => {
            setCode(null)
            onDone()
          }}
        />
      </PlainPage>
    )
  }
  return (
    <PlainPage
      title="Set up your vault"
      lead="Your keys are kept encrypted on this computer. Choose what opens the vault."
    >
      <SetUpForm
        status={status}
        onSubmit={async (input) => {
          onStart()
          try {
            const made = await client.vault.initialise(input)
            setCode(made.recoveryCode)
            setVaultStatus(made.status)
          } catch (error) {
            onDone()
            throw error
          }
        }}
      />
    </PlainPage>
  )
}

interface SetUpFormProps {
  readonly status: VaultStatus
  readonly onSubmit: (input: { passphrase: string | null; useOs: boolean }) => Promise<void>
}

function SetUpForm({ status, onSubmit }: SetUpFormProps) {
  const [way, setWay] = useState<'passphrase' | 'os' | 'both'>('passphrase')
  const [passphrase, setPassphrase] = useState('')
  const [repeated, setRepeated] = useState('')
  const [isChecked, setChecked] = useState(false)
  const hintId = useId()
  const setUp = useAction(onSubmit)
  const needsPassphrase = way !== 'os'
  const hint = passphraseHint(passphrase)
  const isTooShort = passphrase.length < MIN_PASSPHRASE
  const differs = passphrase !== repeated

  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (needsPassphrase && (isTooShort || differs)) return
    void setUp.run({ passphrase: needsPassphrase ? passphrase : null, useOs: way !== 'passphrase' })
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        {status.osProtector.available && (
          <Radio.Group
            label="What opens the vault"
            value={way}
            onChange={(value) => setWay(value === 'os' || value === 'both' ? value : 'passphrase')}
          >
            <Stack gap="xs" mt="xs">
              <Radio value="passphrase" label="A passphrase" description="Asked for at every start." />
              <Radio
                value="os"
                label="This computer"
                description="Opens by itself while you are signed in to this computer."
              />
              <Radio value="both" label="Both" description="Opens by itself here, and by passphrase anywhere." />
            </Stack>
          </Radio.Group>
        )}
        {needsPassphrase && (
          <>
            <input type="text" name="username" autoComplete="username" value="Keyhold vault" readOnly hidden />
            <div>
              <PasswordInput
                label="Passphrase"
                description="Spaces and any characters count. Pasting from a password manager is fine."
                value={passphrase}
                onChange={(event) => setPassphrase(event.currentTarget.value)}
                error={isChecked && isTooShort ? `The passphrase needs at least ${MIN_PASSPHRASE} characters.` : null}
                autoComplete="new-password"
                aria-describedby={hintId}
                autoFocus
                required
                withAsterisk={false}
              />
              <Progress value={hint.level} color={hint.tone} size={4} mt={8} aria-hidden />
              <Text size="xs" c="dimmed" mt={4} id={hintId} role="status">
                {hint.text}
              </Text>
            </div>
            <PasswordInput
              label="Passphrase again"
              value={repeated}
              onChange={(event) => setRepeated(event.currentTarget.value)}
              error={isChecked && differs ? 'The two passphrases are not the same. Type the second one again.' : null}
              autoComplete="new-password"
              required
              withAsterisk={false}
            />
          </>
        )}
        <ProblemAlert error={setUp.error} />
        <Group>
          <Button type="submit" loading={setUp.isPending}>
            Create the vault
          </Button>
        </Group>
        {setUp.isPending && (
          <Text size="sm" c="dimmed" role="status">
            Making the key takes a moment. That is what makes guessing it slow.
          </Text>
        )}
      </Stack>
    </form>
  )
}
