import type { Header } from '../../shared/contract/receiver.ts'
import { firstHeader } from '../../shared/raw-headers.ts'
import type { StoredCapture } from '../captures/capture-record.ts'
import { pathProblem } from './failures.ts'

/** A request that is about to leave, still without what belongs to the connection. */
export interface Outgoing {
  readonly method: string
  readonly url: string
  readonly rawHeaders: readonly string[]
  readonly body: Uint8Array
}

/** What an operator changed in a captured request. Left out: as it was captured. */
export interface Edits {
  readonly method?: string | undefined
  readonly headers?: readonly Header[] | undefined
  readonly body?: string | undefined
}

/**
 * A captured request, addressed to `to`: the same method, headers and bytes. Only Host names the new target, where the
 * old one stood; one that an edit sets to something else stays. `keepPath` appends what stands below the slug. Trailers are
 * not sent: a request whose length is said beforehand has no place for them. Throws INVALID_INPUT where a kept path
 * {@link leavesTarget}.
 */
export function outgoingOf(capture: StoredCapture, to: string, keepPath: boolean, edits: Edits = {}): Outgoing {
  if (keepPath && leavesTarget(capture)) throw pathProblem()
  const url = keepPath ? joined(to, capture.target) : to
  const { host } = new URL(url)
  const captured = firstHeader(capture.rawHeaders, 'host')
  const rawHeaders = edits.headers?.flatMap(({ name, value }) => [name, value]) ?? capture.rawHeaders
  return {
    method: edits.method ?? capture.method,
    url,
    rawHeaders: rawHeaders.map((text, index) => {
      const isHost = index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'host'
      return isHost && (edits.headers === undefined || text === captured) ? host : text
    }),
    body: edits.body === undefined ? capture.body : Buffer.from(edits.body, 'utf8'),
  }
}

/**
 * The address with what a captured request target has below its slug ("/h/slug/a?b=c": "/a?b=c"). Queries of both are
 * kept, the address's own first. Nothing is decoded: what was captured arrives as it was.
 */
function joined(to: string, target: string): string {
  const { path, query } = belowSlug(target)
  const [bare = ''] = to.split('#', 1)
  const [, base = '', own] = /^([^?]*)(?:\?(.*))?$/s.exec(bare) ?? []
  const queries = [own, query].filter((part) => part !== undefined && part !== '')
  const whole = path === '' ? base : `${base.replace(/\/$/, '')}${path}`
  return queries.length === 0 ? whole : `${whole}?${queries.join('&')}`
}

function belowSlug(target: string): { readonly path: string; readonly query: string | undefined } {
  const [, path = '', query] = /^\/h\/[^/?]*([^?]*)(?:\?(.*))?$/s.exec(target) ?? []
  return { path, query }
}

/** Twice and more encoded: each program on the way may decode once. */
const MOST_DECODED = 4
const separators: Readonly<Record<string, string>> = { '25': '%', '2e': '.', '2f': '/', '3b': ';', '5c': '\\' }

/**
 * Whether what stands below the slug could lead above the path it is appended to, as some program reads it: "..", also
 * encoded or with parameters ("..;a=1"), an empty part, a backslash. Tabs and line ends are left out by URL parsers.
 */
export function leavesTarget({ target }: Pick<StoredCapture, 'target'>): boolean {
  const { path } = belowSlug(target)
  if (path.includes('//')) return true
  let plain = path.replace(/[\t\r\n]/g, '')
  for (let round = 0; round < MOST_DECODED; round += 1) {
    plain = plain.replace(/%(25|2e|2f|3b|5c)/gi, (_, code: string) => separators[code.toLowerCase()] ?? '')
  }
  return plain.includes('\\') || plain.split('/').some((part) => part.split(';', 1)[0] === '..')
}

/** Without query and fragment, where tokens may stand. */
export function bareUrl(url: string): string {
  return url.split(/[?#]/, 1)[0] ?? ''
}
