import { ActionIcon, Button, Group, Stack, Text, Tooltip } from '@mantine/core'
import { IconPencil, IconPlus, IconSparkles, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import type { Endpoint, EndpointSecret } from '../../../shared/contract/receiver.ts'
import { receiverLimits } from '../../../shared/limits.ts'
import { schemes } from '../../../shared/webhook-schemes.ts'
import { client } from '../../app/api.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { notifyDone } from '../../ui/notify.ts'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { useFocusBack } from '../../ui/use-focus-back.ts'
import { AddSecretDialog } from './add-secret-dialog.tsx'
import { EditDialog } from './edit-dialog.tsx'
import classes from './endpoint-panel.module.css'
import { draftOfOptions } from './forms-model.ts'
import { GenerateSecretDialog } from './generate-secret-dialog.tsx'
import { SchemeFields } from './scheme-fields.tsx'
import { showEndpoint, updateEndpoint } from './use-endpoints.ts'

type Dialog =
  | { readonly kind: 'scheme' | 'add' | 'generate' }
  | { readonly kind: 'remove'; readonly secret: EndpointSecret }

/** How senders sign, and the secrets that are accepted. */
export function PanelSignature({ endpoint }: { readonly endpoint: Endpoint }) {
  const [dialog, setDialog] = useState<Dialog | null>(null)
  const { scheme, schemeOptions, secrets } = endpoint
  const close = () => setDialog(null)
  const isFull = secrets.length >= receiverLimits.secrets
  return (
    <Stack gap="sm">
      <div className={classes.entry}>
        <div className={classes.entryWords}>
          {scheme === null ? 'Recognised from the headers of each request' : schemes[scheme].name}
          {scheme === 'generic-hmac' && schemeOptions !== null && (
            <div className={`keyhold-mono ${classes.quiet}`}>
              {schemeOptions.header}: {schemeOptions.prefix}
              {schemeOptions.encoding}({schemeOptions.algorithm})
            </div>
          )}
        </div>
        <div className={classes.entryActions}>
          <Tooltip label="Change the scheme">
            <ActionIcon aria-label="Change the scheme" onClick={() => setDialog({ kind: 'scheme' })}>
              <IconPencil size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </div>
      </div>
      {secrets.length === 0 ? (
        <Text size="sm" c="dimmed">
          Without a secret no signature can be checked; requests are captured all the same.
        </Text>
      ) : (
        <>
          <ul className={classes.list} aria-label="Signing secrets">
            {secrets.map((secret) => (
              <li key={secret.id} className={classes.entry}>
                <div className={classes.entryWords}>
                  {secret.label}
                  <div className={classes.quiet}>
                    {secret.hint !== '' && <span className="keyhold-mono">••••{secret.hint} · </span>}
                    added <RelativeTime at={secret.createdAt} focusable />
                  </div>
                </div>
                <div className={classes.entryActions}>
                  <Tooltip label="Remove">
                    <ActionIcon
                      aria-label={`Remove the secret ${secret.label}`}
                      onClick={() => setDialog({ kind: 'remove', secret })}
                    >
                      <IconTrash size={16} aria-hidden />
                    </ActionIcon>
                  </Tooltip>
                </div>
              </li>
            ))}
          </ul>
          {secrets.length > 1 && (
            <Text size="sm" c="dimmed">
              Any of them is accepted. Remove the old one when the sender has changed over.
            </Text>
          )}
        </>
      )}
      <Group gap="xs">
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          disabled={isFull}
          onClick={() => setDialog({ kind: 'add' })}
        >
          Add secret
        </Button>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconSparkles size={14} aria-hidden />}
          disabled={isFull}
          onClick={() => setDialog({ kind: 'generate' })}
        >
          Make a new one
        </Button>
      </Group>
      {dialog?.kind === 'scheme' && <SchemeDialog endpoint={endpoint} onClose={close} />}
      {dialog?.kind === 'add' && <AddSecretDialog endpoint={endpoint} onClose={close} />}
      {dialog?.kind === 'generate' && <GenerateSecretDialog endpoint={endpoint} onClose={close} />}
      {dialog?.kind === 'remove' && <RemoveSecretDialog endpoint={endpoint} secret={dialog.secret} onClose={close} />}
    </Stack>
  )
}

interface PartProps {
  readonly endpoint: Endpoint
  readonly onClose: () => void
}

function SchemeDialog({ endpoint, onClose }: PartProps) {
  const [scheme, setScheme] = useState(endpoint.scheme)
  const [options, setOptions] = useState(() => draftOfOptions(endpoint.schemeOptions))
  const save = async () => {
    await updateEndpoint(endpoint.id, { scheme, schemeOptions: scheme === 'generic-hmac' ? options : null })
    notifyDone('The scheme is saved. Captured requests are judged by it from now on.')
    return null
  }
  return (
    <EditDialog
      title="Who signs the requests"
      fields={['scheme', 'header', 'prefix']}
      prefix="schemeOptions."
      onSave={save}
      onClose={onClose}
    >
      {({ messages, touched }) => (
        <SchemeFields
          scheme={scheme}
          options={options}
          messages={messages}
          onScheme={(next) => {
            setScheme(next)
            touched('scheme')
          }}
          onOptions={(next) => {
            setOptions(next)
            touched()
          }}
        />
      )}
    </EditDialog>
  )
}

function RemoveSecretDialog({ endpoint, secret, onClose }: PartProps & { readonly secret: EndpointSecret }) {
  const isLast = endpoint.secrets.length === 1
  useFocusBack()
  return (
    <ConfirmDialog
      opened
      title={`Remove “${secret.label}”?`}
      confirmLabel="Remove secret"
      onConfirm={async () => {
        showEndpoint(await client.receiver.removeSecret({ id: endpoint.id, secretId: secret.id }))
        notifyDone('The secret is removed.')
      }}
      onClose={onClose}
    >
      <Text size="sm">
        {isLast
          ? 'It is the only one: signatures of new requests cannot be checked any more.'
          : 'Requests that are still signed with it will count as invalid.'}{' '}
        It is taken out of the vault, and this cannot be undone.
      </Text>
    </ConfirmDialog>
  )
}
