import type { CaptureRow, ExportFormat, Selection } from '../../../shared/contract/captures.ts'
import { countOf, formatCount } from '../../../shared/words.ts'
import { client, orpc, queryClient } from '../../app/api.ts'
import { notifyDone, notifyProblem } from '../../ui/notify.ts'
import { saveFile } from '../../ui/save-file.ts'

export interface ExportChoice {
  readonly format: ExportFormat
  readonly label: string
  /** Goes to the clipboard instead of a file. */
  readonly isCopied: boolean
}

export const exportChoices: readonly ExportChoice[] = [
  { format: 'curl', label: 'Copy as cURL', isCopied: true },
  { format: 'fetch', label: 'Copy as fetch', isCopied: true },
  { format: 'har', label: 'HAR file', isCopied: false },
  { format: 'json', label: 'JSON file', isCopied: false },
  { format: 'raw', label: 'Raw request', isCopied: false },
  { format: 'bundle', label: 'Bundle for another Keyhold', isCopied: false },
]

/** Exports a selection to the clipboard or a file. What goes wrong is shown as a notification. */
export async function exportCaptures(selection: Selection, { format, isCopied }: ExportChoice): Promise<void> {
  try {
    const result = await client.captures.export({ selection, format })
    if (isCopied) await navigator.clipboard.writeText(result.content)
    else saveFile(result)
    const left = result.leftOut === 0 ? '' : ` ${formatCount(result.leftOut)} more did not fit.`
    notifyDone(`${countOf(result.count, 'request')} ${isCopied ? 'copied' : 'exported'}.${left}`)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotAllowedError')
      notifyProblem(new Error('The browser did not let Keyhold write the clipboard. Export a file instead.'))
    else notifyProblem(error)
  }
}

/** The request of the same type that came to the same endpoint before this one, or null. */
export async function previousOfType(row: CaptureRow): Promise<number | null> {
  const { items } = await client.captures.list({
    endpointId: row.endpointId,
    eventType: row.eventType ?? '',
    to: row.at,
    limit: 50,
  })
  return items.find(({ id }) => id < row.id)?.id ?? null
}

/** Where two requests are compared, the older one on the left. */
export function diffHref(one: number, other: number): string {
  return `/webhooks/requests/diff/${Math.min(one, other)}/${Math.max(one, other)}`
}

/** Pins a selection, or lets it go. What goes wrong is shown as a notification. */
export async function setPinned(selection: Selection, pinned: boolean): Promise<void> {
  try {
    const { changed } = await client.captures.mark({ selection, pinned })
    await queryClient.invalidateQueries({ queryKey: orpc.captures.get.key() })
    notifyDone(`${countOf(changed, 'request')} ${pinned ? 'pinned' : 'unpinned'}.`)
  } catch (error) {
    notifyProblem(error)
  }
}
