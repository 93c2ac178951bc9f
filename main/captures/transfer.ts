import type { EndpointBook } from '../receiver/ports.ts'
import type { LedgerChange } from './capture-record.ts'
import { type BundleItem, readBundle } from './exports/bundle.ts'
import type { LedgerWriter } from './ports.ts'

/** Requests, and bytes of bodies, that are handed over to the ledger at a time. */
const TAKEN_AT_ONCE = 500
const BYTES_AT_ONCE = 8 * 1024 * 1024
/**
 * Takes the requests of a bundle in; those that are here already are left out. Nothing is taken in unless the whole of
 * it is sound: throws INVALID_INPUT. A failure of the disk half way leaves a part; importing again adds the rest.
 */
export async function importBundle(
  bundle: string,
  endpoints: EndpointBook,
  {
    isCaptured,
    apply,
    now,
  }: {
    /** Whether this request was captured here: it was exported and comes back. */
    readonly isCaptured: (item: BundleItem, endpointId: number) => boolean
    readonly apply: LedgerWriter['apply']
    /** UTC epoch milliseconds. */
    readonly now: number
  },
): Promise<{ imported: number; present: number; endpointsMade: string[] }> {
  const { items } = readBundle(bundle, now)
  const ids = new Map<string, number>()
  const endpointsMade: string[] = []
  for (const { slug } of items) {
    if (ids.has(slug)) continue
    const { id, made } = endpoints.ensure(slug)
    ids.set(slug, id)
    if (made) endpointsMade.push(slug)
  }
  let imported = 0
  for (const piece of piecesOf(items)) {
    const captures = piece.flatMap((item) => {
      const { slug, ...capture } = item
      const endpointId = ids.get(slug) ?? 0
      return isCaptured(item, endpointId) ? [] : [{ ...capture, endpointId }]
    })
    const change: LedgerChange = { kind: 'import', captures }
    if (captures.length > 0) imported += (await apply(change)).length
  }
  return { imported, present: items.length - imported, endpointsMade }
}

function* piecesOf(items: readonly BundleItem[]): Generator<BundleItem[]> {
  let piece: BundleItem[] = []
  let bytes = 0
  for (const item of items) {
    if (piece.length >= TAKEN_AT_ONCE || (piece.length > 0 && bytes + item.body.byteLength > BYTES_AT_ONCE)) {
      yield piece
      piece = []
      bytes = 0
    }
    piece.push(item)
    bytes += item.body.byteLength
  }
  if (piece.length > 0) yield piece
}
