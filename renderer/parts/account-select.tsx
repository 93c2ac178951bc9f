import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { orpc } from '../app/api.ts'
import { RemoteSelect } from '../ui/remote-select.tsx'
import { accountLabel } from './account-label.ts'

export interface AccountSelectProps {
  readonly value: number | null
  readonly onChange: (id: number | null) => void
  readonly label?: string
  readonly description?: ReactNode
  readonly placeholder?: string
  readonly error?: ReactNode
  readonly required?: boolean
  readonly clearable?: boolean
  readonly hideLabel?: boolean
  /** An account that must not be offered. */
  readonly exclude?: number
}

/** Chooses an account out of any number of them. */
export function AccountSelect({ value, exclude, label = 'Account', ...field }: AccountSelectProps) {
  const [query, setQuery] = useState('')
  const list = useQuery(
    orpc.accounts.list.queryOptions({ input: { query, limit: 50 }, placeholderData: keepPreviousData }),
  )
  const chosen = useQuery(orpc.accounts.get.queryOptions({ input: value === null ? skipToken : { id: value } }))
  const options = (list.data?.items ?? [])
    .filter((account) => account.id !== exclude)
    .map((account) => ({ id: account.id, label: accountLabel(account) }))
  return (
    <RemoteSelect
      {...field}
      label={label}
      value={value}
      options={options}
      chosen={value === null || chosen.data === undefined ? null : { id: value, label: accountLabel(chosen.data) }}
      onSearch={setQuery}
      nothingFound={list.isError ? 'The accounts could not be read.' : 'No account matches.'}
    />
  )
}
