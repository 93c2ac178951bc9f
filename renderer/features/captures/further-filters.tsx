import { Button, NumberInput, Popover, Select, Switch, TextInput } from '@mantine/core'
import { IconAdjustmentsHorizontal } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { orpc } from '../../app/api.ts'
import { countFurther, type ListFilter, type Span, spanNames } from './capture-filter.ts'
import classes from './capture-filters.module.css'
import { fromLocalInput, toLocalInput } from './local-input.ts'

const spanOptions: readonly { value: Span; label: string }[] = [
  { value: '15m', label: 'Last 15 minutes' },
  { value: '1h', label: 'Last hour' },
  { value: '24h', label: 'Last 24 hours' },
  { value: '7d', label: 'Last 7 days' },
]

export interface FurtherFiltersProps {
  readonly filter: ListFilter
  readonly onFilter: (filter: ListFilter) => void
}

/** The filters that are needed less often, behind one button that says how many of them are set. */
export function FurtherFilters({ filter, onFilter }: FurtherFiltersProps) {
  const count = countFurther(filter)
  return (
    <Popover position="bottom-end" width="max-content" trapFocus shadow="md">
      <Popover.Target>
        <Button
          variant="default"
          className={classes.more}
          leftSection={<IconAdjustmentsHorizontal size={16} aria-hidden />}
        >
          {count === 0 ? 'More' : `More (${count})`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="More filters">
        <Fields filter={filter} onFilter={onFilter} />
      </Popover.Dropdown>
    </Popover>
  )
}

function Fields({ filter, onFilter }: FurtherFiltersProps) {
  const tags = useQuery(orpc.captures.tags.queryOptions())
  const set = (change: Partial<ListFilter>) => onFilter({ ...filter, ...change })
  const tagOptions = tags.data ?? []
  return (
    <div className={classes.further}>
      <Select
        className={classes.wide}
        label="Arrived"
        placeholder="Any time"
        data={spanOptions}
        value={filter.span}
        onChange={(name) =>
          set({ span: spanNames.find((span) => span === name) ?? null, ...(name === null ? {} : noInstants) })
        }
        clearable
        comboboxProps={{ withinPortal: false }}
        clearButtonProps={{ 'aria-label': 'Clear time range' }}
      />
      <TextInput
        className={classes.instant}
        type="datetime-local"
        label="From"
        value={toLocalInput(filter.from)}
        onChange={(event) => set({ from: fromLocalInput(event.currentTarget.value), span: null })}
      />
      <TextInput
        className={classes.instant}
        type="datetime-local"
        label="To"
        value={toLocalInput(filter.to)}
        onChange={(event) => set({ to: fromLocalInput(event.currentTarget.value), span: null })}
      />
      <NumberInput
        label="At least, bytes"
        value={filter.minBytes ?? ''}
        onChange={(value) => set({ minBytes: typeof value === 'number' ? value : null })}
        min={0}
        clampBehavior="none"
        allowDecimal={false}
        allowNegative={false}
        thousandSeparator=","
        hideControls
      />
      <NumberInput
        label="At most, bytes"
        value={filter.maxBytes ?? ''}
        onChange={(value) => set({ maxBytes: typeof value === 'number' ? value : null })}
        min={0}
        clampBehavior="none"
        allowDecimal={false}
        allowNegative={false}
        thousandSeparator=","
        hideControls
      />
      <Select
        className={classes.wide}
        label="Tag"
        placeholder="Any"
        data={filter.tag === null || tagOptions.includes(filter.tag) ? tagOptions : [...tagOptions, filter.tag]}
        value={filter.tag}
        onChange={(tag) => set({ tag })}
        searchable
        clearable
        nothingFoundMessage={tags.isError ? 'The tags could not be read.' : 'No tag matches.'}
        comboboxProps={{ withinPortal: false }}
        clearButtonProps={{ 'aria-label': 'Clear tag' }}
      />
      <Switch
        label="Pinned"
        checked={filter.pinned}
        onChange={(event) => set({ pinned: event.currentTarget.checked })}
      />
      <Switch
        label="Duplicates"
        checked={filter.duplicates}
        onChange={(event) => set({ duplicates: event.currentTarget.checked })}
      />
      <Switch
        className={classes.wide}
        label="With changed fields"
        checked={filter.drift}
        onChange={(event) => set({ drift: event.currentTarget.checked })}
      />
    </div>
  )
}

const noInstants = { from: null, to: null } as const
