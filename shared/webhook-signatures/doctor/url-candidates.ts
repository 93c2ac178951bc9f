import { firstHeader } from '../../raw-headers.ts'
import { splitUrl, withNewQuery, withoutPort, withPort } from '../rules/twilio-urls.ts'
import { LONG_URL } from '../rules/url-bound.ts'
import type { SignedRequest } from '../types.ts'
import { as, type Candidate, type DoctorCause } from './types.ts'

type UrlCandidate = Candidate<string>

const REMEDY = 'Verify with the URL exactly as it is registered at the sender.'
/** A captured request may come with many: more than these are not told apart by a doctor. */
const MAX_URLS = 12

/** URLs the sender may have signed, likeliest first, none twice. */
export function otherUrls(request: SignedRequest, urls: readonly string[]): UrlCandidate[] {
  const seen = new Set<string>()
  if (request.url !== null) seen.add(request.url)
  const found: UrlCandidate[] = []
  const add = (url: string, cause: DoctorCause, sentence: string) => {
    if (url === '' || seen.has(url)) return
    seen.add(url)
    found.push(as(url, cause, sentence, REMEDY))
  }
  const known = request.url !== null && request.url.length <= LONG_URL ? [request.url] : []
  const places = [...urls.slice(0, MAX_URLS), ...forwarded(request)].filter((url) => url.length <= LONG_URL)
  for (const url of places) add(url, 'url-other', `The sender called ${shown(url)}, not ${shown(request.url)}.`)
  const bases = [...known, ...places]
  for (const base of new Set(bases)) {
    for (const [url, cause, said] of variants(base)) add(url, cause, `The sender signed the URL ${said}.`)
  }
  return found
}

/** Without the query: it may hold a token. */
function shown(url: string | null): string {
  return url === null ? 'a known URL' : (url.split(/[?#]/, 1)[0] ?? '')
}

/** What the headers of proxies say about the URL. */
function forwarded({ url, rawHeaders }: SignedRequest): string[] {
  const hosts = ['x-forwarded-host', 'host', 'x-original-host'].map((name) => firstHeader(rawHeaders, name))
  const protocol = firstHeader(rawHeaders, 'x-forwarded-proto')?.split(',', 1)[0]?.trim()
  const rest = url === null ? null : (splitUrl(url)?.rest ?? url)
  if (rest === null) return []
  return hosts
    .filter((host) => host !== null)
    .flatMap((host) =>
      [protocol ?? 'https', 'https', 'http'].map((scheme) => `${scheme}://${host.split(',', 1)[0]?.trim()}${rest}`),
    )
}

function variants(url: string): (readonly [url: string, cause: DoctorCause, said: string])[] {
  const [path = '', ...queries] = url.split('?')
  const query = queries.length === 0 ? '' : `?${queries.join('?')}`
  const pieces = splitUrl(url)
  const swapped = /^https:/i.test(url) ? url.replace(/^https:/i, 'http:') : url.replace(/^http:/i, 'https:')
  const slashed = path.endsWith('/') ? path.slice(0, -1) : `${path}/`
  const protocolSaid = /^https:/i.test(url) ? 'with http, not https' : 'with https, not http'
  return [
    [swapped, 'url-protocol', protocolSaid],
    [withoutPort(url), 'url-port', 'without the port'],
    [withPort(url), 'url-port', 'with the standard port'],
    [withoutPort(swapped), 'url-protocol', `${protocolSaid}, and without the port`],
    [withPort(swapped), 'url-protocol', `${protocolSaid}, and with the standard port`],
    [slashed + query, 'url-slash', path.endsWith('/') ? 'without the slash at its end' : 'with a slash at its end'],
    [path, 'url-query', 'without its query'],
    [withNewQuery(url), 'url-encoding', 'with its query encoded in another way'],
    [url.replaceAll('%20', '+'), 'url-encoding', 'with plus signs for spaces'],
    [url.replaceAll('+', '%20'), 'url-encoding', 'with %20 for spaces'],
    [decoded(url), 'url-encoding', 'decoded'],
    [URL.parse(url)?.toString() ?? '', 'url-encoding', 'encoded in another way'],
    [url.split('#', 1)[0] ?? '', 'url-query', 'without what stands behind #'],
    [pieces?.rest ?? '', 'url-other', 'without protocol and host'],
  ]
}

function decoded(url: string): string {
  try {
    return decodeURIComponent(url)
  } catch {
    return ''
  }
}
