import { Skeleton } from '@mantine/core'
import { useElementSize, useMergedRef } from '@mantine/hooks'
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual'
import {
  type FocusEvent,
  Fragment,
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  useCallback,
  useEffect,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
} from 'react'
import classes from './data-table.module.css'
import { TableRow } from './data-table-row.tsx'
import { shownColumns } from './table-columns.ts'
import { useDelayed } from './use-delayed.ts'

export interface Column<Row> {
  readonly id: string
  readonly header: string
  /** Width in pixels, or null to share what is left. */
  readonly width: number | null
  /** The column is left out while the table is narrower than this, in pixels. */
  readonly from?: number
  /** The column is left out while the table is this wide or wider, in pixels. */
  readonly to?: number
  readonly align?: 'right'
  readonly cell: (row: Row) => ReactNode
}

/** Rows picked for doing something with several at once. */
export interface Picking {
  readonly ids: ReadonlySet<number>
  /** What a row is called beside its checkbox, for screen readers. */
  readonly label: (id: number) => string
  /** `isRange`: everything between the row picked last and this one. Keep it the same function. */
  readonly onToggle: (id: number, isRange: boolean) => void
  /** All loaded rows, or none. */
  readonly onToggleAll: () => void
}

/** What is in view: places in the list, both included. */
export interface TableView {
  readonly first: number
  readonly last: number
  readonly isAtTop: boolean
}

export interface TableHandle {
  scrollToTop(): void
  /** Moves the focus to the first row in view, for a key that goes to the list. */
  focusFirst(): void
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
  /** Puts a checkbox before each row; `x` toggles the row that has the focus. */
  readonly picking?: Picking
  readonly onView?: (view: TableView) => void
  readonly handle?: Ref<TableHandle>
}

const ROW = 36
const NARROW_ROW = 60
const TALL_ROW = 68
const TALL_NARROW_ROW = 104
const NARROW_BELOW = 600
const ACTIONS_WIDTH = 48
const PICK_WIDTH = 40
const MORE_BEFORE_END = 25

const steps: Readonly<Record<string, number>> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }

/**
 * A list of any length: only the rows in view are in the page, and more are asked for near the end. A row is drawn
 * again only when it, or one of the functions given for rows, is another than before.
 */
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
    picking,
    onView,
  } = props
  const scroller = useRef<HTMLDivElement>(null)
  const { ref: sizeRef, width } = useElementSize<HTMLDivElement>()
  const [focusedId, setFocusedId] = useState<number | null>(null)
  const focused = useMemo(() => {
    const index = focusedId === null ? -1 : rows.findIndex((row) => rowId(row) === focusedId)
    return index < 0 ? null : index
  }, [focusedId, rows, rowId])
  const isNarrow = width > 0 && width < NARROW_BELOW
  const height = isNarrow ? (isTall ? TALL_NARROW_ROW : NARROW_ROW) : isTall ? TALL_ROW : ROW
  const shown = useMemo(
    () => (isNarrow ? columns.slice(0, 1) : shownColumns(columns, width)),
    [isNarrow, columns, width],
  )
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 8,
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

  const { startIndex: first, endIndex: end } = virtual.range ?? { startIndex: 0, endIndex: 0 }
  const isAtTop = (virtual.scrollOffset ?? 0) < height
  useEffect(() => onView?.({ first, last: end, isAtTop }), [onView, first, end, isAtTop])

  const focusRow = (index: number) => {
    const row = rows[index]
    if (row === undefined) return
    setFocusedId(rowId(row))
    virtual.scrollToIndex(index)
    requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>(`tr[data-index="${index}"] a`)?.focus({ preventScroll: true }),
    )
  }
  useImperativeHandle(props.handle, () => ({
    scrollToTop: () => virtual.scrollToOffset(0),
    focusFirst: () => focusRow(isAtTop ? 0 : first + 1),
  }))

  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (focused === null || focusedId === null || !(event.target instanceof HTMLAnchorElement)) return
    if (event.key === 'x' && picking !== undefined) {
      event.preventDefault()
      picking.onToggle(focusedId, false)
      return
    }
    const step = steps[event.key]
    if (step === undefined || rows[focused + step] === undefined) return
    event.preventDefault()
    focusRow(focused + step)
  }
  const trackFocus = (event: FocusEvent) => {
    const id = event.target.closest('tr')?.dataset.rowId
    setFocusedId(id === undefined ? null : Number(id))
  }

  const span = shown.length + (rowActions === undefined ? 0 : 1) + (picking === undefined ? 0 : 1)
  return (
    <div className={classes.scroller} ref={useMergedRef(scroller, sizeRef)} data-narrow={isNarrow || undefined}>
      <table className={classes.table} aria-label={props.label} aria-rowcount={total + 1} aria-busy={isLoading}>
        <colgroup>
          {picking !== undefined && <col style={{ width: PICK_WIDTH }} />}
          {shown.map((column) => (
            <col key={column.id} style={{ width: isNarrow || column.width === null ? 'auto' : column.width }} />
          ))}
          {rowActions !== undefined && <col style={{ width: ACTIONS_WIDTH }} />}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {picking !== undefined && (
              <th scope="col" className={classes.pick}>
                <input
                  type="checkbox"
                  aria-label="Select all rows that are loaded"
                  ref={showPartly(picking.ids.size > 0 && picking.ids.size < rows.length)}
                  checked={rows.length > 0 && picking.ids.size >= rows.length}
                  onChange={picking.onToggleAll}
                />
              </th>
            )}
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
        <tbody onKeyDown={onKey} onFocus={trackFocus}>
          {isLoading && rows.length === 0 ? (
            <SkeletonRows columns={span} height={height} />
          ) : (
            items.map((item, position) => {
              const row = rows[item.index]
              if (row === undefined) return null
              const id = rowId(row)
              const gap = item.start - (items[position - 1]?.end ?? 0)
              return (
                <Fragment key={id}>
                  {gap > 0 && <Spacer height={gap} columns={span} />}
                  <TableRow
                    id={id}
                    index={item.index}
                    row={row}
                    height={height}
                    columns={shown}
                    isOpen={id === selectedId}
                    isPicked={picking?.ids.has(id) ?? false}
                    narrow={isNarrow ? props.narrow : undefined}
                    rowHref={rowHref}
                    rowActions={rowActions}
                    pickLabel={picking?.label}
                    onPick={picking?.onToggle}
                  />
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

/** A checkbox is half ticked by its element alone; there is no attribute for it. */
function showPartly(isPartly: boolean) {
  return (box: HTMLInputElement | null) => {
    if (box !== null) box.indeterminate = isPartly
  }
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
