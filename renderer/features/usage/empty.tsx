import { Button } from '@mantine/core'
import { IconChartBarOff, IconFilterOff, IconKey, IconRefresh } from '@tabler/icons-react'
import { Link } from 'wouter'
import { providerIds, providerInfo } from '../../../shared/providers.ts'
import { EmptyState } from '../../ui/empty-state.tsx'

function listOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

function namesWith(usage: 'own' | 'admin'): string {
  return listOf(providerIds.map(providerInfo).flatMap((info) => (info.capabilities.usage === usage ? [info.name] : [])))
}

/** No stored key may ask for usage. */
export function NoSources() {
  return (
    <EmptyState
      icon={<IconKey aria-hidden />}
      title="No key here can read usage"
      text={`Most keys may make calls but not read what they cost. Usage is read with an admin key of ${namesWith('admin')}, or with any key of ${namesWith('own')}. Keys of other providers can be stored and tested.`}
      action={
        <Button component={Link} href="/keys/new">
          Add an admin key
        </Button>
      }
    />
  )
}

/** Sources are there, but nothing was ever read. */
export function NeverSynced({ sources, onRefresh }: { readonly sources: number; onRefresh(): void }) {
  return (
    <EmptyState
      icon={<IconRefresh aria-hidden />}
      title="Nothing was read yet"
      text={`${sources === 1 ? 'One key' : `${sources} keys`} can be asked for usage. Refreshing reads the days of the range from the providers and keeps them here.`}
      action={<Button onClick={onRefresh}>Refresh data</Button>}
    />
  )
}

/** The filters leave nothing over. */
export function NothingMatches({ onClear }: { onClear(): void }) {
  return (
    <EmptyState
      icon={<IconFilterOff aria-hidden />}
      title="Nothing matches these filters"
      text="There is no usage for this provider, account or key in the range. It may never have been used, or its provider reports nothing."
      action={
        <Button variant="default" onClick={onClear}>
          Clear filters
        </Button>
      }
    />
  )
}

/** Synced, and the providers report nothing for the range. */
export function NoUsage({ days }: { readonly days: number }) {
  return (
    <EmptyState
      icon={<IconChartBarOff aria-hidden />}
      title={`No usage in the last ${days} days`}
      text="The providers were asked and reported no calls. New usage can take up to a day to appear in their reports."
    />
  )
}
