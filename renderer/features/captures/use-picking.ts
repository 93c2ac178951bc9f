import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { CaptureFilter, CaptureRow, Selection } from '../../../shared/contract/captures.ts'
import { receiverLimits } from '../../../shared/limits.ts'
import { countOf } from '../../../shared/words.ts'
import type { Picking } from '../../ui/data-table.tsx'
import { countText } from './capture-words.ts'
import type { LiveList } from './live-list.ts'

export interface Picks {
  readonly picking: Picking
  /** For the calls; null while nothing is picked. */
  readonly selection: Selection | null
  /** How many are picked, in words. */
  readonly what: string
  /** Exactly two are picked. */
  readonly pair: readonly [number, number] | null
  /** Takes all that the filter finds, loaded or not; null where there are no more than are picked. */
  readonly takeAll: (() => void) | null
  readonly clear: () => void
}

interface All {
  readonly selection: Selection
  readonly what: string
}

const nothing: ReadonlySet<number> = new Set()
const label = (id: number) => `Select request #${id}`

/** Which rows are picked. Another filter picks anew: nothing out of sight is ever acted upon. */
export function usePicking(rows: readonly CaptureRow[], filter: CaptureFilter, list: LiveList | null): Picks {
  const [ids, setIds] = useState<ReadonlySet<number>>(nothing)
  const [all, setAll] = useState<All | null>(null)
  const latest = useRef(rows)
  const anchor = useRef<number | null>(null)
  useEffect(() => {
    latest.current = rows
  })
  const clear = useCallback(() => {
    setIds(nothing)
    setAll(null)
    anchor.current = null
  }, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is picked belongs to the filter it was picked under
  useEffect(clear, [filter])

  const onToggle = useCallback((id: number, isRange: boolean) => {
    const from = anchor.current
    anchor.current = id
    setAll(null)
    setIds((before) => {
      if (isRange && from !== null) return new Set([...before, ...between(latest.current, from, id)])
      const next = new Set(before)
      if (!next.delete(id)) next.add(id)
      return next
    })
  }, [])
  const onToggleAll = useCallback(() => {
    setAll(null)
    setIds((before) => (before.size > 0 ? nothing : new Set(latest.current.map((row) => row.id))))
  }, [])
  const picking = useMemo(() => ({ ids, label, onToggle, onToggleAll }), [ids, onToggle, onToggleAll])

  const hasMore = list !== null && (list.nextCursor !== null || ids.size < rows.length)
  const takeAll = () => {
    if (list === null) return
    const selection = { filter, throughId: Math.max(1, list.throughId) }
    setAll({ selection, what: countText(list.total) })
    setIds(new Set(rows.map((row) => row.id)))
  }
  const [first, second] = ids
  const chosen = ids.size === 0 ? null : { ids: [...ids].slice(0, receiverLimits.selection) }
  return {
    picking,
    selection: all?.selection ?? chosen,
    what: all?.what ?? countOf(ids.size, 'request'),
    pair: all === null && ids.size === 2 && first !== undefined && second !== undefined ? [first, second] : null,
    takeAll: all === null && hasMore ? takeAll : null,
    clear,
  }
}

function between(rows: readonly CaptureRow[], one: number, other: number): number[] {
  const low = Math.min(one, other)
  const high = Math.max(one, other)
  return rows.filter((row) => row.id >= low && row.id <= high).map((row) => row.id)
}
