import { CloseButton, Drawer, Title } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react'
import classes from './list-with-panel.module.css'

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
  // biome-ignore lint/correctness/useExhaustiveDependencies: another record is another place to start reading
  useEffect(() => heading.current?.focus({ preventScroll: true }), [title, isWide])

  if (!isWide) {
    return (
      <Drawer
        opened
        onClose={onClose}
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
        {children}
      </Drawer>
    )
  }
  const closeOnEscape = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !event.defaultPrevented) onClose()
  }
  return (
    <aside className={classes.panel} aria-label={title} onKeyDown={closeOnEscape}>
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
