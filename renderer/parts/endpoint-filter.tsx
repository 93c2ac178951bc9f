import { Select, type SelectProps } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { orpc } from '../app/api.ts'

export interface EndpointFilterProps extends Pick<SelectProps, 'className' | 'w'> {
  /** Id, or null for all of them. */
  readonly value: number | null
  readonly onChange: (id: number | null) => void
  readonly placeholder?: string
}

/** Narrows a list to one endpoint. */
export function EndpointFilter({ value, onChange, placeholder = 'Endpoint', ...look }: EndpointFilterProps) {
  const endpoints = useQuery(orpc.receiver.endpoints.queryOptions())
  const options = (endpoints.data ?? []).map(({ id, slug }) => ({ value: String(id), label: slug }))
  const isKnown = value === null || options.some((option) => option.value === String(value))
  return (
    <Select
      {...look}
      aria-label="Endpoint"
      placeholder={placeholder}
      data={isKnown ? options : [...options, { value: String(value), label: `Endpoint ${value}` }]}
      value={value === null ? null : String(value)}
      onChange={(id) => onChange(id === null ? null : Number(id))}
      searchable
      clearable
      nothingFoundMessage={endpoints.isError ? 'The endpoints could not be read.' : 'No endpoint matches.'}
      clearButtonProps={{ 'aria-label': 'Clear endpoint' }}
    />
  )
}
