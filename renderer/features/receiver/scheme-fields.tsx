import { Alert, Select, SimpleGrid, Text, TextInput } from '@mantine/core'
import { IconWorld } from '@tabler/icons-react'
import type { GenericOptions } from '../../../shared/contract/receiver.ts'
import {
  digestAlgorithms,
  digestEncodings,
  type SchemeId,
  schemeIds,
  schemes,
} from '../../../shared/webhook-schemes.ts'
import type { Messages } from './forms-model.ts'

const FROM_HEADERS = 'from-headers'

const schemeChoices = [
  { value: FROM_HEADERS, label: 'Recognise from the headers' },
  ...schemeIds.map((id) => ({ value: id, label: schemes[id].name })),
]

const encodingNames = { hex: 'Hexadecimal', base64: 'Base64' } as const
const algorithmNames = { sha1: 'SHA-1', sha256: 'SHA-256', sha512: 'SHA-512' } as const

export interface SchemeFieldsProps {
  /** Null: recognised from the headers of each request. */
  readonly scheme: SchemeId | null
  readonly options: GenericOptions
  readonly messages: Messages
  readonly onScheme: (scheme: SchemeId | null) => void
  readonly onOptions: (options: GenericOptions) => void
}

/** How the sender signs, and for a platform of one's own in which header and how. */
export function SchemeFields({ scheme, options, messages, onScheme, onOptions }: SchemeFieldsProps) {
  const set = (change: Partial<GenericOptions>) => onOptions({ ...options, ...change })
  return (
    <>
      <Select
        label="Signatures of"
        description={
          scheme === null
            ? 'Right for most: each request says by its headers who signed it. Choose one to insist on it.'
            : 'Requests signed in any other way do not count as valid.'
        }
        data={schemeChoices}
        value={scheme ?? FROM_HEADERS}
        onChange={(value) => onScheme(schemeIds.find((id) => id === value) ?? null)}
        allowDeselect={false}
        searchable
        nothingFoundMessage="No such sender. “HMAC of the body” fits most others."
        error={messages.scheme}
      />
      {scheme !== null && schemes[scheme].urlBound && <UrlBoundNote scheme={scheme} />}
      {scheme === 'generic-hmac' && (
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <TextInput
            label="Header with the signature"
            value={options.header}
            onChange={(event) => set({ header: event.currentTarget.value })}
            error={messages.header}
            spellCheck={false}
            required
          />
          <TextInput
            label="Text before the signature"
            placeholder="sha256="
            value={options.prefix}
            onChange={(event) => set({ prefix: event.currentTarget.value })}
            error={messages.prefix}
            spellCheck={false}
          />
          <Select
            label="Algorithm"
            data={digestAlgorithms.map((value) => ({ value, label: algorithmNames[value] }))}
            value={options.algorithm}
            onChange={(algorithm) => algorithm !== null && set({ algorithm })}
            allowDeselect={false}
          />
          <Select
            label="Encoding"
            data={digestEncodings.map((value) => ({ value, label: encodingNames[value] }))}
            value={options.encoding}
            onChange={(encoding) => encoding !== null && set({ encoding })}
            allowDeselect={false}
          />
        </SimpleGrid>
      )}
    </>
  )
}

function UrlBoundNote({ scheme }: { readonly scheme: SchemeId }) {
  return (
    <Alert variant="default" icon={<IconWorld aria-hidden />} p="xs">
      <Text size="sm">
        {schemes[scheme].name} signs the address it calls. Behind a tunnel, choose the tunnel on the Tunnels page, so
        that the public address is known here.
      </Text>
    </Alert>
  )
}

/** What to paste as the secret, as the vendor shows it. */
export function secretHint(scheme: SchemeId | null): string {
  return scheme === null
    ? 'As the sender shows it, or the text that was typed into its settings.'
    : schemes[scheme].secretHint
}
