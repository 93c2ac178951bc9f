import { headerValues } from '../raw-headers.ts'
import type { Fault } from './types.ts'

/**
 * The value of a header that may be there only once. Twice is refused even when both are equal: servers join them with
 * a comma, so the vendor's code refuses as well, and two that differ could be read differently by two programs.
 */
export function singleHeader(rawHeaders: readonly string[], name: string): string | Fault {
  const [value, ...others] = headerValues(rawHeaders, name)
  if (value === undefined || value === '') return missing(name)
  if (others.length > 0) {
    return malformed(`The header ${name} is there ${others.length + 1} times; it may be there only once.`)
  }
  return value
}

export function missing(name: string): Fault {
  return { fault: 'header-missing', message: `The header ${name} is missing or empty.` }
}

export function malformed(message: string): Fault {
  return { fault: 'header-malformed', message }
}

export function wrongVersion(message: string): Fault {
  return { fault: 'wrong-version', message }
}

export function isFault<T>(value: T | Fault): value is Fault {
  return typeof value === 'object' && value !== null && 'fault' in value
}
