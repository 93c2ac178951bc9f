import type { ImportRow } from '../../../shared/contract/imports.ts'

/** The rows that are taken unless the operator says otherwise: all that are ready. */
export function preselected(rows: readonly ImportRow[]): ReadonlySet<number> {
  return new Set(rows.filter((row) => row.status === 'ready').map((row) => row.index))
}

/** The selection with one row put in or taken out. Bad rows never get in. */
export function toggled(selection: ReadonlySet<number>, row: ImportRow): ReadonlySet<number> {
  const next = new Set(selection)
  if (next.has(row.index)) next.delete(row.index)
  else if (row.status !== 'bad') next.add(row.index)
  return next
}

/** Whether a chosen row names no account, so that one has to be chosen for it. */
export function needsAccount(rows: readonly ImportRow[], selection: ReadonlySet<number>): boolean {
  return rows.some((row) => row.accountEmail === null && selection.has(row.index))
}
