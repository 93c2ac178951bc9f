import type { ReactNode } from 'react'
import classes from './page.module.css'

export interface PageProps {
  readonly children: ReactNode
  /** Fills the window and scrolls inside (lists). Otherwise the page itself scrolls. */
  readonly fill?: boolean
}

/** The room of a page inside the shell. */
export function Page({ children, fill = false }: PageProps) {
  return (
    <div className={classes.page} data-fill={fill || undefined}>
      <div className={classes.inner}>{children}</div>
    </div>
  )
}
