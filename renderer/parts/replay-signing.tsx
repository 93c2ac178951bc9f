import { Radio, Stack } from '@mantine/core'
import type { RefObject } from 'react'
import type { Endpoint } from '../../shared/contract/receiver.ts'
import { type SchemeId, schemes } from '../../shared/webhook-schemes.ts'
import type { ReplayForm } from './replay-model.ts'
import { SigningFields } from './signing-fields.tsx'

export interface ReplaySigningProps {
  readonly form: ReplayForm
  readonly onChange: (change: Partial<ReplayForm>) => void
  /** What the request was signed with, offered first. */
  readonly proposed: SchemeId | null
  /** Whose secrets are offered; null where the requests may be of several endpoints. */
  readonly endpoint: Pick<Endpoint, 'slug' | 'secrets'> | null
  /** Where a secret that is not stored is typed. */
  readonly inputRef: RefObject<HTMLTextAreaElement | null>
  /** What is wrong with the secret. */
  readonly error: string | null
}

const first = { value: 'first', label: 'First secret of each endpoint' } as const

/** Leaves the signature as it was captured, or makes a new one that a handler accepts now. */
export function ReplaySigning({ form, onChange, proposed, endpoint, inputRef, error }: ReplaySigningProps) {
  return (
    <Stack gap="sm">
      <SigningFields
        scheme={form.scheme}
        onScheme={(scheme) => onChange({ scheme })}
        secret={form.secret}
        onSecret={(secret) => onChange({ secret })}
        unsigned="As it was captured"
        verb="Sign again: "
        to={form.url}
        proposed={proposed}
        endpoints={endpoint === null ? [] : [endpoint]}
        {...(endpoint === null ? { further: first } : {})}
        inputRef={inputRef}
        onType={() => onChange({})}
        error={error}
      />
      {form.scheme !== null && schemes[form.scheme].timed && (
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
    </Stack>
  )
}
