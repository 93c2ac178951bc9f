import { Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Endpoint } from '../../../shared/contract/receiver.ts'
import { MAX_NAME, MAX_NOTE, receiverLimits } from '../../../shared/limits.ts'
import { notifyDone } from '../../ui/notify.ts'
import { EditDialog } from './edit-dialog.tsx'
import { updateEndpoint } from './use-endpoints.ts'

const shown = ['name', 'slug', 'note']

/** Name, slug and note of an endpoint. */
export function BasicsDialog({ endpoint, onClose }: { readonly endpoint: Endpoint; readonly onClose: () => void }) {
  const [name, setName] = useState(endpoint.name)
  const [slug, setSlug] = useState(endpoint.slug)
  const [note, setNote] = useState(endpoint.note)
  const save = async () => {
    if (name.trim() === '') return { name: 'Give the endpoint a name.' }
    await updateEndpoint(endpoint.id, { name: name.trim(), slug: slug.trim(), note })
    notifyDone(`“${name.trim()}” is saved.`)
    return null
  }
  return (
    <EditDialog title={`Edit “${endpoint.name}”`} fields={shown} onSave={save} onClose={onClose}>
      {({ messages, touched }) => (
        <>
          <TextInput
            label="Name"
            value={name}
            onChange={(event) => {
              setName(event.currentTarget.value)
              touched('name')
            }}
            maxLength={MAX_NAME}
            error={messages.name}
            required
            data-autofocus
          />
          <TextInput
            label="Slug"
            description={
              slug === endpoint.slug
                ? 'The part of the address that names this endpoint.'
                : `Senders that use /h/${endpoint.slug} get 404 from then on. Give them the new address.`
            }
            value={slug}
            onChange={(event) => {
              setSlug(event.currentTarget.value)
              touched('slug')
            }}
            maxLength={receiverLimits.slug}
            error={messages.slug}
            spellCheck={false}
            required
          />
          <Textarea
            label="Note"
            description="What it is for. No secrets."
            autosize
            minRows={2}
            maxRows={8}
            maxLength={MAX_NOTE}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
            error={messages.note}
          />
        </>
      )}
    </EditDialog>
  )
}
