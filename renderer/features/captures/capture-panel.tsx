import { Skeleton, Stack, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { memo, useState } from 'react'
import type { Capture } from '../../../shared/contract/captures.ts'
import { orpc } from '../../app/api.ts'
import { SidePanel } from '../../ui/list-with-panel.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { useDelayed } from '../../ui/use-delayed.ts'
import { visibleLine } from '../../ui/visible-text.ts'
import { ClockTime } from './capture-columns.tsx'
import classes from './capture-panel.module.css'
import { isAnswerDue } from './capture-words.ts'
import { CaptureActions } from './panel-actions.tsx'
import { AnswerTab } from './panel-answer.tsx'
import { AttemptsTab } from './panel-attempts.tsx'
import { BodyTab } from './panel-body.tsx'
import { ChangesTab } from './panel-changes.tsx'
import { HeadersTab } from './panel-headers.tsx'
import { CaptureNotes } from './panel-notes.tsx'
import { SignatureTab } from './panel-signature.tsx'
import { CaptureSummary } from './panel-summary.tsx'

export interface CapturePanelProps {
  readonly id: number
  readonly onClose: () => void
  readonly onReplay: (capture: Capture) => void
  readonly onDelete: (id: number) => void
}

/** Everything about one captured request. It is not drawn again when others arrive. */
export const CapturePanel = memo(function CapturePanel({ id, onClose, onReplay, onDelete }: CapturePanelProps) {
  const query = useQuery({
    ...orpc.captures.get.queryOptions({ input: { id } }),
    refetchInterval: ({ state }) => (state.data !== undefined && isAnswerDue(state.data, Date.now()) ? 500 : false),
  })
  // Moving along the list keeps the tab that is open.
  const [tab, setTab] = useState<string | null>('body')
  const [noteOf, setNoteOf] = useState<number | null>(null)
  // Whose signature is being looked into.
  const [askedOf, setAskedOf] = useState<number | null>(null)
  const capture = query.data
  return (
    <SidePanel
      title={`Request #${id}`}
      eyebrow={
        capture === undefined ? null : (
          <span>
            {visibleLine(capture.eventType ?? `${capture.method} ${capture.slug}`)} · <ClockTime at={capture.at} />
          </span>
        )
      }
      onClose={onClose}
    >
      <Stack gap="md">
        <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
        {query.isPending && <PanelSkeleton />}
        {capture !== undefined && (
          <>
            <CaptureSummary
              capture={capture}
              onWhy={() => {
                setAskedOf(capture.id)
                setTab('signature')
              }}
            />
            <CaptureActions
              capture={capture}
              onReplay={onReplay}
              onDelete={onDelete}
              onNote={() => setNoteOf(capture.id)}
            />
            <CaptureNotes
              key={capture.id}
              capture={capture}
              isEditing={noteOf === capture.id}
              onDone={() => setNoteOf(null)}
            />
            <Tabs value={tab} onChange={setTab} keepMounted={false}>
              <Tabs.List mb="sm" className={classes.tabs}>
                <Tabs.Tab className={classes.tab} value="body">
                  Body
                </Tabs.Tab>
                <Tabs.Tab className={classes.tab} value="headers">
                  Headers
                </Tabs.Tab>
                <Tabs.Tab className={classes.tab} value="signature">
                  Signature
                </Tabs.Tab>
                <Tabs.Tab className={classes.tab} value="answer">
                  Answer
                </Tabs.Tab>
                <Tabs.Tab className={classes.tab} value="attempts">
                  Attempts
                </Tabs.Tab>
                <Tabs.Tab className={classes.tab} value="changes">
                  {capture.drifts.length === 0 ? 'Changes' : `Changes (${capture.drifts.length})`}
                </Tabs.Tab>
              </Tabs.List>
              <Tabs.Panel value="body">
                <BodyTab key={capture.id} capture={capture} />
              </Tabs.Panel>
              <Tabs.Panel value="headers">
                <HeadersTab capture={capture} />
              </Tabs.Panel>
              <Tabs.Panel value="signature">
                <SignatureTab
                  key={capture.id}
                  capture={capture}
                  isAsked={askedOf === capture.id}
                  onAsk={() => setAskedOf(capture.id)}
                />
              </Tabs.Panel>
              <Tabs.Panel value="answer">
                <AnswerTab capture={capture} />
              </Tabs.Panel>
              <Tabs.Panel value="attempts">
                <AttemptsTab captureId={capture.id} />
              </Tabs.Panel>
              <Tabs.Panel value="changes">
                <ChangesTab capture={capture} />
              </Tabs.Panel>
            </Tabs>
          </>
        )}
      </Stack>
    </SidePanel>
  )
})

function PanelSkeleton() {
  const isLate = useDelayed(150)
  return isLate ? <Skeleton height={240} /> : null
}
