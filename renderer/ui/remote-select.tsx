import { Select } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { type ReactNode, useMemo } from 'react'

export interface RemoteOption {
  readonly id: number
  readonly label: string
}

export interface RemoteSelectProps {
  readonly label: string
  readonly description?: ReactNode
  readonly placeholder?: string
  readonly error?: ReactNode
  readonly required?: boolean
  readonly clearable?: boolean
  readonly hideLabel?: boolean
  readonly value: number | null
  readonly onChange: (id: number | null) => void
  /** What matches the search, from the workspace. */
  readonly options: readonly RemoteOption[]
  /** The chosen record, which need not be among the options. */
  readonly chosen: RemoteOption | null
  /** Called a moment after the operator stopped typing; empty for "the first ones". */
  readonly onSearch: (text: string) => void
  readonly nothingFound: string
}

/** A drop-down over more records than fit into one: the workspace does the searching. */
export function RemoteSelect(props: RemoteSelectProps) {
  const { options, chosen, value, onChange, onSearch, nothingFound, hideLabel = false, label, ...field } = props
  const search = useDebouncedCallback(onSearch, 150)
  const data = useMemo(() => {
    const all = chosen === null || options.some((option) => option.id === chosen.id) ? options : [chosen, ...options]
    return all.map((option) => ({ value: String(option.id), label: option.label }))
  }, [options, chosen])
  return (
    <Select
      {...field}
      {...(hideLabel ? { 'aria-label': label } : { label })}
      data={data}
      value={value === null ? null : String(value)}
      onChange={(id) => onChange(id === null ? null : Number(id))}
      searchable
      onSearchChange={(text) => search(text === chosen?.label ? '' : text)}
      filter={({ options: matching }) => matching}
      nothingFoundMessage={nothingFound}
      allowDeselect={false}
      comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
      clearButtonProps={{ 'aria-label': `Clear ${label}` }}
    />
  )
}
