import { headerPairs, headerValues } from '../../../shared/raw-headers.ts'
import type { StoredCapture } from '../capture-record.ts'
import { base64Of, exactText, isChunked, lackOf, urlOf } from './request-parts.ts'

/** Longest body that stands in the command itself: Linux takes 128 KB in one argument. */
const MAX_ARGUMENT = 60_000
/** Below the 76 of MIME and far below what a terminal takes as one line. */
const BASE64_LINE = 76
/** What curl leaves alone in an address; for anything else the target is given to it beside the address. */
const PLAIN_TARGET = /^\/[\w\-.~!$&'()*+,;=:@%/?]*$/
/** Headers curl adds by itself unless they are taken out. */
const implicit = ['user-agent', 'accept', 'content-type', 'expect'] as const

/**
 * One command for a POSIX shell that sends the request again with curl: target, headers and body as they arrived, and no
 * header that did not. Two things differ: curl sends Host first, and trailers are left out.
 */
export function curlCommand(stored: StoredCapture): string {
  const body = bodyPart(stored)
  const url = new URL(urlOf(stored))
  const target = stored.target.startsWith('/') ? pathOf(urlOf(stored)) : stored.target
  const plain = PLAIN_TARGET.test(target)
  const parts = [
    stored.httpVersion === '1.0' ? 'curl --http1.0' : 'curl --http1.1',
    stored.method === 'HEAD' && body.argument === null ? '--head' : `--request ${quote(stored.method)}`,
    `--path-as-is --globoff --url ${quote(`${url.origin}${plain ? target : '/'}`)}`,
    ...(plain ? [] : [`--request-target ${quote(target)}`]),
    ...headerArguments(stored, url.host),
    ...(body.argument === null ? [] : [body.argument]),
  ]
  const lack = lackOf(stored)
  const comment = lack === null ? '' : `# ${lack}\n`
  return `${comment}${body.before}${parts.join(' \\\n  ')}${body.after}\n`
}

/** Text in single quotes. What cannot stand there on a screen is written out by printf. */
function quote(text: string): string {
  if (/^[\x20-\x7e\n]*$/.test(text)) return `'${text.replaceAll("'", "'\\''")}'`
  const bytes = Buffer.from(text, 'latin1')
  let format = ''
  for (const byte of bytes) {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x25 && byte !== 0x5c && byte !== 0x27
    format += plain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`
  }
  return `"$(printf '${format}')"`
}

function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('//') + 2)
  return start === -1 ? '/' : url.slice(start)
}

function headerArguments(stored: StoredCapture, urlHost: string): string[] {
  const names = new Set<string>()
  const lengthFits = headerValues(stored.rawHeaders, 'content-length').every(
    (value) => value === String(stored.body.length),
  )
  const written: string[] = []
  for (const [name, value] of headerPairs(stored.rawHeaders)) {
    const lower = name.toLowerCase()
    names.add(lower)
    const needless = (lower === 'host' && value === urlHost) || (lower === 'content-length' && !lengthFits)
    // With a semicolon curl sends a header that has no value; with a colon it would take the header out.
    if (!needless) written.push(`--header ${quote(value === '' ? `${name};` : `${name}: ${value}`)}`)
  }
  if (!names.has('host')) written.push("--header 'Host:'")
  for (const name of implicit) if (!names.has(name)) written.push(`--header '${name}:'`)
  return written
}

interface BodyPart {
  readonly before: string
  readonly argument: string | null
  readonly after: string
}

function bodyPart(stored: StoredCapture): BodyPart {
  const nothing = { before: '', after: '' }
  if (stored.body.length === 0) return { ...nothing, argument: isChunked(stored) ? "--data-raw ''" : null }
  const text = exactText(stored.body)
  // A carriage return would become a line feed on its way through a terminal.
  if (text !== null && stored.body.length <= MAX_ARGUMENT && !text.includes('\r')) {
    return { ...nothing, argument: `--data-raw '${text.replaceAll("'", "'\\''")}'` }
  }
  const lines = base64Of(stored.body).match(new RegExp(`.{1,${BASE64_LINE}}`, 'g')) ?? []
  return {
    before: "base64 -d <<'END_OF_BODY' | ",
    argument: '--data-binary @-',
    after: `\n${lines.join('\n')}\nEND_OF_BODY`,
  }
}
