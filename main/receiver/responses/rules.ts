import type { Rule } from '../../../shared/contract/receiver.ts'
import { headerValues } from '../../../shared/raw-headers.ts'
import { type AskedRequest, fieldOf, splitPath } from './asked.ts'

/** Whether everything that the rule names is true of the request. What it leaves empty is not looked at. */
export function fits({ methods, path, header, field, verdict }: Rule['when'], request: AskedRequest): boolean {
  if (methods.length > 0 && !methods.includes(request.method)) return false
  if (verdict !== null && request.verdict.verdict !== verdict) return false
  if (path !== '' && !fitsPath(path, request.path)) return false
  if (header !== null && !fitsHeader(header, request.rawHeaders)) return false
  return field === null || asText(fieldOf(request, field.path)) === field.equals
}

/** A pattern with a question mark is compared with path and query, others with the path alone. */
function fitsPath(pattern: string, asked: string): boolean {
  const { path, query } = splitPath(asked)
  const rooted = pattern.startsWith('/') || pattern.startsWith('*') ? pattern : `/${pattern}`
  return matchesGlob(rooted, pattern.includes('?') ? `${path}?${query}` : path)
}

/** `*` stands for any characters, also none and also slashes. Takes time proportional to the text, whatever the pattern. */
export function matchesGlob(pattern: string, text: string): boolean {
  const [first = '', ...others] = pattern.split('*')
  const last = others.pop()
  if (last === undefined) return text === first
  if (!text.startsWith(first) || !text.endsWith(last)) return false
  const end = text.length - last.length
  let at = first.length
  for (const piece of others) {
    const found = text.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return at <= end
}

function fitsHeader({ name, contains }: NonNullable<Rule['when']['header']>, rawHeaders: readonly string[]): boolean {
  return headerValues(rawHeaders, name.toLowerCase()).some((value) => value.includes(contains))
}

/** Objects and lists have no text to compare with. */
function asText(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value)
  return null
}
