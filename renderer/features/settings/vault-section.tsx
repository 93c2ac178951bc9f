import { Alert, Button, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useState } from 'react'
import type { ProtectorKind, VaultStatus } from '../../../shared/contract/vault.ts'
import { client } from '../../app/api.ts'
import { setVaultStatus, useVault } from '../../app/vault-store.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { notifyDone } from '../../ui/notify.ts'
import { ProblemAlert, RemedyList } from '../../ui/problem-alert.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { useAction } from '../../ui/use-action.ts'
import { PassphraseDialog } from './passphrase-dialog.tsx'
import { RecoveryDialog } from './recovery-dialog.tsx'
import { Section } from './section.tsx'
import classes from './settings.module.css'
import { TimesForm } from './times-form.tsx'

const protectorWords: Record<ProtectorKind, { name: string; meaning: string }> = {
  os: { name: 'System key store', meaning: 'Opens by itself while you are signed in to this computer.' },
  passphrase: { name: 'Passphrase', meaning: 'Opens with the passphrase that only you know.' },
  recovery: { name: 'Recovery code', meaning: 'Opens when everything else is lost. Shown once, kept by you.' },
}

const order: readonly ProtectorKind[] = ['os', 'passphrase', 'recovery']

interface RowActions {
  onPassphrase(): void
  onRecovery(): void
  onRemove(kind: 'os' | 'passphrase'): void
  onAddOs(): void
  readonly adding: boolean
}

function ProtectorRow({
  kind,
  status,
  actions,
}: {
  readonly kind: ProtectorKind
  readonly status: VaultStatus
  readonly actions: RowActions
}) {
  const protector = status.protectors.find((candidate) => candidate.kind === kind)
  const { name, meaning } = protectorWords[kind]
  const removable = protector !== undefined && status.protectors.length > 1
  return (
    <li className={classes.row} data-protector={kind}>
      <div>
        <div className={classes.rowTitle}>{name}</div>
        <div className={classes.quiet}>{meaning}</div>
      </div>
      <div>
        {protector ? (
          <>
            Set <RelativeTime at={protector.createdAt} focusable />
            {protector.backend !== null && <div className={classes.quiet}>{protector.backend}</div>}
          </>
        ) : (
          <span className={classes.quiet}>
            {kind === 'os' && !status.osProtector.available
              ? (status.osProtector.reason ?? 'Not available on this host.')
              : 'Not set'}
          </span>
        )}
      </div>
      <div className={classes.rowActions}>
        {kind === 'passphrase' && (
          <Button size="xs" variant="default" onClick={actions.onPassphrase}>
            {protector ? 'Change passphrase' : 'Set a passphrase'}
          </Button>
        )}
        {kind === 'recovery' && (
          <Button size="xs" variant="default" onClick={actions.onRecovery}>
            {protector ? 'Renew recovery code' : 'Make a recovery code'}
          </Button>
        )}
        {kind === 'os' && !protector && status.osProtector.available && (
          <Button size="xs" variant="default" loading={actions.adding} onClick={actions.onAddOs}>
            Add
          </Button>
        )}
        {kind !== 'recovery' && removable && (
          <Button
            size="xs"
            variant="subtle"
            color="red"
            aria-label={`Remove ${name}`}
            onClick={() => actions.onRemove(kind)}
          >
            Remove
          </Button>
        )}
      </div>
    </li>
  )
}

/** What opens the vault, and how long things stay open. */
export function VaultSection() {
  const { status, error } = useVault()
  const [removing, setRemoving] = useState<'os' | 'passphrase' | null>(null)
  const [passphrase, passphraseDialog] = useDisclosure(false)
  const [recovery, recoveryDialog] = useDisclosure(false)
  const addOs = useAction(async () => setVaultStatus(await client.vault.addOsProtector()))
  const actions: RowActions = {
    onPassphrase: passphraseDialog.open,
    onRecovery: recoveryDialog.open,
    onRemove: setRemoving,
    onAddOs: () => void addOs.run(),
    adding: addOs.isPending,
  }
  if (status === null) return <ProblemAlert error={error} />
  return (
    <>
      <Section
        title="Protectors"
        lead="Each of these opens the vault on its own. They can come and go without touching your keys; one always has to be left."
      >
        {status.state !== 'ready' && (
          <Alert
            variant="default"
            icon={<IconAlertTriangle aria-hidden className={classes.toneCaution} />}
            title={status.message}
            mb="md"
          >
            <RemedyList remedies={status.remedies} />
          </Alert>
        )}
        <ul className={`${classes.rows} ${classes.columns}`}>
          {order.map((kind) => (
            <ProtectorRow key={kind} kind={kind} status={status} actions={actions} />
          ))}
        </ul>
        <ProblemAlert error={addOs.error} />
      </Section>
      <TimesForm />
      {passphrase && (
        <PassphraseDialog
          isSet={status.protectors.some(({ kind }) => kind === 'passphrase')}
          onClose={passphraseDialog.close}
        />
      )}
      {recovery && (
        <RecoveryDialog
          isSet={status.protectors.some(({ kind }) => kind === 'recovery')}
          onClose={recoveryDialog.close}
        />
      )}
      <ConfirmDialog
        opened={removing !== null}
        title={removing === null ? '' : `Remove the protector "${protectorWords[removing].name}"?`}
        confirmLabel="Remove"
        onClose={() => setRemoving(null)}
        onConfirm={async () => {
          if (removing === null) return
          setVaultStatus(await client.vault.removeProtector({ kind: removing }))
          notifyDone(`${protectorWords[removing].name} removed.`)
        }}
      >
        <Text size="sm">
          Your keys stay as they are. From now on the vault opens only with the protectors that are left, so make sure
          that you have them at hand.
        </Text>
      </ConfirmDialog>
    </>
  )
}
