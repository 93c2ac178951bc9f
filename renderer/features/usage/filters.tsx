import { Button, CloseButton, SegmentedControl, Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ProviderId, providerIds, providerInfo } from '../../../shared/providers.ts'
import { orpc } from '../../app/api.ts'
import { AccountSelect } from '../../parts/account-select.tsx'
import bar from '../../ui/filter-bar.module.css'
import { groupWords } from './group-table.tsx'
import classes from './usage.module.css'
import { dayRanges, groupings, isNarrowed, type UsageQuery } from './usage-query.ts'

interface FiltersProps {
  readonly query: UsageQuery
  onChange(change: Partial<UsageQuery>): void
  onClear(): void
}

const rangeOptions = dayRanges.map((days) => ({ value: String(days), label: `${days} days` }))
const groupOptions = groupings.map((group) => ({ value: group, label: `By ${groupWords[group].toLowerCase()}` }))
const providerOptions: { value: ProviderId; label: string }[] = providerIds
  .filter((id) => {
    const { usage, cost } = providerInfo(id).capabilities
    return usage !== 'none' || cost !== 'none'
  })
  .map((id) => ({ value: id, label: providerInfo(id).name }))

function KeyChip({ id, onClear }: { readonly id: number; onClear(): void }) {
  const key = useQuery(orpc.keys.get.queryOptions({ input: { id } }))
  return (
    <span className={classes.chip}>
      Key: {key.data?.name ?? id}
      <CloseButton size="xs" aria-label="Show all keys" onClick={onClear} />
    </span>
  )
}

/** Range, grouping and filters. All of it is in the address, so that "back" and links work. */
export function Filters({ query, onChange, onClear }: FiltersProps) {
  return (
    <search className={bar.bar} aria-label="Range and filters">
      <SegmentedControl
        aria-label="Range"
        value={String(query.days)}
        onChange={(value) => onChange({ days: dayRanges.find((days) => String(days) === value) ?? 30 })}
        data={rangeOptions}
      />
      <Select
        className={classes.filter}
        aria-label="Group by"
        allowDeselect={false}
        data={groupOptions}
        value={query.group}
        onChange={(group) => onChange({ group: group ?? 'provider' })}
      />
      <Select
        className={classes.filter}
        aria-label="Provider"
        placeholder="Any provider"
        clearable
        clearButtonProps={{ 'aria-label': 'Clear provider' }}
        data={providerOptions}
        value={query.provider}
        onChange={(provider) => onChange({ provider })}
      />
      <div className={classes.filter}>
        <AccountSelect
          label="Account"
          hideLabel
          placeholder="Any account"
          clearable
          value={query.account}
          onChange={(account) => onChange({ account })}
        />
      </div>
      {query.key !== null && <KeyChip id={query.key} onClear={() => onChange({ key: null })} />}
      {isNarrowed(query) && (
        <Button size="compact-sm" variant="subtle" onClick={onClear}>
          Clear filters
        </Button>
      )}
    </search>
  )
}
