/** The address as it is stored and shown: without a password in it, and without the values of its query, which may be tokens. */
export function shownUrl(url: string): string {
  if (!/[@?#]/.test(url)) return url
  const { origin, pathname, searchParams } = new URL(url)
  const names = [...new Set(searchParams.keys())].map((name) => `${encodeURIComponent(name)}=…`)
  return `${origin}${pathname}${names.length === 0 ? '' : `?${names.join('&')}`}`
}
