import { Button, CloseButton } from '@mantine/core'
import { IconArrowsDiff, IconPin, IconPlayerTrackNext, IconTag, IconTrash } from '@tabler/icons-react'
import type { Selection } from '../../../shared/contract/captures.ts'
import classes from './bulk-bar.module.css'
import { setPinned } from './capture-actions.ts'
import { ExportMenu } from './export-menu.tsx'

export interface BulkBarProps {
  /** How many are picked, in words. */
  readonly what: string
  readonly selection: Selection
  /** Offers to take everything that the filters find; null where that is picked already or nothing more is there. */
  readonly onAllMatching: (() => void) | null
  readonly allCount: string
  /** Given while exactly two are picked. */
  readonly onCompare: (() => void) | null
  readonly onReplay: () => void
  readonly onTag: () => void
  readonly onDelete: () => void
  readonly onClear: () => void
}

/** What can be done with several requests at once. */
export function BulkBar(props: BulkBarProps) {
  const { what, selection, onAllMatching, onCompare } = props
  return (
    <section className={classes.bar} aria-label="Selected requests">
      <span className={classes.count} role="status">
        {what}
      </span>
      {onAllMatching !== null && (
        <Button size="compact-sm" variant="subtle" onClick={onAllMatching}>
          Select all {props.allCount} that match
        </Button>
      )}
      <Button
        size="xs"
        variant="default"
        leftSection={<IconPlayerTrackNext size={14} aria-hidden />}
        onClick={props.onReplay}
      >
        Replay…
      </Button>
      {onCompare !== null && (
        <Button size="xs" variant="default" leftSection={<IconArrowsDiff size={14} aria-hidden />} onClick={onCompare}>
          Compare
        </Button>
      )}
      <ExportMenu selection={selection} />
      <Button size="xs" variant="default" leftSection={<IconTag size={14} aria-hidden />} onClick={props.onTag}>
        Tag…
      </Button>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconPin size={14} aria-hidden />}
        onClick={() => void setPinned(selection, true)}
      >
        Pin
      </Button>
      <Button size="xs" variant="default" onClick={() => void setPinned(selection, false)}>
        Unpin
      </Button>
      <Button size="xs" variant="default" leftSection={<IconTrash size={14} aria-hidden />} onClick={props.onDelete}>
        Delete…
      </Button>
      <CloseButton ml="auto" onClick={props.onClear} aria-label="Clear the selection" />
    </section>
  )
}
