import { type ComboboxItem, type ComboboxItemGroup, Select, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { SampleEvent } from '../../../shared/contract/sender.ts'
import { orpc } from '../../app/api.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import classes from './sender.module.css'

export interface SamplePickerProps {
  readonly value: string | null
  readonly onChoose: (sample: SampleEvent) => void
}

/** The events of the catalogue; they are part of the program and do not change. */
export function useCatalogue() {
  return useQuery(orpc.sender.catalogue.queryOptions({ staleTime: Number.POSITIVE_INFINITY }))
}

/** Realistic events of providers and platforms, to begin with. Searched by source, type and what happened. */
export function SamplePicker({ value, onChoose }: SamplePickerProps) {
  const catalogue = useCatalogue()
  const samples = catalogue.data
  const byId = useMemo(() => new Map((samples ?? []).map((sample) => [sample.id, sample])), [samples])
  const groups = useMemo(() => grouped(samples ?? []), [samples])
  const filter = ({ options, search }: { options: readonly unknown[]; search: string }) =>
    matching(groups, byId, search, options.length)
  return (
    <>
      <Select
        label="Event"
        description="Begin with one that a sender really sends, and change what you like."
        placeholder="Search by sender or type"
        data={groups}
        value={value !== null && byId.has(value) ? value : null}
        onChange={(id) => {
          const sample = id === null ? undefined : byId.get(id)
          if (sample !== undefined) onChoose(sample)
        }}
        searchable
        allowDeselect={false}
        filter={filter}
        nothingFoundMessage={catalogue.isPending ? 'Reading the catalogue…' : 'No event matches.'}
        maxDropdownHeight={360}
        renderOption={({ option }) => {
          const sample = byId.get(option.value)
          return (
            <span className={classes.sample}>
              <span className="keyhold-mono">{sample?.eventType ?? option.label}</span>
              <Text component="span" size="xs" c="dimmed">
                {sample?.summary}
              </Text>
            </span>
          )
        }}
      />
      <ProblemAlert error={catalogue.error} onRetry={() => void catalogue.refetch()} />
    </>
  )
}

function grouped(samples: readonly SampleEvent[]): ComboboxItemGroup<ComboboxItem>[] {
  const groups = new Map<string, ComboboxItem[]>()
  for (const { id, source, eventType } of samples) {
    const items = groups.get(source) ?? []
    items.push({ value: id, label: `${source}: ${eventType}` })
    groups.set(source, items)
  }
  return [...groups].map(([group, items]) => ({ group, items }))
}

/** Every word of the search has to stand somewhere in the source, the type or the summary. */
function matching(
  groups: readonly ComboboxItemGroup<ComboboxItem>[],
  byId: ReadonlyMap<string, SampleEvent>,
  search: string,
  shown: number,
): ComboboxItemGroup<ComboboxItem>[] {
  const words = search
    .toLowerCase()
    .split(/[\s:]+/)
    .filter((word) => word !== '')
  if (words.length === 0 || shown === 0) return [...groups]
  return groups
    .map(({ group, items }) => ({
      group,
      items: items.filter(({ value }) => {
        const sample = byId.get(value)
        const text = `${group} ${sample?.eventType ?? ''} ${sample?.summary ?? ''}`.toLowerCase()
        return words.every((word) => text.includes(word))
      }),
    }))
    .filter(({ items }) => items.length > 0)
}
