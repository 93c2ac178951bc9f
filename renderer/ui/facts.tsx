import type { ReactNode } from 'react'
import classes from './facts.module.css'

/** Label and value pairs: holds {@link Fact}s. */
export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className={classes.list}>{children}</dl>
}

/** One pair. Without a value it is left out. */
export function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  if (children === null || children === undefined) return null
  return (
    <div className={classes.pair}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}
