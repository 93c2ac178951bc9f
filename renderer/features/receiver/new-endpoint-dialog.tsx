import { TextInput } from '@mantine/core'
import { useRef, useState } from 'react'
import type { Endpoint } from '../../../shared/contract/receiver.ts'
import { MAX_NAME, receiverLimits } from '../../../shared/limits.ts'
import type { SchemeId } from '../../../shared/webhook-schemes.ts'
import { client } from '../../app/api.ts'
import { notifyDone } from '../../ui/notify.ts'
import { SecretInput } from '../../ui/secret-input.tsx'
import { EditDialog } from './edit-dialog.tsx'
import { draftOfOptions } from './forms-model.ts'
import { SchemeFields, secretHint } from './scheme-fields.tsx'
import { freeSlug } from './slug.ts'
import { showEndpoint } from './use-endpoints.ts'

const shown = ['name', 'slug', 'scheme', 'secret', 'header', 'prefix']

export interface NewEndpointDialogProps {
  readonly taken: ReadonlySet<string>
  /** What the address ends with in front of the slug: "http://127.0.0.1:4590/h/". */
  readonly base: string
  readonly onClose: () => void
  readonly onCreated: (endpoint: Endpoint) => void
}

/** Makes an endpoint. The name alone is enough; the secret lives in its input element only. */
export function NewEndpointDialog({ taken, base, onClose, onCreated }: NewEndpointDialogProps) {
  const [name, setName] = useState('')
  const [ownSlug, setOwnSlug] = useState<string | null>(null)
  const [scheme, setScheme] = useState<SchemeId | null>(null)
  const [options, setOptions] = useState(() => draftOfOptions(null))
  const [isTooLong, setTooLong] = useState(false)
  const secret = useRef<HTMLTextAreaElement>(null)
  const made = useRef<Endpoint | null>(null)
  const slug = ownSlug ?? freeSlug(name, taken)
  const save = async () => {
    const missing = {
      ...(name.trim() === '' ? { name: 'Give the endpoint a name, for example “Shop events”.' } : {}),
      ...(slug.trim() === '' ? { slug: 'Give a short name for the address, such as “shop-events”.' } : {}),
    }
    if (Object.keys(missing).length > 0) return missing
    const value = secret.current?.value.trim() ?? ''
    const endpoint = await client.receiver.createEndpoint({
      name: name.trim(),
      slug: slug.trim(),
      scheme,
      schemeOptions: scheme === 'generic-hmac' ? options : null,
      ...(value === '' ? {} : { secret: value }),
    })
    if (secret.current !== null) secret.current.value = ''
    showEndpoint(endpoint)
    notifyDone(`“${endpoint.name}” is ready.`)
    made.current = endpoint
    return null
  }
  return (
    <EditDialog
      title="New endpoint"
      saveLabel="Make endpoint"
      fields={shown}
      prefix="schemeOptions."
      onSave={save}
      onClose={() => (made.current === null ? onClose() : onCreated(made.current))}
    >
      {({ messages, touched }) => (
        <>
          <TextInput
            label="Name"
            placeholder="Shop events"
            value={name}
            onChange={(event) => {
              setName(event.currentTarget.value)
              touched('name')
              if (ownSlug === null) touched('slug')
            }}
            maxLength={MAX_NAME}
            error={messages.name}
            required
            data-autofocus
          />
          <TextInput
            label="Slug"
            description={`The address: ${base}${slug === '' ? '…' : slug}`}
            value={slug}
            onChange={(event) => {
              setOwnSlug(event.currentTarget.value)
              touched('slug')
            }}
            maxLength={receiverLimits.slug}
            error={messages.slug}
            spellCheck={false}
            required
          />
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
          <SecretInput
            label="Signing secret"
            description={`${secretHint(scheme)} It can also be added, or made here, later.`}
            inputRef={secret}
            onEdit={() => {
              setTooLong(false)
              touched('secret')
            }}
            onTooLong={() => setTooLong(true)}
            longest={receiverLimits.secret}
            rows={1}
            error={isTooLong ? `That is longer than ${receiverLimits.secret} characters.` : messages.secret}
          />
        </>
      )}
    </EditDialog>
  )
}
