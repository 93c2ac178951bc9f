/** A Content-Type in its parts. Lower-case type without parameters; '' where there is none. */
export interface MediaType {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
}

const PARAMETER = /;[ \t]*([^\s=;"]{1,64})=(?:"((?:[^"\\]|\\.){0,1000})"|([^\s;]{0,1000}))/g

/** Reads a Content-Type or Content-Disposition. What cannot be read is left out. The first of equal parameters counts. */
export function readMediaType(header: string | null): MediaType {
  const text = (header ?? '').slice(0, 8_192)
  const end = text.indexOf(';')
  const parameters = new Map<string, string>()
  for (const [, name, quoted, plain] of text.matchAll(PARAMETER)) {
    const key = (name ?? '').toLowerCase()
    if (!parameters.has(key)) parameters.set(key, quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? '')
  }
  return { type: (end === -1 ? text : text.slice(0, end)).trim().toLowerCase(), parameters }
}

/** What a type says about how its content is read. */
export type ContentFamily = 'json' | 'xml' | 'form' | 'multipart' | 'text' | 'unknown'

export function familyOf(type: string): ContentFamily {
  if (type === 'application/json' || type === 'text/json' || type.endsWith('+json')) return 'json'
  if (type === 'application/xml' || type === 'text/xml' || type.endsWith('+xml')) return 'xml'
  if (type === 'application/x-www-form-urlencoded') return 'form'
  if (type.startsWith('multipart/')) return 'multipart'
  if (type.startsWith('text/') || type === 'application/javascript' || type === 'application/x-ndjson') return 'text'
  return 'unknown'
}
