import { Button, CloseButton, Select, Text, TextInput } from '@mantine/core'
import { IconFilter, IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { MAX_QUERY } from '../../../shared/limits.ts'
import { AccountSelect } from '../../parts/account-select.tsx'
import classes from '../../ui/filter-bar.module.css'
import { outcomeLabel, testStates } from '../../ui/outcomes.ts'
import { isNarrowed, type KeyFilter, keySorts } from './key-filter.ts'
import { kindOptions, providerOptions } from './key-words.ts'

const outcomeOptions = testStates.map((state) => ({ value: state, label: outcomeLabel(state) }))
const sortLabels = { name: 'By name', created: 'Newest first', updated: 'Last changed first' } as const
const sortOptions = keySorts.map((sort) => ({ value: sort, label: sortLabels[sort] }))

export interface KeyFiltersProps {
  readonly text: string
  readonly onText: (text: string) => void
  readonly filter: KeyFilter
  readonly onFilter: (filter: KeyFilter) => void
  /** "412 keys", or empty while it is not known. */
  readonly count: string
  readonly onClear: () => void
}

/** Search and filters over the list of keys. */
export function KeyFilters({ text, onText, filter, onFilter, count, onClear }: KeyFiltersProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <search className={classes.root}>
      <div className={classes.bar}>
        <TextInput
          className={classes.search}
          aria-label="Search keys"
          placeholder="Search name, last four, tag, account"
          value={text}
          onChange={(event) => onText(event.currentTarget.value)}
          maxLength={MAX_QUERY}
          autoComplete="off"
          spellCheck={false}
          leftSection={<IconSearch size={16} aria-hidden />}
          rightSection={
            text === '' ? null : <CloseButton size="sm" onClick={() => onText('')} aria-label="Clear search" />
          }
        />
        <Button
          className={classes.toggle}
          variant="default"
          leftSection={<IconFilter size={16} aria-hidden />}
          onClick={() => setOpen((open) => !open)}
          aria-expanded={isOpen}
        >
          Filters
        </Button>
        <div className={classes.filters} data-open={isOpen || undefined}>
          <div className={classes.filter}>
            <AccountSelect
              label="Account"
              hideLabel
              placeholder="Account"
              clearable
              value={filter.accountId}
              onChange={(accountId) => onFilter({ ...filter, accountId })}
            />
          </div>
          <Select
            className={classes.filter}
            aria-label="Provider"
            placeholder="Provider"
            data={providerOptions}
            value={filter.provider}
            onChange={(provider) => onFilter({ ...filter, provider })}
            clearable
            searchable
            clearButtonProps={{ 'aria-label': 'Clear provider' }}
          />
          <Select
            className={classes.filter}
            aria-label="Kind"
            placeholder="Kind"
            data={kindOptions}
            value={filter.kind}
            onChange={(kind) => onFilter({ ...filter, kind })}
            clearable
            clearButtonProps={{ 'aria-label': 'Clear kind' }}
          />
          <Select
            className={classes.filter}
            aria-label="Test result"
            placeholder="Result"
            data={outcomeOptions}
            value={filter.outcome}
            onChange={(outcome) => onFilter({ ...filter, outcome })}
            clearable
            clearButtonProps={{ 'aria-label': 'Clear test result' }}
          />
          <Select
            className={classes.filter}
            aria-label="Order"
            data={sortOptions}
            value={filter.sort}
            onChange={(sort) => onFilter({ ...filter, sort: sort ?? 'name' })}
            allowDeselect={false}
          />
        </div>
        {(isNarrowed(filter) || text !== '') && (
          <Button variant="subtle" size="compact-sm" onClick={onClear}>
            Clear filters
          </Button>
        )}
        <Text size="sm" c="dimmed" role="status" className={classes.count}>
          {count}
        </Text>
      </div>
    </search>
  )
}
