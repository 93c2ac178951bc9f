import type { ReactNode } from 'react'
import classes from './two-lines.module.css'

/** A row of a list on a narrow screen: its name, and below it what matters most. */
export function TwoLines({ first, second }: { readonly first: ReactNode; readonly second: ReactNode }) {
  return (
    <span className={classes.root}>
      <span className={classes.first}>{first}</span>
      <span className={classes.second}>{second}</span>
    </span>
  )
}
