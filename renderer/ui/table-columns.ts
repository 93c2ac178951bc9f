interface Sized {
  /** Left out while the table is narrower than this, in pixels. */
  readonly from?: number
  /** Left out while the table is this wide or wider, in pixels: another column takes its place there. */
  readonly to?: number
}

/** The columns that have room in a table of this width in pixels; all of them while the width is not known. */
export function shownColumns<C extends Sized>(columns: readonly C[], width: number): readonly C[] {
  const room = width > 0 ? width : Number.POSITIVE_INFINITY
  return columns.filter(({ from = 0, to = Number.POSITIVE_INFINITY }) => room >= from && (room < to || to === room))
}
