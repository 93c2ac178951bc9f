import { Group, Select, Stack, Text } from '@mantine/core'
import { type ReactNode, type RefObject, useState } from 'react'
import type { Endpoint } from '../../shared/contract/receiver.ts'
import { receiverLimits } from '../../shared/limits.ts'
import { type SchemeId, schemeIds, schemes } from '../../shared/webhook-schemes.ts'
import { SecretInput } from '../ui/secret-input.tsx'
import { hostOf, sendsSecret, signingHint } from './signing-model.ts'

const UNSIGNED = 'unsigned'
const TYPED = 'typed'

const signing = schemeIds.filter((id) => schemes[id].canSign).map((id) => ({ value: id, label: schemes[id].name }))

/** Id of a secret of an endpoint, one that is typed, or a further choice that the form offers. */
type Secret<Further> = number | typeof TYPED | Further

export interface SigningFieldsProps<Further extends string> {
  readonly scheme: SchemeId | null
  readonly onScheme: (scheme: SchemeId | null) => void
  readonly secret: Secret<Further>
  readonly onSecret: (secret: Secret<Further>) => void
  /** What it is called when no scheme is chosen. */
  readonly unsigned: string
  /** Put before the name of each scheme, such as "Sign again: ". */
  readonly verb?: string
  /** The address that it is sent to. */
  readonly to: string
  /** Offered before the other schemes. */
  readonly proposed?: SchemeId | null
  /** Their secrets are offered. */
  readonly endpoints: readonly Pick<Endpoint, 'slug' | 'secrets'>[]
  readonly further?: { readonly value: Further; readonly label: string }
  /** Where a secret that is not stored is typed. */
  readonly inputRef: RefObject<HTMLTextAreaElement | null>
  /** Told after every edit of that field. */
  readonly onType: () => void
  /** What is wrong with the secret. */
  readonly error?: ReactNode
}

/** By which scheme something is signed, and with which secret: one of an endpoint, or one that is pasted here. */
export function SigningFields<Further extends string = never>(props: SigningFieldsProps<Further>) {
  const { scheme, secret, onSecret, verb = '', proposed = null, endpoints, further, inputRef, onType, error } = props
  const [isTooLong, setTooLong] = useState(false)
  const ordered = [...signing].sort((a, b) => Number(b.value === proposed) - Number(a.value === proposed))
  const stored = endpoints
    .filter(({ secrets }) => secrets.length > 0)
    .map(({ slug, secrets }) => ({
      group: `Endpoint ${slug}`,
      items: secrets.map(({ id, label, hint }) => ({
        value: String(id),
        // What tells two apart comes first: the rest may be cut off.
        label: [`Ends in ${hint}`, label, slug].filter((part) => part !== '').join(', '),
      })),
    }))
  const isKnown =
    secret === TYPED ||
    secret === further?.value ||
    endpoints.some(({ secrets }) => secrets.some(({ id }) => id === secret))
  const choose = (value: string | null) => {
    if (further !== undefined && value === further.value) onSecret(further.value)
    else onSecret(value === TYPED || value === null ? TYPED : Number(value))
  }
  const tell = (tooLong: boolean) => {
    setTooLong(tooLong)
    onType()
  }
  return (
    <Stack gap="sm">
      <Group grow align="flex-start" gap="sm" preventGrowOverflow={false}>
        <Select
          label="Signature"
          data={[
            { value: UNSIGNED, label: props.unsigned },
            ...ordered.map(({ value, label }) => ({ value, label: `${verb}${label}` })),
          ]}
          value={scheme ?? UNSIGNED}
          onChange={(value) => props.onScheme(schemeIds.find((id) => id === value) ?? null)}
          allowDeselect={false}
          searchable
          nothingFoundMessage="No scheme has this name."
          miw={160}
        />
        {scheme !== null && (
          <Select
            label="Signed with"
            data={[
              ...(further === undefined ? [] : [further]),
              ...stored,
              { group: 'Only for now', items: [{ value: TYPED, label: 'A secret I paste, not stored' }] },
            ]}
            value={isKnown ? String(secret) : null}
            placeholder="Choose a secret"
            onChange={choose}
            allowDeselect={false}
            error={secret === TYPED ? undefined : error}
            comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
            miw={160}
          />
        )}
      </Group>
      {sendsSecret(scheme) && (
        <Text size="sm" role="status">
          The secret itself is sent to {hostOf(props.to) ?? 'this address'}.
        </Text>
      )}
      {scheme !== null && secret === TYPED && (
        <SecretInput
          label="Secret"
          description={signingHint(scheme)}
          inputRef={inputRef}
          onEdit={() => tell(false)}
          onTooLong={() => tell(true)}
          longest={receiverLimits.secret}
          error={isTooLong ? `That is longer than ${receiverLimits.secret} characters.` : error}
        />
      )}
    </Stack>
  )
}
