import { useCallback, useEffect, useRef, useState } from 'react'
import type { SendInput } from '../../../shared/contract/sender.ts'
import { BenchTabs } from '../../parts/bench-tabs.tsx'
import { ReceiverBanner } from '../../parts/receiver-banner.tsx'
import { focusFirstError } from '../../ui/focus-first-error.ts'
import { Page } from '../../ui/page.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { fieldMessages, problemOf } from '../../ui/problem.ts'
import { SectionLinks } from '../../ui/section-links.tsx'
import { ComposeTab } from './compose-tab.tsx'
import { type EditorErrors, type EventDraft, editorErrors, emptyDraft, eventOf } from './draft.ts'
import { EventEditor } from './event-editor.tsx'
import { ProbeTab } from './probe-tab.tsx'
import { RetriesTab } from './retries-tab.tsx'
import classes from './sender.module.css'
import { useKept } from './use-kept.ts'

export type SenderTab = 'compose' | 'retries' | 'probe'

const tabs: readonly { tab: SenderTab; label: string }[] = [
  { tab: 'compose', label: 'Compose' },
  { tab: 'retries', label: 'Retry-time machine' },
  { tab: 'probe', label: 'Probe' },
]

/** What a tab asks of the editor beside it. */
export interface EventSource {
  /** The event as it stands, or null when something is wrong with it, which the editor then shows. */
  readonly take: () => SendInput | null
  /** Shows the messages of a refused call at their fields; false when the call has more to say. */
  readonly place: (error: unknown) => boolean
}

const noErrors: EditorErrors = {}

/** Test events: composed and sent one by one, retried as a real sender would, or sent as a probe of a handler. */
export function SenderPage({ tab }: { readonly tab: SenderTab }) {
  const [draft, setDraft] = useKept<EventDraft>('sender-draft', emptyDraft)
  const [errors, setErrors] = useState<EditorErrors>(noErrors)
  const secret = useRef<HTMLTextAreaElement>(null)
  const layout = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (errors !== noErrors && layout.current !== null) focusFirstError(layout.current)
  }, [errors])
  const clear = useCallback(() => setErrors(noErrors), [])
  const source: EventSource = {
    take: () => {
      const read = eventOf(draft, secret.current?.value.trim() ?? '')
      if ('event' in read) {
        setErrors(noErrors)
        return read.event
      }
      setErrors({ [read.field]: read.problem })
      return null
    },
    place: (error) => {
      const placed = editorErrors(fieldMessages(problemOf(error)))
      setErrors(placed.errors)
      return placed.areAllPlaced
    },
  }
  return (
    <Page>
      <BenchTabs />
      <PageHeader
        title="Test events"
        lead="Signed events as real senders make them, to any handler: one at a time, retried, or forged on purpose."
      />
      <ReceiverBanner />
      <SectionLinks
        label="Test events"
        links={tabs.map((each) => ({
          href: each.tab === 'compose' ? '/webhooks/send' : `/webhooks/send/${each.tab}`,
          label: each.label,
          isHere: each.tab === tab,
        }))}
      />
      <div className={classes.layout} ref={layout}>
        <EventEditor
          draft={draft}
          onChange={(update) => {
            setDraft(update)
            clear()
          }}
          errors={errors}
          secretRef={secret}
          onType={clear}
          isWhole={tab === 'compose'}
        />
        <div className={classes.result}>
          {tab === 'compose' && <ComposeTab source={source} />}
          {tab === 'retries' && <RetriesTab source={source} scheme={draft.signing.scheme} />}
          {tab === 'probe' && <ProbeTab source={source} isSigned={draft.signing.scheme !== null} />}
        </div>
      </div>
    </Page>
  )
}
