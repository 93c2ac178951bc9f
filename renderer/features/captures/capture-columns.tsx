import {
  IconAlertTriangle,
  IconBolt,
  IconCopy,
  IconFileImport,
  IconHourglassLow,
  IconNote,
  IconPinFilled,
  IconSchema,
} from '@tabler/icons-react'
import type { ComponentType } from 'react'
import type { CaptureRow } from '../../../shared/contract/captures.ts'
import { VerdictBadge } from '../../parts/verdict-badge.tsx'
import { bytesText, exactBytes } from '../../ui/amounts.ts'
import type { Column } from '../../ui/data-table.tsx'
import { HttpStatus } from '../../ui/http-status.tsx'
import { absoluteTime } from '../../ui/time.ts'
import { TwoLines } from '../../ui/two-lines.tsx'
import { visibleLine } from '../../ui/visible-text.ts'
import classes from './capture-columns.module.css'
import { clockTime, type MarkKind, marksOf } from './capture-words.ts'

const icons: Record<MarkKind, ComponentType<{ size: number; 'aria-hidden': boolean }>> = {
  pinned: IconPinFilled,
  refused: IconAlertTriangle,
  duplicate: IconCopy,
  late: IconHourglassLow,
  fault: IconBolt,
  drift: IconSchema,
  imported: IconFileImport,
  note: IconNote,
}

const MOST_MARKS = 4

export const captureColumns: readonly Column<CaptureRow>[] = [
  { id: 'id', header: 'Request', width: 96, cell: (row) => <span className="keyhold-mono">#{row.id}</span> },
  { id: 'time', header: 'Arrived', width: 152, from: 760, cell: (row) => <ClockTime at={row.at} /> },
  {
    id: 'method',
    header: 'Method',
    width: 84,
    from: 1_080,
    cell: (row) => <span className="keyhold-mono">{row.method}</span>,
  },
  { id: 'path', header: 'Path', width: null, from: 1_080, cell: (row) => <RequestPath row={row} /> },
  { id: 'target', header: 'Path', width: null, to: 1_080, cell: (row) => <RequestPath row={row} withMethod /> },
  {
    id: 'type',
    header: 'Event type',
    width: null,
    from: 560,
    cell: (row) => (row.eventType === null ? <None /> : <EventType name={row.eventType} />),
  },
  { id: 'status', header: 'Answer', width: 76, align: 'right', cell: (row) => <HttpStatus status={row.status} /> },
  { id: 'verdict', header: 'Signature', width: 120, cell: (row) => <VerdictBadge verdict={row.verdict} /> },
  {
    id: 'size',
    header: 'Size',
    width: 88,
    from: 1_180,
    align: 'right',
    cell: (row) => <span title={exactBytes(row.bodyBytes)}>{bytesText(row.bodyBytes)}</span>,
  },
  { id: 'marks', header: 'Marks', width: 136, from: 900, cell: (row) => <Marks row={row} /> },
]

/** A request on a narrow screen. */
export function NarrowCapture({ row }: { readonly row: CaptureRow }) {
  return (
    <TwoLines
      first={
        <>
          <span className="keyhold-mono">#{row.id} </span>
          <RequestPath row={row} withMethod />
        </>
      }
      second={
        <>
          <VerdictBadge verdict={row.verdict} />
          <HttpStatus status={row.status} />
          {row.eventType !== null && <EventType name={row.eventType} />}
          <ClockTime at={row.at} />
          <Marks row={row} />
        </>
      }
    />
  )
}

/** Exact and without a tooltip of its own: there are a hundred of them, and they come and go all the time. */
export function ClockTime({ at }: { readonly at: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={absoluteTime(at).join('\n')} className={classes.time}>
      {clockTime(at, Date.now())}
    </time>
  )
}

function RequestPath({ row, withMethod = false }: { readonly row: CaptureRow; readonly withMethod?: boolean }) {
  const path = visibleLine(row.path)
  return (
    <span className={classes.path} title={`/h/${row.slug}${path}`}>
      {withMethod && `${row.method} `}
      <span className={classes.slug}>{row.slug}</span>
      {path}
    </span>
  )
}

function EventType({ name }: { readonly name: string }) {
  const text = visibleLine(name)
  return <span title={text}>{text}</span>
}

function Marks({ row }: { readonly row: CaptureRow }) {
  const marks = marksOf(row)
  if (marks.length === 0) return null
  return (
    <span className={classes.marks}>
      {marks.slice(0, MOST_MARKS).map(({ kind, label }) => {
        const Icon = icons[kind]
        return (
          <span key={kind} className={classes.mark} data-kind={kind} role="img" aria-label={label} title={label}>
            <Icon size={15} aria-hidden />
          </span>
        )
      })}
      {marks.length > MOST_MARKS && (
        <span className={classes.more} title={marks.map(({ label }) => label).join(', ')}>
          +{marks.length - MOST_MARKS}
        </span>
      )}
    </span>
  )
}

function None() {
  return (
    <span className={classes.quiet} title="None">
      –
    </span>
  )
}
