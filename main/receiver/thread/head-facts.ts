/** What the receiver itself needs of the headers. Null where a header is missing. */
export interface HeadFacts {
  readonly contentLength: number | null
  readonly chunked: boolean
  readonly host: string | null
  readonly forwardedProto: string | null
  readonly forwardedHost: string | null
}

/** Lengths of the names below: almost every other header is told apart by it alone. */
const HOST = 4
const CONTENT_LENGTH = 14
const FORWARDED_HOST = 16
const SEVENTEEN = 17

/** One pass over the raw list. Of a header that is there several times the first counts. */
export function headFacts(rawHeaders: readonly string[]): HeadFacts {
  let contentLength: number | null = null
  let chunked = false
  let host: string | null = null
  let forwardedProto: string | null = null
  let forwardedHost: string | null = null
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    const value = rawHeaders[at + 1] ?? ''
    switch (name.length) {
      case HOST:
        if (host === null && name.toLowerCase() === 'host') host = value
        break
      case CONTENT_LENGTH:
        if (contentLength === null && name.toLowerCase() === 'content-length') contentLength = Number(value)
        break
      case FORWARDED_HOST:
        if (forwardedHost === null && name.toLowerCase() === 'x-forwarded-host') forwardedHost = value
        break
      case SEVENTEEN: {
        const lower = name.toLowerCase()
        if (forwardedProto === null && lower === 'x-forwarded-proto') forwardedProto = value
        else if (lower === 'transfer-encoding') chunked = true
        break
      }
    }
  }
  return { contentLength, chunked, host, forwardedProto, forwardedHost }
}

/**
 * The URL the sender called, as far as it can be known: the public address in force, else what a proxy says it forwarded,
 * else the Host header. Null without any.
 */
export function calledUrl(facts: HeadFacts, target: string, publicUrl: string | null): string | null {
  if (publicUrl !== null) return publicUrl + target
  const { host, forwardedProto, forwardedHost } = facts
  // A chain of proxies adds to the end; the first one is what the sender called.
  if (forwardedProto !== null && forwardedHost !== null) {
    const proto = firstOf(forwardedProto) === 'https' ? 'https' : 'http'
    return `${proto}://${firstOf(forwardedHost)}${target}`
  }
  return host === null || host === '' ? null : `http://${host}${target}`
}

function firstOf(list: string): string {
  const comma = list.indexOf(',')
  return (comma < 0 ? list : list.slice(0, comma)).trim()
}

export interface Place {
  /** As it stands in the target. */
  readonly slug: string
  /** Below the slug, with the query: "/a?b=c", "?b=c" or "". */
  readonly path: string
}

/** Where in the receiver a target leads, or null where it is not below `/h/`. */
export function placeOf(target: string): Place | null {
  const path = originForm(target)
  if (!path.startsWith('/h/')) return null
  let end = 3
  while (end < path.length && path[end] !== '/' && path[end] !== '?' && path[end] !== '#') end += 1
  return { slug: path.slice(3, end), path: path.slice(end) }
}

/** A proxy may send the whole URL as target. */
export function originForm(target: string): string {
  if (target.startsWith('/')) return target
  const scheme = /^https?:\/\/[^/?#]*/i.exec(target)?.[0]
  return scheme === undefined ? target : target.slice(scheme.length) || '/'
}
