import { Radio, Select, Stack } from '@mantine/core'
import type { RefObject } from 'react'
import type { EndpointSecret } from '../../shared/contract/receiver.ts'
import { receiverLimits } from '../../shared/limits.ts'
import { type SchemeId, schemeIds, schemes } from '../../shared/webhook-schemes.ts'
import { SecretInput } from '../ui/secret-input.tsx'
import { type ReplayForm, signingSchemes } from './replay-model.ts'

export interface ReplaySigningProps {
  readonly form: ReplayForm
  readonly onChange: (change: Partial<ReplayForm>) => void
  /** What the request was signed with, offered first. */
  readonly proposed: SchemeId | null
  /** Those of the endpoint; null where the requests may be of several. */
  readonly secrets: readonly EndpointSecret[] | null
  /** Where a secret that is not stored is typed. */
  readonly inputRef: RefObject<HTMLTextAreaElement | null>
}

/** Leaves the signature as it was captured, or makes a new one that a handler accepts now. */
export function ReplaySigning({ form, onChange, proposed, secrets, inputRef }: ReplaySigningProps) {
  const ordered =
    proposed === null
      ? signingSchemes
      : [...signingSchemes].sort((a, b) => Number(b.value === proposed) - Number(a.value === proposed))
  const stored = (secrets ?? []).map(({ id, label, hint }) => ({
    value: String(id),
    label: label === '' ? `Secret ending in ${hint}` : `${label} (${hint})`,
  }))
  const secretOptions = [
    ...(secrets === null ? [{ value: 'first', label: 'First secret of each endpoint' }] : stored),
    { value: 'typed', label: 'Another secret, not stored' },
  ]
  const firstStored = secrets?.[0]?.id
  const chosen = form.secret === 'first' && firstStored !== undefined ? firstStored : form.secret
  return (
    <Stack gap="sm">
      <Select
        label="Signature"
        data={[{ value: KEEP, label: 'As it was captured' }, ...ordered.map(signWith)]}
        value={form.scheme ?? KEEP}
        onChange={(value) => {
          const scheme = schemeIds.find((id) => id === value) ?? null
          const secret = secrets !== null && secrets.length === 0 ? 'typed' : 'first'
          onChange({ scheme, secret })
        }}
        allowDeselect={false}
        searchable
      />
      {form.scheme !== null && (
        <>
          <Select
            label="With"
            data={secretOptions}
            value={String(chosen)}
            onChange={(value) =>
              onChange({ secret: value === 'typed' || value === 'first' ? value : Number(value ?? 0) })
            }
            allowDeselect={false}
          />
          {form.secret === 'typed' && (
            <SecretInput
              label="Secret for this replay"
              description={schemes[form.scheme].secretHint}
              inputRef={inputRef}
              onEdit={() => onChange({})}
              onTooLong={() => undefined}
              longest={receiverLimits.secret}
            />
          )}
          {schemes[form.scheme].timed && (
            <Radio.Group
              label="Signed time"
              value={form.timestamp}
              onChange={(value) => onChange({ timestamp: value === 'original' ? 'original' : 'fresh' })}
            >
              <Stack gap={6} mt={4}>
                <Radio value="fresh" label="Now, so that the handler accepts it" />
                <Radio value="original" label="As it was captured, to see that old ones are refused" />
              </Stack>
            </Radio.Group>
          )}
        </>
      )}
    </Stack>
  )
}

const KEEP = 'keep'

function signWith({ value, label }: { readonly value: SchemeId; readonly label: string }) {
  return { value, label: `Sign again: ${label}` }
}
