import { Group, Select, Stack, TextInput } from '@mantine/core'
import type { ReactNode, RefObject } from 'react'
import type { Endpoint } from '../../shared/contract/receiver.ts'
import { receiverLimits } from '../../shared/limits.ts'
import { digestAlgorithms, digestEncodings, type SchemeId, schemeIds, schemes } from '../../shared/webhook-schemes.ts'
import { SecretInput } from '../ui/secret-input.tsx'
import type { SigningDraft } from './signing-model.ts'

const UNSIGNED = 'unsigned'
const TYPED = 'typed'

const signing = [
  { value: UNSIGNED, label: 'Not signed' },
  ...schemeIds.filter((id) => schemes[id].canSign).map((id) => ({ value: id, label: schemes[id].name })),
]

export interface SigningFieldsProps {
  readonly draft: SigningDraft
  readonly onChange: (draft: SigningDraft) => void
  /** Their secrets are offered. */
  readonly endpoints: readonly Endpoint[]
  /** Where a secret that is not stored is typed. */
  readonly inputRef: RefObject<HTMLTextAreaElement | null>
  /** Told after every edit of that field. */
  readonly onType: () => void
  /** What is wrong with the secret. */
  readonly error?: ReactNode
}

/** By which scheme something is signed, and with which secret: one of an endpoint, or one that is pasted here. */
export function SigningFields({ draft, onChange, endpoints, inputRef, onType, error }: SigningFieldsProps) {
  const { scheme, options, secret } = draft
  const stored = endpoints
    .filter(({ secrets }) => secrets.length > 0)
    .map(({ slug, secrets }) => ({
      group: `Endpoint ${slug}`,
      items: secrets.map(({ id, label, hint }) => ({
        value: String(id),
        label: `${slug}: ${label === '' ? `ends in ${hint}` : `${label}, ends in ${hint}`}`,
      })),
    }))
  const isKnown = secret === TYPED || endpoints.some(({ secrets }) => secrets.some(({ id }) => id === secret))
  const chosen = isKnown ? String(secret) : null
  const setOptions = (change: Partial<SigningDraft['options']>) =>
    onChange({ ...draft, options: { ...options, ...change } })
  return (
    <Stack gap="sm">
      <Group grow align="flex-start" gap="sm" preventGrowOverflow={false}>
        <Select
          label="Signature"
          data={signing}
          value={scheme ?? UNSIGNED}
          onChange={(value) => onChange({ ...draft, scheme: schemeIds.find((id) => id === value) ?? null })}
          allowDeselect={false}
          searchable
          nothingFoundMessage="No scheme has this name."
          miw={160}
        />
        {scheme !== null && (
          <Select
            label="Signed with"
            data={[
              ...stored,
              { group: 'Only for now', items: [{ value: TYPED, label: 'A secret I paste, not stored' }] },
            ]}
            value={chosen}
            placeholder="Choose a secret"
            onChange={(value) =>
              onChange({ ...draft, secret: value === TYPED || value === null ? TYPED : Number(value) })
            }
            allowDeselect={false}
            error={secret === TYPED ? undefined : error}
            comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
            miw={160}
          />
        )}
      </Group>
      {scheme !== null && secret === TYPED && (
        <SecretInput
          label="Secret"
          description={secretHint(scheme)}
          inputRef={inputRef}
          onEdit={onType}
          onTooLong={onType}
          longest={receiverLimits.secret}
          error={error}
        />
      )}
      {scheme === 'generic-hmac' && (
        <Group grow align="flex-start" gap="sm" preventGrowOverflow={false}>
          <TextInput
            label="Header"
            value={options.header}
            onChange={(event) => setOptions({ header: event.currentTarget.value })}
            autoComplete="off"
            spellCheck={false}
            miw={130}
          />
          <Select
            label="Algorithm"
            data={digestAlgorithms.map((value) => ({ value, label: value.toUpperCase() }))}
            value={options.algorithm}
            onChange={(value) => setOptions({ algorithm: digestAlgorithms.find((each) => each === value) ?? 'sha256' })}
            allowDeselect={false}
            miw={110}
          />
          <Select
            label="Encoding"
            data={[...digestEncodings]}
            value={options.encoding}
            onChange={(value) => setOptions({ encoding: digestEncodings.find((each) => each === value) ?? 'hex' })}
            allowDeselect={false}
            miw={110}
          />
          <TextInput
            label="Text before it"
            placeholder="sha256="
            value={options.prefix}
            onChange={(event) => setOptions({ prefix: event.currentTarget.value })}
            maxLength={40}
            autoComplete="off"
            spellCheck={false}
            miw={110}
          />
        </Group>
      )}
    </Stack>
  )
}

/** Signing takes the private key where verifying takes the public one. */
function secretHint(scheme: SchemeId): string {
  const { secretKind, secretHint: hint } = schemes[scheme]
  if (secretKind !== 'public-key') return hint
  return scheme === 'discord'
    ? 'Signing needs the private key: 128 hexadecimal characters, the seed and then the public key.'
    : 'Signing needs the private key: PKCS 8 in PEM or base64.'
}
