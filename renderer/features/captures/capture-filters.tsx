import { Button, CloseButton, Select, Text, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconFilter, IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type Ref, type RefObject, useEffect, useRef, useState } from 'react'
import { MAX_QUERY } from '../../../shared/limits.ts'
import { orpc } from '../../app/api.ts'
import { EndpointFilter } from '../../parts/endpoint-filter.tsx'
import { verdictLabel } from '../../parts/verdict-badge.tsx'
import bar from '../../ui/filter-bar.module.css'
import { visibleLine } from '../../ui/visible-text.ts'
import { isNarrowed, type ListFilter, noFilter, verdicts } from './capture-filter.ts'
import classes from './capture-filters.module.css'
import { FurtherFilters } from './further-filters.tsx'

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']
const statuses = [
  { value: '2', label: '2xx' },
  { value: '3', label: '3xx' },
  { value: '4', label: '4xx' },
  { value: '5', label: '5xx' },
]
const verdictOptions = verdicts.map((verdict) => ({ value: verdict, label: verdictLabel(verdict) }))
/** An option's value cannot be empty, and an event type can. */
const WITHOUT = 'without:'
const NAMED = 'type:'

export interface CaptureFiltersProps {
  readonly filter: ListFilter
  readonly onFilter: (filter: ListFilter) => void
  /** How many there are, in words. */
  readonly count: string
  readonly searchRef: Ref<HTMLInputElement>
}

/** Narrows the list. All of it is in the address. */
export function CaptureFilters({ filter, onFilter, count, searchRef }: CaptureFiltersProps) {
  const [isOpen, setOpen] = useState(false)
  /** What was typed and is not in the address yet: any other choice takes it along. */
  const typed = useRef<string | null>(null)
  const apply = (next: ListFilter) => {
    typed.current = null
    onFilter(next)
  }
  const set = (change: Partial<ListFilter>) => apply({ ...filter, query: typed.current ?? filter.query, ...change })
  return (
    <search className={bar.root}>
      <div className={bar.bar}>
        <SearchField query={filter.query} onQuery={(query) => set({ query })} typed={typed} inputRef={searchRef} />
        <Button
          className={bar.toggle}
          variant="default"
          leftSection={<IconFilter size={16} aria-hidden />}
          onClick={() => setOpen((open) => !open)}
          aria-expanded={isOpen}
        >
          Filters
        </Button>
        <div className={bar.filters} data-open={isOpen || undefined}>
          <EndpointFilter
            className={classes.endpoint}
            value={filter.endpointId}
            onChange={(endpointId) => set({ endpointId })}
          />
          <Select
            className={bar.filter}
            aria-label="Method"
            placeholder="Method"
            data={filter.method === null || methods.includes(filter.method) ? methods : [...methods, filter.method]}
            value={filter.method}
            onChange={(method) => set({ method })}
            clearable
            clearButtonProps={{ 'aria-label': 'Clear method' }}
          />
          <Select
            className={bar.filter}
            aria-label="Answer"
            placeholder="Answer"
            data={
              filter.status === null || filter.status.length === 1
                ? statuses
                : [...statuses, { value: filter.status, label: filter.status }]
            }
            value={filter.status}
            onChange={(status) => set({ status })}
            clearable
            clearButtonProps={{ 'aria-label': 'Clear answer' }}
          />
          <Select
            className={bar.filter}
            aria-label="Signature"
            placeholder="Signature"
            data={verdictOptions}
            value={filter.verdict}
            onChange={(verdict) => set({ verdict })}
            clearable
            clearButtonProps={{ 'aria-label': 'Clear signature' }}
          />
          <EventTypeFilter
            endpointId={filter.endpointId}
            value={filter.eventType}
            onChange={(eventType) => set({ eventType })}
          />
        </div>
        <FurtherFilters filter={filter} onFilter={(next) => apply({ ...next, query: typed.current ?? next.query })} />
        {isNarrowed(filter) && (
          <Button variant="subtle" size="compact-sm" onClick={() => apply(noFilter)}>
            Clear filters
          </Button>
        )}
        <Text size="sm" c="dimmed" role="status" className={bar.count}>
          {count}
        </Text>
      </div>
    </search>
  )
}

interface SearchFieldProps {
  readonly query: string
  readonly onQuery: (query: string) => void
  readonly typed: RefObject<string | null>
  readonly inputRef: Ref<HTMLInputElement>
}

function SearchField({ query, onQuery, typed, inputRef }: SearchFieldProps) {
  const [text, setText] = useState(query)
  const sent = useRef(query)
  const send = useDebouncedCallback((next: string) => {
    // Taken along by another choice meanwhile, or cleared.
    if (typed.current !== next) return
    sent.current = next
    onQuery(next)
  }, 200)
  // The address changed without this field: the way back, a link, "Clear filters".
  useEffect(() => {
    if (query === sent.current) return
    sent.current = query
    setText(query)
  }, [query])
  const type = (next: string) => {
    setText(next)
    typed.current = next
    send(next)
  }
  return (
    <TextInput
      className={bar.search}
      ref={inputRef}
      aria-label="Search captured requests"
      placeholder="Search headers, path, body"
      value={text}
      onChange={(event) => type(event.currentTarget.value)}
      maxLength={MAX_QUERY}
      autoComplete="off"
      spellCheck={false}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={text === '' ? null : <CloseButton size="sm" onClick={() => type('')} aria-label="Clear search" />}
    />
  )
}

interface EventTypeFilterProps {
  readonly endpointId: number | null
  readonly value: string | null
  readonly onChange: (eventType: string | null) => void
}

function EventTypeFilter({ endpointId, value, onChange }: EventTypeFilterProps) {
  const types = useQuery(
    orpc.captures.eventTypes.queryOptions({ input: endpointId === null ? {} : { endpointId }, staleTime: 30_000 }),
  )
  const names = [...new Set((types.data ?? []).map(({ eventType }) => eventType))].sort()
  if (value !== null && !names.includes(value)) names.push(value)
  return (
    <Select
      className={classes.type}
      aria-label="Event type"
      placeholder="Event type"
      data={names.map((name) =>
        name === ''
          ? { value: WITHOUT, label: 'Without event type' }
          : { value: `${NAMED}${name}`, label: visibleLine(name) },
      )}
      value={value === null ? null : value === '' ? WITHOUT : `${NAMED}${value}`}
      onChange={(option) => onChange(option === null ? null : option === WITHOUT ? '' : option.slice(NAMED.length))}
      onDropdownOpen={() => void types.refetch()}
      searchable
      clearable
      limit={200}
      nothingFoundMessage={types.isError ? 'The event types could not be read.' : 'No event type matches.'}
      comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
      clearButtonProps={{ 'aria-label': 'Clear event type' }}
    />
  )
}
