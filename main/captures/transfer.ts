import type { Selection } from '../../shared/contract/captures.ts'
import type { EndpointBook } from '../receiver/ports.ts'
import type { LedgerChange, StoredCapture } from './capture-record.ts'
import { type BundleItem, readBundle } from './exports/bundle.ts'
import type { LedgerWriter } from './ports.ts'

/** Requests, and bytes of bodies, that are handed over to the ledger at a time. */
const TAKEN_AT_ONCE = 500
const BYTES_AT_ONCE = 8 * 1024 * 1024
/** Ids that are looked up at a time. */
export const SELECTED_AT_ONCE = 2_000

/** All ids of a selection, a page at a time. */
export function* pagesOf(
  selected: (selection: Selection, afterId: number, limit: number) => readonly number[],
  selection: Selection,
): Generator<readonly number[]> {
  let afterId = 0
  for (;;) {
    const ids = selected(selection, afterId, SELECTED_AT_ONCE)
    const last = ids.at(-1)
    if (last === undefined) return
    yield ids
    afterId = last
  }
}

/**
 * Takes the requests of a bundle in; those that are here already are left out. Nothing is taken in unless the whole of
 * it is sound: throws INVALID_INPUT. A failure of the disk half way leaves a part; importing again adds the rest.
 */
export async function importBundle(
  bundle: string,
  endpoints: EndpointBook,
  apply: LedgerWriter['apply'],
): Promise<{ imported: number; present: number; endpointsMade: string[] }> {
  const { items } = readBundle(bundle)
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
    const captures = piece.map(({ slug, ...item }) => ({ ...item, endpointId: ids.get(slug) ?? 0 }))
    const change: LedgerChange = { kind: 'import', captures }
    imported += (await apply(change)).length
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

/** Requests one after the other, so that only one body is in memory; those that are gone meanwhile are left out. */
export function* storedOf(
  ids: Iterable<readonly number[]>,
  read: (id: number) => StoredCapture | null,
): Generator<StoredCapture> {
  for (const page of ids) {
    for (const id of page) {
      const stored = read(id)
      if (stored !== null) yield stored
    }
  }
}
