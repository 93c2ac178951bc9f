import { Button, CloseButton, Group, SegmentedControl, Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type ProviderId, providerIds, providerInfo } from '../../../shared/providers.ts'
import { orpc } from '../../app/api.ts'
import { groupWords } from './group-table.tsx'
import classes from './usage.module.css'
import { dayRanges, groupings, type UsageQuery } from './usage-query.ts'

interface FiltersProps {
  readonly query: UsageQuery
  onChange(change: Partial<UsageQuery>): void
}

const usageProviders: readonly ProviderId[] = providerIds.filter((id) => {
  const { usage, cost } = providerInfo(id).capabilities
  return usage !== 'none' || cost !== 'none'
})

function accountLabel({
  email,
  organization,
}: {
  readonly email: string
  readonly organization: string | null
}): string {
  return organization === null ? email : `${email} (${organization})`
}

function AccountFilter({ query, onChange }: FiltersProps) {
  const [text, setText] = useState('')
  const [sought] = useDebouncedValue(text, 200)
  const chosen = useQuery({
    ...orpc.accounts.get.queryOptions({ input: { id: query.account ?? 1 } }),
    enabled: query.account !== null,
  })
  const chosenLabel =
    query.account === null ? null : chosen.data ? accountLabel(chosen.data) : `Account ${query.account}`
  const found = useQuery(
    orpc.accounts.list.queryOptions({
      input: { limit: 50, ...(sought === '' || sought === chosenLabel ? {} : { query: sought }) },
      placeholderData: keepPreviousData,
    }),
  )
  const options = (found.data?.items ?? []).map((account) => ({
    value: String(account.id),
    label: accountLabel(account),
  }))
  if (query.account !== null && !options.some(({ value }) => value === String(query.account))) {
    options.unshift({ value: String(query.account), label: chosenLabel ?? '' })
  }
  return (
    <Select
      label="Account"
      placeholder="All accounts"
      size="xs"
      w={{ base: '100%', xs: 220 }}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': 'Show all accounts' }}
      nothingFoundMessage={found.isPending ? 'Searching…' : 'No account matches'}
      data={options}
      // The server has searched already; filtering again here would drop what it found by other fields.
      filter={({ options: all }) => all}
      value={query.account === null ? null : String(query.account)}
      onChange={(value) => onChange({ account: value === null ? null : Number(value) })}
      onSearchChange={setText}
    />
  )
}

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
export function Filters({ query, onChange }: FiltersProps) {
  const filtered = query.provider !== null || query.account !== null || query.key !== null
  return (
    <Group gap="sm" align="flex-end">
      <SegmentedControl
        aria-label="Range"
        size="xs"
        value={String(query.days)}
        onChange={(value) => onChange({ days: dayRanges.find((days) => String(days) === value) ?? 30 })}
        data={dayRanges.map((days) => ({ value: String(days), label: `${days} days` }))}
      />
      <Select
        label="Group by"
        size="xs"
        w={130}
        allowDeselect={false}
        data={groupings.map((group) => ({ value: group, label: groupWords[group] }))}
        value={query.group}
        onChange={(value) => onChange({ group: groupings.find((group) => group === value) ?? 'provider' })}
      />
      <Select
        label="Provider"
        placeholder="All providers"
        size="xs"
        w={160}
        clearable
        clearButtonProps={{ 'aria-label': 'Show all providers' }}
        data={usageProviders.map((id) => ({ value: id, label: providerInfo(id).name }))}
        value={query.provider}
        onChange={(value) => onChange({ provider: usageProviders.find((id) => id === value) ?? null })}
      />
      <AccountFilter query={query} onChange={onChange} />
      {query.key !== null && <KeyChip id={query.key} onClear={() => onChange({ key: null })} />}
      {filtered && (
        <Button size="xs" variant="subtle" onClick={() => onChange({ provider: null, account: null, key: null })}>
          Clear filters
        </Button>
      )}
    </Group>
  )
}
