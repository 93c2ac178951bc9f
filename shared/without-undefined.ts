/** The entries that were given: for changes that leave the rest as it is. Null is a value, it clears a field. */
export function withoutUndefined<T extends object>(changes: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept: { [K in keyof T]?: Exclude<T[K], undefined> } = {}
  for (const name in changes) {
    const value = changes[name]
    if (isGiven(value)) kept[name] = value
  }
  return kept
}

function isGiven<T>(value: T): value is Exclude<T, undefined> {
  return value !== undefined
}
