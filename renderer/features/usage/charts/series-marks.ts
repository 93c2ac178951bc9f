const dashes = ['', '7 3', '2 3', '10 3 2 3', '5 2 1 2 1 2'] as const

/** Line pattern of the series at `place`, so that lines are not told apart by colour alone. */
export function dashOf(place: number): string {
  return dashes[place % dashes.length] ?? ''
}
