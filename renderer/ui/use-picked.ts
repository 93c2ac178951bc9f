import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Picking } from './data-table.tsx'

export interface Picked {
  readonly ids: ReadonlySet<number>
  readonly picking: Picking
  /** `ids` of what it hands out is this very set until something else is picked. */
  readonly set: (ids: ReadonlySet<number>) => void
  readonly clear: () => void
}

const nothing: ReadonlySet<number> = new Set()

/**
 * Which rows of a list are picked, one by one, as a range, or all that are loaded. `listed` are their ids in the order
 * of the list; with another `scope` (the filter) it begins anew, so that nothing out of sight is ever acted upon.
 */
export function usePicked(listed: readonly number[], scope: unknown, label: (id: number) => string): Picked {
  const [ids, setIds] = useState<ReadonlySet<number>>(nothing)
  const latest = useRef(listed)
  const anchor = useRef<number | null>(null)
  useEffect(() => {
    latest.current = listed
  })
  const clear = useCallback(() => {
    setIds(nothing)
    anchor.current = null
  }, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is picked belongs to the filter it was picked under
  useEffect(clear, [scope])
  const onToggle = useCallback((id: number, isRange: boolean) => {
    const from = anchor.current
    anchor.current = id
    setIds((before) => {
      if (isRange && from !== null) return new Set([...before, ...between(latest.current, from, id)])
      const next = new Set(before)
      if (!next.delete(id)) next.add(id)
      return next
    })
  }, [])
  const onToggleAll = useCallback(() => setIds((before) => (before.size > 0 ? nothing : new Set(latest.current))), [])
  const picking = useMemo(() => ({ ids, label, onToggle, onToggleAll }), [ids, label, onToggle, onToggleAll])
  return { ids, picking, set: setIds, clear }
}

/** The ids from one row to another, both included, in whichever order they were picked. */
function between(listed: readonly number[], one: number, other: number): readonly number[] {
  const [a, b] = [listed.indexOf(one), listed.indexOf(other)]
  if (a < 0 || b < 0) return [other]
  return listed.slice(Math.min(a, b), Math.max(a, b) + 1)
}
