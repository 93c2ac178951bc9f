interface Sized {
  /** Left out while the table is narrower than this, in pixels. */
  readonly from?: number
}

/** The columns that have room in a table of this width in pixels; all of them while the width is not known. */
export function shownColumns<C extends Sized>(columns: readonly C[], width: number): readonly C[] {
  if (width <= 0) return columns
  return columns.filter((column) => column.from === undefined || width >= column.from)
}
