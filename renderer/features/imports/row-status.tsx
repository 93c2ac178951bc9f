import { Anchor, Tooltip } from '@mantine/core'
import { IconCircleCheck, IconCircleX, IconCopyCheck } from '@tabler/icons-react'
import { Link } from 'wouter'
import type { ImportRow } from '../../../shared/contract/imports.ts'
import classes from './row-status.module.css'

const words = { ready: 'Ready', duplicate: 'Duplicate', bad: 'Bad' } as const
const icons = { ready: IconCircleCheck, duplicate: IconCopyCheck, bad: IconCircleX } as const

/** What would happen to a row, and why. */
export function RowStatus({ row }: { readonly row: ImportRow }) {
  const Icon = icons[row.status]
  const text = (
    <span className={classes.reason} tabIndex={row.reason === null ? undefined : 0}>
      {words[row.status]}
      {row.reason !== null && <span className={classes.why}>: {row.reason}</span>}
    </span>
  )
  return (
    <span className={classes.status} data-status={row.status}>
      <Icon size={16} aria-hidden />
      {row.reason === null ? (
        text
      ) : (
        <Tooltip label={row.reason} multiline maw={360} events={{ hover: true, focus: true, touch: true }}>
          {text}
        </Tooltip>
      )}
      {row.duplicateOfKeyId !== null && (
        <Anchor component={Link} href={`/keys/${row.duplicateOfKeyId}`} size="sm" className={classes.link}>
          Show it
        </Anchor>
      )}
    </span>
  )
}
