import { TextInput } from '@mantine/core'
import { useRef, useState } from 'react'
import type { Endpoint } from '../../../shared/contract/receiver.ts'
import { MAX_NAME, receiverLimits } from '../../../shared/limits.ts'
import { client } from '../../app/api.ts'
import { notifyDone } from '../../ui/notify.ts'
import { SecretInput } from '../../ui/secret-input.tsx'
import { EditDialog } from './edit-dialog.tsx'
import { secretHint } from './scheme-fields.tsx'
import { showEndpoint } from './use-endpoints.ts'

/** One more secret that is accepted. It lives in its input element only. */
export function AddSecretDialog({ endpoint, onClose }: { readonly endpoint: Endpoint; readonly onClose: () => void }) {
  const [label, setLabel] = useState('')
  const [isTooLong, setTooLong] = useState(false)
  const input = useRef<HTMLTextAreaElement>(null)
  const save = async () => {
    const secret = input.current?.value.trim() ?? ''
    if (secret === '') return { secret: 'The secret is empty. Paste it as the sender shows it.' }
    showEndpoint(await client.receiver.addSecret({ id: endpoint.id, label: label.trim(), secret }))
    if (input.current !== null) input.current.value = ''
    notifyDone('The secret is stored.')
    return null
  }
  return (
    <EditDialog
      title="Add a signing secret"
      saveLabel="Store secret"
      fields={['secret', 'label']}
      onSave={save}
      onClose={onClose}
    >
      {({ messages, touched }) => (
        <>
          <SecretInput
            label="Signing secret"
            description={secretHint(endpoint.scheme)}
            inputRef={input}
            onEdit={() => {
              setTooLong(false)
              touched('secret')
            }}
            onTooLong={() => setTooLong(true)}
            longest={receiverLimits.secret}
            error={isTooLong ? `That is longer than ${receiverLimits.secret} characters.` : messages.secret}
            required
            autoFocus
            submitsOnEnter
          />
          <TextInput
            label="Name of the secret"
            description="Verdicts say which secret fitted, for example “June 2026”."
            value={label}
            onChange={(event) => {
              setLabel(event.currentTarget.value)
              touched('label')
            }}
            maxLength={MAX_NAME}
            error={messages.label}
          />
        </>
      )}
    </EditDialog>
  )
}
