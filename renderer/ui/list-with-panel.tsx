import { CloseButton, Drawer, Title } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react'
import classes from './list-with-panel.module.css'

/** When a dialog that has just been closed is off the page and has given the focus back. */
const AFTER_DIALOG_MS = 60

/** A list and, beside it, the details of one of its records. */
export function ListWithPanel({ list, panel }: { readonly list: ReactNode; readonly panel: ReactNode }) {
  return (
    <div className={classes.root}>
      <div className={classes.list}>{list}</div>
      {panel}
    </div>
  )
}

export interface SidePanelProps {
  /** Names the record; also the name of the region. */
  readonly title: string
  /** A line above the title. */
  readonly eyebrow?: ReactNode
  readonly onClose: () => void
  readonly children: ReactNode
}

/** Details of one record: beside the list where there is room, over it on small screens. */
export function SidePanel({ title, eyebrow, onClose, children }: SidePanelProps) {
  const isWide = useMediaQuery('(min-width: 75em)', undefined, { getInitialValueInEffect: false })
  const heading = useRef<HTMLHeadingElement>(null)
  const content = useRef<HTMLDivElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another record is another place to start reading
  useEffect(() => {
    const focus = () => heading.current?.focus({ preventScroll: true })
    focus()
    // A dialog that closes at this moment holds the focus until it is gone, and gives it back to what opened it.
    const timer = setTimeout(() => {
      if (document.querySelector('[role="dialog"]') === null) focus()
    }, AFTER_DIALOG_MS)
    return () => clearTimeout(timer)
  }, [title, isWide])

  const closeOnEscape = (event: KeyboardEvent, panel: Element | null | undefined) => {
    if (isOwnEscape(event, panel)) onClose()
  }
  if (!isWide) {
    return (
      <Drawer
        opened
        onClose={onClose}
        closeOnEscape={false}
        onKeyDown={(event) => closeOnEscape(event, content.current?.closest('[role="dialog"]'))}
        position="right"
        size="min(100%, 480px)"
        title={
          <span className={classes.drawerTitle}>
            {eyebrow}
            <span>{title}</span>
          </span>
        }
        closeButtonProps={{ 'aria-label': 'Close the details' }}
      >
        <div ref={content}>{children}</div>
      </Drawer>
    )
  }
  return (
    <aside
      className={classes.panel}
      aria-label={title}
      onKeyDown={(event) => closeOnEscape(event, event.currentTarget)}
    >
      <header className={classes.head}>
        <div className={classes.words}>
          {eyebrow}
          <Title order={2} size="h4" ref={heading} tabIndex={-1} className={classes.title}>
            {title}
          </Title>
        </div>
        <CloseButton onClick={onClose} aria-label="Close the details" />
      </header>
      <div className={classes.body}>{children}</div>
    </aside>
  )
}

/** Whether Escape was meant for the panel, not for a dialog, menu or list that was opened from it. */
function isOwnEscape(event: KeyboardEvent, panel: Element | null | undefined): boolean {
  const { target } = event
  if (event.key !== 'Escape' || event.defaultPrevented || !(target instanceof Element)) return false
  // Mantine's mark of an element that takes the key itself, such as the field of an open list.
  return panel?.contains(target) === true && target.getAttribute('data-mantine-stop-propagation') !== 'true'
}
