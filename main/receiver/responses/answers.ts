import type { Answer } from '../../../shared/contract/receiver.ts'
import { receiverLimits } from '../../../shared/limits.ts'
import type { AskedRequest } from './asked.ts'
import { compileTemplate, type Language, type Template } from './templates.ts'

/** What goes over the wire. */
export interface Filled {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
}

/** An answer made ready: its templates read once, its constant parts laid out. */
export interface ReadyAnswer {
  readonly delayMs: number
  /** The finished answer where it is the same for every request, else null. */
  readonly constant: Filled | null
  fill(request: AskedRequest): Filled
}

/**
 * Node frames the answer by these; a wrong length is asked for as a fault. It throws for a `Trailer` in an answer that is
 * not sent in chunks.
 */
const framing = new Set(['content-length', 'transfer-encoding', 'trailer'])

/**
 * An answer without a content type is plain text: a browser that guesses could take what a sender wrote for a page.
 */
export function prepareAnswer({ status, headers, body, delayMs }: Answer): ReadyAnswer {
  const kept = headers.filter(({ name }) => !framing.has(name.toLowerCase()))
  const type = kept.find(({ name }) => name.toLowerCase() === 'content-type')?.value ?? null
  const text = compileTemplate(body, languageOf(type))
  const fields = kept.map(({ name, value }): [string, Template] => [name, compileTemplate(value, 'header')])
  if (type === null && body !== '') {
    fields.push(['Content-Type', compileTemplate('text/plain; charset=utf-8', 'header')])
  }
  const fill = (read: (template: Template) => string) =>
    framed(
      status,
      fields.map(([name, template]) => [name, headerText(read(template))]),
      read(text),
    )
  const isConstant = text.constant !== null && fields.every(([, template]) => template.constant !== null)
  const constant = isConstant ? fill((template) => template.constant ?? '') : null
  return { delayMs, constant, fill: (request) => constant ?? fill((template) => template.fill(request)) }
}

/** With Content-Length, and without a body where the status allows none. */
export function framed(status: number, headers: readonly (readonly [string, string])[], body: string): Filled {
  if (isBodiless(status)) return { status, headers, body: '' }
  return { status, headers: [...headers, ['Content-Length', String(Buffer.byteLength(body))]], body }
}

export function isBodiless(status: number): boolean {
  return status === 204 || status === 304
}

/** A short answer of Keyhold's own. */
export function plainAnswer(
  status: number,
  text: string,
  headers: readonly (readonly [string, string])[] = [],
): Filled {
  return framed(status, [['Content-Type', 'text/plain; charset=utf-8'], ...headers], `${text}\n`)
}

export function jsonAnswer(value: unknown): Filled {
  return framed(200, [['Content-Type', 'application/json']], JSON.stringify(value))
}

function languageOf(contentType: string | null): Language {
  const type = contentType?.toLowerCase() ?? ''
  if (type.includes('json')) return 'json'
  return type.includes('html') || type.includes('xml') ? 'markup' : 'text'
}

/**
 * One line, whatever went into it. Other characters than ASCII go out as their UTF-8 bytes, each of which is one
 * character here, as Node reads and writes headers.
 */
function headerText(value: string): string {
  const line = value
    .slice(0, receiverLimits.headerValue)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what would end the header is taken out
    .replaceAll(/[\u0000-\u0008\u000a-\u001f\u007f]+/g, ' ')
    .trim()
  return Buffer.from(line, 'utf8').toString('latin1')
}
