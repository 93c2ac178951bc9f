import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { type ProviderId, providerInfo } from '../../../shared/providers.ts'
import { orpc } from '../../app/api.ts'
import { RemoteSelect } from '../../ui/remote-select.tsx'

export interface AdminKeySelectProps {
  readonly provider: ProviderId
  readonly value: number | null
  readonly onChange: (id: number | null) => void
  readonly error?: ReactNode
}

/** Chooses the admin key of the same provider that a project key belongs to. */
export function AdminKeySelect({ provider, value, onChange, error }: AdminKeySelectProps) {
  const [query, setQuery] = useState('')
  const list = useQuery(
    orpc.keys.list.queryOptions({
      input: { provider, kind: 'admin', query, limit: 50 },
      placeholderData: keepPreviousData,
    }),
  )
  const chosen = useQuery(orpc.keys.get.queryOptions({ input: value === null ? skipToken : { id: value } }))
  const label = (key: { name: string; accountEmail: string }) => `${key.name} (${key.accountEmail})`
  return (
    <RemoteSelect
      label="Admin key"
      description="Usage and cost of this key are read with it. Optional."
      placeholder="None"
      clearable
      value={value}
      onChange={onChange}
      options={(list.data?.items ?? []).map((key) => ({ id: key.id, label: label(key) }))}
      chosen={value === null || chosen.data === undefined ? null : { id: value, label: label(chosen.data) }}
      onSearch={setQuery}
      nothingFound={
        list.isError ? 'The keys could not be read.' : `No admin key of ${providerInfo(provider).name} is stored here.`
      }
      error={error}
    />
  )
}
