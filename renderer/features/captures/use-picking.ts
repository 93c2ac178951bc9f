import { useMemo, useState } from 'react'
import type { CaptureFilter, CaptureRow, Selection } from '../../../shared/contract/captures.ts'
import { receiverLimits } from '../../../shared/limits.ts'
import { countOf } from '../../../shared/words.ts'
import type { Picking } from '../../ui/data-table.tsx'
import { usePicked } from '../../ui/use-picked.ts'
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
  /** The rows that were picked with it, to be seen as such. Another set has taken its place when others are picked. */
  readonly shown: ReadonlySet<number>
}

const label = (id: number) => `Select request #${id}`

/** Which rows are picked. Another filter picks anew: nothing out of sight is ever acted upon. */
export function usePicking(rows: readonly CaptureRow[], filter: CaptureFilter, list: LiveList | null): Picks {
  const listed = useMemo(() => rows.map(({ id }) => id), [rows])
  const { ids, picking, set, clear } = usePicked(listed, filter, label)
  const [taken, setTaken] = useState<All | null>(null)
  const all = taken?.shown === ids ? taken : null
  const hasMore = list !== null && (list.nextCursor !== null || ids.size < rows.length)
  const takeAll = () => {
    if (list === null) return
    const shown = new Set(listed)
    const selection = { filter, throughId: Math.max(1, list.throughId) }
    setTaken({ selection, what: countText(list.total), shown })
    set(shown)
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
