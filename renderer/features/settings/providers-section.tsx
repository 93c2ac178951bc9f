import { Alert, Button, Checkbox, Group, Modal, Skeleton, Stack, TextInput } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { ProviderSettings } from '../../../shared/contract/settings.ts'
import { providerInfo } from '../../../shared/providers.ts'
import { client, orpc, queryClient } from '../../app/api.ts'
import { notifyDone } from '../../ui/notify.ts'
import { fieldMessages, problemOf } from '../../ui/problem.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { ProviderMark } from '../../ui/provider-mark.tsx'
import { useAction } from '../../ui/use-action.ts'
import { useFocusBack } from '../../ui/use-focus-back.ts'
import { Section } from './section.tsx'
import classes from './settings.module.css'

function AddressDialog({ settings, onClose }: { readonly settings: ProviderSettings; onClose(): void }) {
  useFocusBack()
  const { name, hasAdminKeys } = providerInfo(settings.provider)
  const [address, setAddress] = useState(settings.baseUrl ?? '')
  const [allowed, setAllowed] = useState(settings.allowAdminKey)
  const save = useAction(async (baseUrl: string | null) => {
    await client.settings.setProvider({
      provider: settings.provider,
      base_url: baseUrl,
      allow_admin_key: baseUrl !== null && allowed,
    })
    await queryClient.invalidateQueries({ queryKey: orpc.settings.providers.key() })
    notifyDone(baseUrl === null ? `${name} is called at its own address.` : `The address for ${name} was saved.`)
    onClose()
  })
  const fieldError = save.error === null ? undefined : fieldMessages(problemOf(save.error)).base_url
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void save.run(address.trim() === '' ? null : address.trim())
  }
  return (
    <Modal opened onClose={onClose} title={`Address of ${name}`} size="lg">
      <form onSubmit={submit} noValidate>
        <Stack gap="sm">
          <TextInput
            label="Base URL"
            description={`Replaces ${settings.defaultBaseUrl ?? 'the usual address'}. Leave it empty for that one.`}
            placeholder={settings.defaultBaseUrl ?? ''}
            type="url"
            inputMode="url"
            spellCheck={false}
            autoComplete="off"
            data-autofocus
            value={address}
            error={fieldError}
            onChange={(event) => {
              setAddress(event.currentTarget.value)
              // The permission belongs to one address: it has to be given again for another one.
              setAllowed(event.currentTarget.value === settings.baseUrl && settings.allowAdminKey)
            }}
          />
          <Alert variant="default" icon={<IconAlertTriangle aria-hidden className={classes.toneCaution} />}>
            Every call with a key of {name} goes to this address, and the key with it. Enter only an address that you
            trust: your own gateway, or a test server.
          </Alert>
          {hasAdminKeys && (
            <Checkbox
              label="Allow admin keys for this address"
              description="An admin key can read all usage and manage the organisation. Without this tick it is never sent to a replaced address."
              checked={allowed}
              disabled={address.trim() === ''}
              onChange={(event) => setAllowed(event.currentTarget.checked)}
            />
          )}
          {fieldError === undefined && <ProblemAlert error={save.error} />}
          <Group justify="space-between">
            <Button
              variant="subtle"
              disabled={settings.baseUrl === null || save.isPending}
              onClick={() => void save.run(null)}
            >
              Use the usual address
            </Button>
            <Group gap="xs">
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button type="submit" loading={save.isPending}>
                Save
              </Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

function AddressRow({ settings, onEdit }: { readonly settings: ProviderSettings; onEdit(): void }) {
  const { name, hasAdminKeys } = providerInfo(settings.provider)
  return (
    <li className={classes.row} data-provider={settings.provider}>
      <ProviderMark provider={settings.provider} withName />
      <div>
        <div className={`${classes.address} ${settings.baseUrl === null ? classes.quiet : ''}`}>
          {settings.baseUrl ?? settings.defaultBaseUrl}
        </div>
        {settings.baseUrl !== null && (
          <div className={classes.quiet}>
            Replaced
            {hasAdminKeys && (settings.allowAdminKey ? '; admin keys are allowed' : '; admin keys are not sent')}
          </div>
        )}
      </div>
      <div className={classes.rowActions}>
        <Button size="compact-xs" variant="default" aria-label={`Change the address of ${name}`} onClick={onEdit}>
          Change
        </Button>
      </div>
    </li>
  )
}

/** Where the providers are called. */
export function ProvidersSection() {
  const providers = useQuery(orpc.settings.providers.queryOptions())
  const [editing, setEditing] = useState<ProviderSettings | null>(null)
  return (
    <Section
      title="Addresses of the providers"
      lead="Keyhold calls each provider at its own address. Replace one to go through a gateway or a test server."
    >
      {providers.isPending && <Skeleton height={480} />}
      <ProblemAlert error={providers.error} onRetry={() => void providers.refetch()} />
      {providers.data && (
        <ul className={`${classes.rows} ${classes.columns}`}>
          {providers.data
            .filter(({ defaultBaseUrl }) => defaultBaseUrl !== null)
            .map((settings) => (
              <AddressRow key={settings.provider} settings={settings} onEdit={() => setEditing(settings)} />
            ))}
        </ul>
      )}
      {editing && <AddressDialog key={editing.provider} settings={editing} onClose={() => setEditing(null)} />}
    </Section>
  )
}
