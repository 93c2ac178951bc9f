import { Alert, Anchor, Button, Code, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { IconLock, IconShieldExclamation } from '@tabler/icons-react'
import { type FormEvent, useRef, useState } from 'react'
import type { VaultState, VaultStatus } from '../../../shared/contract/vault.ts'
import { SAMPLE_PASSPHRASE } from '../../../shared/sample.ts'
import { client } from '../../app/api.ts'
import { PlainPage } from '../../app/plain-page.tsx'
import { useSystemInfo } from '../../app/system-info.ts'
import { setVaultStatus } from '../../app/vault-store.ts'
import { problemOf } from '../../ui/problem.ts'
import { ProblemAlert, RemedyList } from '../../ui/problem-alert.tsx'
import { remainingTime } from '../../ui/time.ts'
import { type Action, useAction } from '../../ui/use-action.ts'
import { useNow } from '../../ui/use-now.ts'

type UnlockInput = Parameters<typeof client.vault.unlock>[0]

const titles: Partial<Record<VaultState, string>> = {
  'os-unavailable': 'The key store of this computer does not answer',
  'backend-changed': 'This computer uses another key store now',
  'identity-changed': 'The vault was protected under another identity',
  'key-lost': 'Nothing that opens this vault is left',
  unprotected: 'This computer does not protect the vault',
}

export interface UnlockProps {
  readonly status: VaultStatus
  /** When `status` was received; its `retryAfterMs` counts from then. */
  readonly receivedAt: number
}

/** The way in while the vault is not open, and an explanation for every reason it cannot be opened. */
export function Unlock({ status, receivedAt }: UnlockProps) {
  const { state, protectors } = status
  const has = (kind: VaultStatus['protectors'][number]['kind']) => protectors.some((one) => one.kind === kind)
  const [way, setWay] = useState<'passphrase' | 'recovery'>(has('passphrase') ? 'passphrase' : 'recovery')
  const [failedAt, setFailedAt] = useState(0)
  const unlock = useAction(async (input: UnlockInput) => {
    try {
      setVaultStatus(await client.vault.unlock(input))
    } catch (error) {
      setFailedAt(Date.now())
      throw error
    }
  })
  const delay = problemDelay(unlock.error)
  const until = Math.max(
    status.retryAfterMs === 0 ? 0 : receivedAt + status.retryAfterMs,
    delay === 0 ? 0 : failedAt + delay,
  )
  const now = useNow(until > 0 ? 500 : 0)
  const wait = Math.max(0, until - now)
  const isLocked = state === 'locked'
  const isSample = useSystemInfo().data?.sample ?? false

  return (
    <PlainPage
      title={titles[state] ?? 'Unlock your vault'}
      lead={
        isLocked
          ? 'Your keys are encrypted until you unlock them. Webhooks are received all the same; their signatures are checked afterwards.'
          : undefined
      }
    >
      {isSample && (
        <Text size="sm">
          The passphrase of the sample workspace is <Code>{SAMPLE_PASSPHRASE}</Code>.
        </Text>
      )}
      {!isLocked && (
        <Alert
          color={state === 'key-lost' ? 'red' : 'orange'}
          icon={<IconShieldExclamation aria-hidden />}
          title={status.message}
          data-vault-state={state}
        >
          <RemedyList remedies={status.remedies} />
        </Alert>
      )}
      {has('os') && state !== 'key-lost' && <OsUnlock unlock={unlock} isLocked={isLocked} />}
      {way === 'passphrase' && has('passphrase') && <PassphraseForm unlock={unlock} wait={wait} />}
      {way === 'recovery' && has('recovery') && <RecoveryForm unlock={unlock} wait={wait} />}
      {wait > 0 && (
        <Text size="sm" role="timer" className="keyhold-figures" data-unlock-delay>
          The next try is possible in {remainingTime(wait)}.
        </Text>
      )}
      <ProblemAlert error={unlock.error} />
      {has('passphrase') && has('recovery') && (
        <Anchor
          component="button"
          type="button"
          size="sm"
          ta="left"
          onClick={() => {
            unlock.clearError()
            setWay(way === 'passphrase' ? 'recovery' : 'passphrase')
          }}
        >
          {way === 'passphrase' ? 'Use the recovery code instead' : 'Use the passphrase instead'}
        </Anchor>
      )}
    </PlainPage>
  )
}

type UnlockAction = Action<[UnlockInput], void>

function problemDelay(error: unknown): number {
  return error === null ? 0 : (problemOf(error).retryAfterMs ?? 0)
}

function PassphraseForm({ unlock, wait }: { readonly unlock: UnlockAction; readonly wait: number }) {
  const field = useRef<HTMLInputElement>(null)
  const [isEmpty, setEmpty] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const element = field.current
    if (element === null || wait > 0) return
    setEmpty(element.value === '')
    if (element.value === '') return
    await unlock.run({ with: 'passphrase', passphrase: element.value })
    element.value = ''
    element.focus()
  }
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack gap="md">
        <input type="text" name="username" autoComplete="username" value="Keyhold vault" readOnly hidden />
        <PasswordInput
          ref={field}
          label="Passphrase"
          autoComplete="current-password"
          error={isEmpty ? 'Type your passphrase.' : null}
          autoFocus
        />
        <Group>
          <Button type="submit" loading={unlock.isPending} disabled={wait > 0}>
            Unlock
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function RecoveryForm({ unlock, wait }: { readonly unlock: UnlockAction; readonly wait: number }) {
  const field = useRef<HTMLInputElement>(null)
  const [isEmpty, setEmpty] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const element = field.current
    if (element === null || wait > 0) return
    const code = element.value.trim()
    setEmpty(code === '')
    if (code === '') return
    await unlock.run({ with: 'recovery', recoveryCode: code })
  }
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack gap="md">
        <TextInput
          ref={field}
          label="Recovery code"
          description="As it was shown when the vault was made. Spaces and dashes do not matter."
          error={isEmpty ? 'Type or paste the recovery code.' : null}
          autoComplete="off"
          spellCheck={false}
          classNames={{ input: 'keyhold-mono' }}
          autoFocus
        />
        <Group>
          <Button type="submit" loading={unlock.isPending} disabled={wait > 0}>
            Unlock
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function OsUnlock({ unlock, isLocked }: { readonly unlock: UnlockAction; readonly isLocked: boolean }) {
  return (
    <Group>
      <Button
        variant={isLocked ? 'filled' : 'default'}
        leftSection={<IconLock size={16} aria-hidden />}
        loading={unlock.isPending}
        onClick={() => void unlock.run({ with: 'os' })}
      >
        {isLocked ? 'Unlock with this computer' : 'Try this computer again'}
      </Button>
    </Group>
  )
}
