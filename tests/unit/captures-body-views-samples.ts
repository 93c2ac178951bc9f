import { type BodyToView, viewBody } from '../../main/captures/body-views/body-view.ts'
import type { BodyView } from '../../shared/contract/captures.ts'
import { receiverLimits } from '../../shared/limits.ts'

/** Units of one page. */
export const page = receiverLimits.bodyPage

/** One page of a body, the first as it is laid out unless said otherwise. */
export function view(
  body: string | Uint8Array,
  contentType: string | null = null,
  more: Partial<BodyToView> & { as?: 'pretty' | 'text' | 'hex'; offset?: number } = {},
): BodyView {
  const { as = 'pretty', offset = 0, ...input } = more
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  return viewBody({ contentType, contentEncoding: null, refused: null, ...input, body: bytes }, as, offset)
}

export function textOf({ view: shown }: BodyView): string {
  return 'text' in shown ? shown.text : `(${shown.kind})`
}

/** The whole of what is shown, page by page. */
export function allText(body: string | Uint8Array, contentType: string | null, as: 'pretty' | 'text'): string {
  let text = ''
  for (let offset: number | null = 0; offset !== null; ) {
    const shown = view(body, contentType, { as, offset })
    text += textOf(shown)
    offset = shown.nextOffset
  }
  return text
}
