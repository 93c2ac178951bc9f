import { type ReactNode, useMemo } from 'react'
import { Link } from 'wouter'
import classes from './data-table.module.css'
import type { Column } from './data-table.tsx'

interface TableRowProps<Row> {
  readonly id: number
  /** Place in the list, from 0. */
  readonly index: number
  readonly row: Row
  /** Pixels. */
  readonly height: number
  readonly columns: readonly Column<Row>[]
  /** Its details stand beside the list. */
  readonly isOpen: boolean
  readonly isPicked: boolean
  /** Given on a narrow screen: the row in two lines, in place of its columns. */
  readonly narrow: ((row: Row) => ReactNode) | undefined
  readonly rowHref: ((row: Row) => string) | undefined
  readonly rowActions: ((row: Row) => ReactNode) | undefined
  readonly pickLabel: ((id: number) => string) | undefined
  readonly onPick: ((id: number, isRange: boolean) => void) | undefined
}

/** One row of a table, drawn again only when something of it changed. */
export function TableRow<Row>(props: TableRowProps<Row>) {
  const { id, index, row, height, columns, isOpen, isPicked, narrow, rowHref, rowActions, pickLabel, onPick } = props
  // Not `memo`, which loses the type parameter: the same elements as before are not looked at again either. The place
  // is not among them: every row that comes in on top changes that of all others.
  const cells = useMemo(() => {
    const content = narrow === undefined ? columns[0]?.cell(row) : narrow(row)
    return (
      <>
        {onPick !== undefined && (
          <td className={classes.pick}>
            <input
              type="checkbox"
              aria-label={pickLabel?.(id)}
              checked={isPicked}
              onClick={(event) => onPick(id, event.shiftKey)}
              readOnly
            />
          </td>
        )}
        <th scope="row" className={classes.first}>
          {rowHref === undefined ? (
            content
          ) : (
            <Link href={rowHref(row)} className={classes.link} aria-current={isOpen ? 'true' : undefined}>
              {content}
            </Link>
          )}
        </th>
        {narrow === undefined &&
          columns.slice(1).map((column) => (
            <td key={column.id} data-align={column.align}>
              {column.cell(row)}
            </td>
          ))}
        {rowActions !== undefined && <td className={classes.actions}>{rowActions(row)}</td>}
      </>
    )
  }, [id, row, columns, isOpen, isPicked, narrow, rowHref, rowActions, pickLabel, onPick])
  return (
    <tr
      data-index={index}
      data-row-id={id}
      data-selected={isOpen || undefined}
      data-picked={isPicked || undefined}
      aria-rowindex={index + 2}
      style={{ height }}
    >
      {cells}
    </tr>
  )
}
