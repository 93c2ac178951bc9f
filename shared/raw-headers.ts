/**
 * Headers as they were on the wire: name, value, name, value, in their order, repeated ones repeated. Names are asked for
 * in lower case. Nothing is joined, and no map of all headers is made: requests come fast, and lengths are compared first.
 */
type RawHeaders = readonly string[]

/** Values of a header in the order they stand. */
export function headerValues(rawHeaders: RawHeaders, name: string): string[] {
  const found: string[] = []
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (isNamed(rawHeaders[at], name)) found.push(rawHeaders[at + 1] ?? '')
  }
  return found
}

/** First value of a header, or null. For what is only shown or looked at; a signature must not be there twice. */
export function firstHeader(rawHeaders: RawHeaders, name: string): string | null {
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (isNamed(rawHeaders[at], name)) return rawHeaders[at + 1] ?? ''
  }
  return null
}

/** The same headers as [name, value]. */
export function headerPairs(rawHeaders: RawHeaders): [name: string, value: string][] {
  const pairs: [string, string][] = []
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) pairs.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? ''])
  return pairs
}

function isNamed(candidate: string | undefined, name: string): boolean {
  return candidate?.length === name.length && (candidate === name || candidate.toLowerCase() === name)
}
