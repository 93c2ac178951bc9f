import type { CaptureFilter, CaptureVerdict } from '../../../shared/contract/captures.ts'
import { MAX_QUERY, receiverLimits } from '../../../shared/limits.ts'

export const verdicts = [
  'valid',
  'invalid',
  'unsigned',
  'no-secret',
  'pending',
] as const satisfies readonly CaptureVerdict[]

/** Time ranges that end now, with their length in milliseconds. */
export const spans = {
  '15m': 15 * 60_000,
  '1h': 3_600_000,
  '24h': 86_400_000,
  '7d': 7 * 86_400_000,
} as const
export type Span = keyof typeof spans
export const spanNames = ['15m', '1h', '24h', '7d'] as const satisfies readonly Span[]

/** What the list of captured requests is narrowed to. All of it lives in the address. */
export interface ListFilter {
  readonly endpointId: number | null
  /** Words in headers, path or body. */
  readonly query: string
  readonly method: string | null
  /** First digits of the status: "2", "404". */
  readonly status: string | null
  readonly verdict: CaptureVerdict | null
  /** '' is "requests without one". */
  readonly eventType: string | null
  /** A range that ends now, or else the two instants below; never both. */
  readonly span: Span | null
  /** Epoch milliseconds. */
  readonly from: number | null
  readonly to: number | null
  readonly minBytes: number | null
  readonly maxBytes: number | null
  readonly pinned: boolean
  readonly tag: string | null
  readonly duplicates: boolean
  readonly drift: boolean
}

export const noFilter: ListFilter = {
  endpointId: null,
  query: '',
  method: null,
  status: null,
  verdict: null,
  eventType: null,
  span: null,
  from: null,
  to: null,
  minBytes: null,
  maxBytes: null,
  pinned: false,
  tag: null,
  duplicates: false,
  drift: false,
}

/** Reads the filter from the query of an address. What is not known there is left out: an old link still opens. */
export function readFilter(params: URLSearchParams): ListFilter {
  const span = spanNames.find((name) => name === params.get('span')) ?? null
  const eventType = params.get('type')
  return {
    endpointId: wholeNumber(params.get('endpoint'), 1),
    query: (params.get('q') ?? '').slice(0, MAX_QUERY),
    method: matching(params.get('method'), /^[A-Z]{1,20}$/),
    status: matching(params.get('status'), /^[1-5]\d{0,2}$/),
    verdict: verdicts.find((verdict) => verdict === params.get('verdict')) ?? null,
    eventType: eventType !== null && eventType.length <= 300 ? eventType : null,
    span,
    from: span === null ? wholeNumber(params.get('from'), 0) : null,
    to: span === null ? wholeNumber(params.get('to'), 0) : null,
    minBytes: wholeNumber(params.get('min'), 0),
    maxBytes: wholeNumber(params.get('max'), 0),
    pinned: params.get('pinned') === 'yes',
    tag: readTag(params.get('tag')),
    duplicates: params.get('duplicates') === 'yes',
    drift: params.get('drift') === 'yes',
  }
}

/** The query of an address for the filter, with its "?", or an empty text. */
export function writeFilter(filter: ListFilter): string {
  const params = new URLSearchParams()
  const put = (name: string, value: string | number | null) => {
    if (value !== null) params.set(name, String(value))
  }
  put('endpoint', filter.endpointId)
  put('q', filter.query === '' ? null : filter.query)
  put('method', filter.method)
  put('status', filter.status)
  put('verdict', filter.verdict)
  put('type', filter.eventType)
  put('span', filter.span)
  put('from', filter.from)
  put('to', filter.to)
  put('min', filter.minBytes)
  put('max', filter.maxBytes)
  put('pinned', filter.pinned ? 'yes' : null)
  put('tag', filter.tag)
  put('duplicates', filter.duplicates ? 'yes' : null)
  put('drift', filter.drift ? 'yes' : null)
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}

/** Whether the filter leaves anything out. */
export function isNarrowed(filter: ListFilter): boolean {
  return writeFilter(filter) !== ''
}

/** How many of the filters that are not always in view are set. */
export function countFurther(filter: ListFilter): number {
  return [
    filter.span !== null || filter.from !== null || filter.to !== null,
    filter.minBytes !== null || filter.maxBytes !== null,
    filter.tag !== null,
    filter.pinned,
    filter.duplicates,
    filter.drift,
  ].filter(Boolean).length
}

/** The filter as the calls take it. `now` (epoch milliseconds) is where a range that ends now is counted from. */
export function callFilter(filter: ListFilter, now: number): CaptureFilter {
  const from = filter.span === null ? filter.from : now - spans[filter.span]
  const query = filter.query.trim()
  return {
    ...(filter.endpointId === null ? {} : { endpointId: filter.endpointId }),
    ...(query === '' ? {} : { q: query }),
    ...(filter.method === null ? {} : { methods: [filter.method] }),
    ...(filter.status === null ? {} : { status: filter.status }),
    ...(filter.verdict === null ? {} : { verdict: filter.verdict }),
    ...(filter.eventType === null ? {} : { eventType: filter.eventType }),
    ...(from === null ? {} : { from }),
    ...(filter.to === null ? {} : { to: filter.to }),
    ...(filter.minBytes === null ? {} : { minBytes: filter.minBytes }),
    ...(filter.maxBytes === null ? {} : { maxBytes: filter.maxBytes }),
    ...(filter.tag === null ? {} : { tag: filter.tag }),
    ...(filter.pinned ? { pinned: true } : {}),
    ...(filter.duplicates ? { duplicates: true } : {}),
    ...(filter.drift ? { drift: true } : {}),
  }
}

function wholeNumber(text: string | null, least: number): number | null {
  if (text === null || !/^\d{1,16}$/.test(text)) return null
  const number = Number(text)
  return Number.isSafeInteger(number) && number >= least ? number : null
}

function matching(text: string | null, pattern: RegExp): string | null {
  return text !== null && pattern.test(text) ? text : null
}

function readTag(text: string | null): string | null {
  const tag = text?.trim() ?? ''
  return tag !== '' && tag.length <= receiverLimits.tag ? tag : null
}
