import { Modal } from '@mantine/core'
import { useState } from 'react'
import type { Capture, Selection } from '../../shared/contract/captures.ts'
import type { AttemptDetail, Job } from '../../shared/contract/deliveries.ts'
import { useFocusBack } from '../ui/use-focus-back.ts'
import { ReplayForm } from './replay-form.tsx'
import { ReplayJob } from './replay-job.tsx'
import { ReplayResult } from './replay-result.tsx'

/** What is replayed: one request, which may be changed before, or several as they are. */
export type ReplayTarget =
  | { readonly kind: 'one'; readonly capture: Capture }
  /** `what`: how many, in words. */
  | { readonly kind: 'many'; readonly selection: Selection; readonly what: string }

/** What came of it: the answer to one, or the job that sends several. */
export type ReplayOutcome =
  | { readonly kind: 'attempt'; readonly attempt: AttemptDetail }
  | { readonly kind: 'job'; readonly job: Job }

export interface ReplayDialogProps {
  readonly target: ReplayTarget
  readonly onClose: () => void
}

/** Sends captured requests again: where to, how fast, with which signature, changed or not. */
export function ReplayDialog({ target, onClose }: ReplayDialogProps) {
  useFocusBack()
  const [outcome, setOutcome] = useState<ReplayOutcome | null>(null)
  const what = target.kind === 'one' ? `request #${target.capture.id}` : target.what
  return (
    <Modal opened onClose={onClose} title={`Replay ${what}`} centered size={640}>
      {/* The form stays, so that "Again" finds everything as it was. */}
      <div hidden={outcome !== null}>
        <ReplayForm target={target} onOutcome={setOutcome} onCancel={onClose} />
      </div>
      {outcome?.kind === 'attempt' && (
        <ReplayResult attempt={outcome.attempt} onAgain={() => setOutcome(null)} onClose={onClose} />
      )}
      {outcome?.kind === 'job' && <ReplayJob job={outcome.job} onClose={onClose} />}
    </Modal>
  )
}
