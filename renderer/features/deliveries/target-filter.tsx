import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { orpc } from '../../app/api.ts'
import { visibleLine } from '../../ui/visible-text.ts'
import classes from './deliveries.module.css'

export interface TargetFilterProps {
  readonly value: number | null
  readonly onChange: (id: number | null) => void
}

/** Narrows a list to one forward target. */
export function TargetFilter({ value, onChange }: TargetFilterProps) {
  const targets = useQuery(orpc.deliveries.targets.queryOptions({ input: {} }))
  const options = (targets.data ?? []).map(({ id, url }) => ({ value: String(id), label: visibleLine(url) }))
  const isKnown = value === null || options.some((option) => option.value === String(value))
  return (
    <Select
      className={classes.wideFilter}
      aria-label="Target"
      placeholder="Target"
      data={isKnown ? options : [...options, { value: String(value), label: `Target ${value}` }]}
      value={value === null ? null : String(value)}
      onChange={(id) => onChange(id === null ? null : Number(id))}
      searchable
      clearable
      nothingFoundMessage={targets.isError ? 'The targets could not be read.' : 'No target matches.'}
      clearButtonProps={{ 'aria-label': 'Clear target' }}
    />
  )
}
