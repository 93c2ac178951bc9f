import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import { orpc } from '../../app/api.ts'
import { BenchTabs } from '../../parts/bench-tabs.tsx'
import { ReceiverBanner } from '../../parts/receiver-banner.tsx'
import { Page } from '../../ui/page.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { SectionLinks } from '../../ui/section-links.tsx'
import { readId } from './address.ts'
import { AttemptsTab } from './attempts-tab.tsx'
import { DeadLettersTab } from './dead-letters-tab.tsx'
import { hrefOf } from './delivery-words.ts'
import { ReplaysTab } from './replays-tab.tsx'
import { TargetDialog } from './target-form.tsx'
import { TargetsTab } from './targets-tab.tsx'

export type DeliveriesTab = 'targets' | 'replays' | 'dead-letters' | 'attempts'

const labels: Record<DeliveriesTab, string> = {
  targets: 'Forward targets',
  replays: 'Replays',
  'dead-letters': 'Dead letters',
  attempts: 'Attempts',
}
const tabs: readonly DeliveriesTab[] = ['targets', 'replays', 'dead-letters', 'attempts']

export interface DeliveriesPageProps {
  readonly tab: DeliveriesTab
  /** The record of the tab whose details are open. */
  readonly selection: number | null
}

/** What goes out again of what was captured: forwarded as it comes, or replayed, and what became of each attempt. */
export function DeliveriesPage({ tab, selection }: DeliveriesPageProps) {
  const [, navigate] = useLocation()
  const [params] = useSearchParams()
  const [isAdding, setAdding] = useState(false)
  const targets = useQuery(orpc.deliveries.targets.queryOptions({ input: {} }))
  const given = useQuery(orpc.deliveries.deadLetters.queryOptions({ input: { limit: 1 } }))
  return (
    <Page fill>
      <BenchTabs />
      <PageHeader
        title="Deliveries"
        lead="Captured requests on their way to your handlers: forwarded as they come, replayed, and what became of each."
        actions={
          // While there is none, the list itself says what to do first.
          tab === 'targets' && targets.data?.length !== 0 ? (
            <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
              Add target
            </Button>
          ) : undefined
        }
      />
      <ReceiverBanner />
      <SectionLinks
        label="Deliveries"
        links={tabs.map((each) => ({
          href: hrefOf(each),
          label: labels[each],
          isHere: each === tab,
          count: each === 'dead-letters' ? given.data?.total : undefined,
        }))}
      />
      {tab === 'targets' && <TargetsTab selection={selection} onAdd={() => setAdding(true)} />}
      {tab === 'replays' && <ReplaysTab selection={selection} />}
      {tab === 'dead-letters' && <DeadLettersTab selection={selection} />}
      {tab === 'attempts' && <AttemptsTab selection={selection} />}
      <TargetDialog
        target={null}
        endpointId={readId(params.get('endpoint'))}
        opened={isAdding}
        onClose={() => setAdding(false)}
        onSaved={({ id }) => {
          setAdding(false)
          navigate(hrefOf('targets', id))
        }}
      />
    </Page>
  )
}
