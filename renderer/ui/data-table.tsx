import { Skeleton } from '@mantine/core'
import { useElementSize, useMergedRef } from '@mantine/hooks'
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual'
import {
  type FocusEvent,
  Fragment,
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useRef,
  useState,
} from 'react'
import { Link } from 'wouter'
import classes from './data-table.module.css'
import { shownColumns } from './table-columns.ts'
import { useDelayed } from './use-delayed.ts'

export interface Column<Row> {
  readonly id: string
  readonly header: string
  /** Width in pixels, or null to share what is left. */
  readonly width: number | null
  /** The column is left out while the table is narrower than this, in pixels. */
  readonly from?: number
  readonly align?: 'right'
  readonly cell: (row: Row) => ReactNode
}

export interface DataTableProps<Row> {
  /** What the table lists, for screen readers. */
  readonly label: string
  /** The first column names the row; it holds the link. */
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly rowId: (row: Row) => number
  /** How many rows there are in all, loaded or not. */
  readonly total: number
  readonly rowHref?: (row: Row) => string
  readonly selectedId?: number | null
  /** Buttons at the end of the row. */
  readonly rowActions?: (row: Row) => ReactNode
  /** What a row shows on a narrow screen, in two lines. */
  readonly narrow: (row: Row) => ReactNode
  /** Rows have room for three lines of text in the last column. */
  readonly isTall?: boolean
  readonly isLoading?: boolean
  readonly hasMore?: boolean
  readonly onMore?: () => void
}

const ROW = 36
const NARROW_ROW = 60
const TALL_ROW = 68
const TALL_NARROW_ROW = 104
const NARROW_BELOW = 600
const ACTIONS_WIDTH = 48
const MORE_BEFORE_END = 25

/** A list of any length: only the rows in view are in the page, and more are asked for near the end. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const {
    columns,
    rows,
    rowId,
    total,
    rowHref,
    selectedId = null,
    rowActions,
    isTall = false,
    isLoading = false,
  } = props
  const scroller = useRef<HTMLDivElement>(null)
  const { ref: sizeRef, width } = useElementSize<HTMLDivElement>()
  const [focused, setFocused] = useState<number | null>(null)
  const isNarrow = width > 0 && width < NARROW_BELOW
  const height = isNarrow ? (isTall ? TALL_NARROW_ROW : NARROW_ROW) : isTall ? TALL_ROW : ROW
  const shown = isNarrow ? columns.slice(0, 1) : shownColumns(columns, width)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 12,
    // A row that has the focus stays in the page, however far it is scrolled away.
    rangeExtractor: useCallback(
      (range: Range) => {
        const indexes = defaultRangeExtractor(range)
        if (focused === null || focused >= range.count || indexes.includes(focused)) return indexes
        return [...indexes, focused].sort((a, b) => a - b)
      },
      [focused],
    ),
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured again when the height of rows changes
  useEffect(() => virtual.measure(), [height])

  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  const { hasMore = false, onMore } = props
  useEffect(() => {
    if (hasMore && rows.length > 0 && last >= rows.length - MORE_BEFORE_END) onMore?.()
  }, [hasMore, last, rows.length, onMore])

  useReturnFocus(scroller, selectedId)

  const moveFocus = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step === 0 || focused === null || !(event.target instanceof HTMLAnchorElement)) return
    const next = focused + step
    if (next < 0 || next >= rows.length) return
    event.preventDefault()
    setFocused(next)
    virtual.scrollToIndex(next)
    requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>(`tr[data-index="${next}"] a`)?.focus({ preventScroll: true }),
    )
  }
  const trackFocus = (event: FocusEvent) => {
    const index = event.target.closest('tr')?.dataset.index
    setFocused(index === undefined ? null : Number(index))
  }

  const span = shown.length + (rowActions === undefined ? 0 : 1)
  return (
    <div className={classes.scroller} ref={useMergedRef(scroller, sizeRef)} data-narrow={isNarrow || undefined}>
      <table className={classes.table} aria-label={props.label} aria-rowcount={total + 1} aria-busy={isLoading}>
        <colgroup>
          {shown.map((column) => (
            <col key={column.id} style={{ width: isNarrow || column.width === null ? 'auto' : column.width }} />
          ))}
          {rowActions !== undefined && <col style={{ width: ACTIONS_WIDTH }} />}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {shown.map((column) => (
              <th key={column.id} scope="col" data-align={column.align}>
                {column.header}
              </th>
            ))}
            {rowActions !== undefined && (
              <th scope="col">
                <span className={classes.hidden}>Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody onKeyDown={moveFocus} onFocus={trackFocus}>
          {isLoading && rows.length === 0 ? (
            <SkeletonRows columns={span} height={height} />
          ) : (
            items.map((item, position) => {
              const row = rows[item.index]
              if (row === undefined) return null
              const id = rowId(row)
              const gap = item.start - (items[position - 1]?.end ?? 0)
              const content = isNarrow ? props.narrow(row) : shown[0]?.cell(row)
              return (
                <Fragment key={id}>
                  {gap > 0 && <Spacer height={gap} columns={span} />}
                  <tr
                    data-index={item.index}
                    data-row-id={id}
                    data-selected={id === selectedId || undefined}
                    aria-rowindex={item.index + 2}
                    style={{ height }}
                  >
                    <th scope="row" className={classes.first}>
                      {rowHref === undefined ? (
                        content
                      ) : (
                        <Link
                          href={rowHref(row)}
                          className={classes.link}
                          aria-current={id === selectedId ? 'true' : undefined}
                        >
                          {content}
                        </Link>
                      )}
                    </th>
                    {!isNarrow &&
                      shown.slice(1).map((column) => (
                        <td key={column.id} data-align={column.align}>
                          {column.cell(row)}
                        </td>
                      ))}
                    {rowActions !== undefined && <td className={classes.actions}>{rowActions(row)}</td>}
                  </tr>
                </Fragment>
              )
            })
          )}
          <Spacer height={virtual.getTotalSize() - (items.at(-1)?.end ?? 0)} columns={span} />
        </tbody>
      </table>
    </div>
  )
}

/** Rows that are not in the page, as one empty row of their height. */
function Spacer({ height, columns }: { readonly height: number; readonly columns: number }) {
  if (height <= 0) return null
  return (
    <tr aria-hidden className={classes.spacer}>
      <td colSpan={columns} style={{ height }} />
    </tr>
  )
}

function SkeletonRows({ columns, height }: { readonly columns: number; readonly height: number }) {
  const isLate = useDelayed(150)
  return [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((row) => (
    <tr key={row} style={{ height }} aria-hidden>
      {Array.from({ length: columns }, (_, column) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the cells are all alike
        <td key={column}>{isLate && <Skeleton height={12} width={column === 0 ? '70%' : '50%'} />}</td>
      ))}
    </tr>
  ))
}

/** When the record beside the list is closed, its row gets the focus back. */
function useReturnFocus(scroller: { readonly current: HTMLElement | null }, selectedId: number | null): void {
  const previous = useRef<number | null>(null)
  useEffect(() => {
    const left = previous.current
    previous.current = selectedId
    if (selectedId !== null || left === null) return
    if (document.activeElement !== null && document.activeElement !== document.body) return
    const row = scroller.current?.querySelector<HTMLElement>(`tr[data-row-id="${left}"] a`)
    row?.focus({ preventScroll: true })
  }, [scroller, selectedId])
}
