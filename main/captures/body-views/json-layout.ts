import { type JsonFault, type JsonToken, scanJson } from './json-scan.ts'
import { type Page, PageWriter } from './page-writer.ts'

export type Layout =
  | { readonly kind: 'page'; readonly page: Page }
  | { readonly kind: 'fault'; readonly fault: JsonFault }

/**
 * JSON with one field or item per line. Only spaces and line breaks between tokens change; every token stays as written.
 * The whole text is checked for every page, so a fault is said on the first one as well.
 */
export function layOutJson(text: string, offset: number, length: number): Layout {
  const out = new PageWriter(offset, length)
  let depth = 0
  let before: JsonToken | null = null
  const fault = scanJson(text, (token, start, end) => {
    const opened = before === '{' || before === '['
    if (token === '}' || token === ']') {
      depth -= 1
      if (!opened) out.line(depth)
    } else if (opened || before === ',') {
      out.line(depth)
    }
    out.put(text, start, end)
    if (token === ':') out.put(' ')
    if (token === '{' || token === '[') depth += 1
    before = token
  })
  return fault === null ? { kind: 'page', page: out.page() } : { kind: 'fault', fault }
}
