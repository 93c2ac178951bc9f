import { product } from '../product.ts'

export const APP_ORIGIN = `${product.scheme}://${product.schemeHost}`

const MAX_URL = 2_000

/** Parses, or gives null. Everything below decides on parsed parts and never on prefixes of text. */
function parse(url: string): URL | null {
  return URL.canParse(url) ? new URL(url) : null
}

/** Whether a URL is a page of ours. `URL.origin` is "null" for custom schemes, so scheme and host are compared. */
export function isAppUrl(url: string): boolean {
  const parsed = parse(url)
  return (
    parsed !== null &&
    parsed.protocol === `${product.scheme}:` &&
    parsed.host === product.schemeHost &&
    parsed.username === '' &&
    parsed.password === ''
  )
}

/** Navigation stays inside the app: the main frame may go to a page of ours, no other frame goes anywhere. */
export function mayNavigate(url: string, isMainFrame: boolean): boolean {
  return isMainFrame && isAppUrl(url)
}

/** Addresses that may be handed to the operating system: plain https, nothing that carries credentials. */
export function mayOpenOutside(url: string): boolean {
  if (url.length > MAX_URL) return false
  const parsed = parse(url)
  return (
    parsed !== null &&
    parsed.protocol === 'https:' &&
    parsed.username === '' &&
    parsed.password === '' &&
    parsed.hostname !== ''
  )
}
