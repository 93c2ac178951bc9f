/**
 * The URLs twilio 6.2.0 tries for a configured one: without and with the standard port as it was given, then the same
 * two as `new URL()` writes them, then those with their query encoded anew.
 */
export function twilioUrlForms(url: string): readonly string[] {
  const forms = new Set([withoutPort(url), withPort(url)])
  const normalised = URL.parse(url)?.toString()
  if (normalised !== undefined) {
    const bare = withoutPort(normalised)
    const full = withPort(normalised)
    for (const form of [bare, full, withNewQuery(bare), withNewQuery(full)]) forms.add(form)
  }
  return [...forms]
}

interface UrlPieces {
  readonly scheme: string
  readonly userInfo: string
  readonly host: string
  readonly port: string
  readonly rest: string
}

/** Pieces of a URL without changing a character of them. Null for what has no scheme. */
export function splitUrl(url: string): UrlPieces | null {
  const match = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)/i.exec(url)
  if (match === null) return null
  const [whole, scheme = '', authority = ''] = match
  const userEnd = authority.lastIndexOf('@') + 1
  const place = authority.slice(userEnd)
  // Only a colon after the bracket of an IPv6 address begins a port.
  const portAt = place.indexOf(':', place.lastIndexOf(']') + 1)
  return {
    scheme,
    userInfo: authority.slice(0, userEnd),
    host: portAt < 0 ? place : place.slice(0, portAt),
    port: portAt < 0 ? '' : place.slice(portAt),
    rest: url.slice(whole.length),
  }
}

export function withoutPort(url: string): string {
  const pieces = splitUrl(url)
  return pieces === null ? url : pieces.scheme + pieces.userInfo + pieces.host + pieces.rest
}

export function withPort(url: string): string {
  const pieces = splitUrl(url)
  if (pieces === null || pieces.port !== '') return url
  const port = pieces.scheme.toLowerCase() === 'https://' ? ':443' : ':80'
  return pieces.scheme + pieces.userInfo + pieces.host + port + pieces.rest
}

/** The query decoded and encoded again, values of one name side by side, as Node's `querystring` module does it. */
export function withNewQuery(url: string): string {
  const at = url.indexOf('?')
  if (at < 0 || at === url.length - 1) return url
  const values = new Map<string, string[]>()
  for (const [name, value] of new URLSearchParams(url.slice(at + 1))) {
    const known = values.get(name)
    if (known === undefined) values.set(name, [value])
    else known.push(value)
  }
  const query = [...values].flatMap(([name, list]) =>
    list.map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
  )
  return `${url.slice(0, at)}?${query.join('&')}`
}
