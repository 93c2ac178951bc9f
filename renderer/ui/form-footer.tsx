import { Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './form-footer.module.css'

/** Buttons of a form in a dialog, and what went wrong with it: always in view, however long the form is. */
export function FormFooter({ children }: { readonly children: ReactNode }) {
  return (
    <Stack gap="sm" className={classes.footer}>
      {children}
    </Stack>
  )
}
