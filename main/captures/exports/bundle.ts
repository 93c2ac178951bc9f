import { createHash } from 'node:crypto'
import { z } from 'zod'
import { receiverLimits } from '../../../shared/limits.ts'
import { Problem } from '../../../shared/problems.ts'
import { type BundledCapture, parseJson, readLine } from './bundle-item.ts'

export type BundleItem = BundledCapture & { readonly bundleKey: string }

const FORMAT = 'keyhold-captures'
const VERSION = 1
const NO_BEGINNING = 'it is not the beginning of a bundle of captured requests'

const headerSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  count: z.number().int().positive(),
  sha256: z.string(),
})

/**
 * A bundle of these lines: JSON lines, the first one with their number and the SHA-256 of all that follows. The checksums
 * find damage and edits; they are no signature and do not prove who made the bundle. Signature headers of the requests
 * are in it, secrets of endpoints are not.
 */
export function writeBundle(lines: readonly string[]): string {
  const items = lines.map((line) => `${line}\n`).join('')
  return `${headerLine(lines.length, hashOf(items))}\n${items}`
}

/**
 * The requests of a bundle, read at `now`. All or nothing: every checksum is verified, and the whole text must be exactly what Keyhold
 * writes.
 * @throws Problem INVALID_INPUT naming the line and what is wrong with it.
 */
export function readBundle(text: string, now: number): { readonly items: BundleItem[] } {
  if (text === '') throw refusedLine(1, `${NO_BEGINNING}: the file is empty`)
  if (text.length > receiverLimits.bundle) throw refused('The bundle is larger than one can be.')
  const end = text.indexOf('\n')
  const first = end === -1 ? text : text.slice(0, end)
  const header = readHeader(first)
  if (end === -1 || !text.endsWith('\n')) throw refusedLine(lineCount(text), 'it ends in the middle')
  const lines = text
    .slice(end + 1)
    .split('\n')
    .slice(0, -1)
  const items = lines.slice(0, header.count).map((line, at) => {
    const item = readLine(line, at + 1, now)
    if (typeof item === 'string') throw refusedLine(at + 2, item)
    return item
  })
  if (lines.length !== header.count) {
    throw refusedLine(1, `it says ${header.count} requests, and ${lines.length} are there`)
  }
  if (hashOf(text.slice(end + 1)) !== header.sha256)
    throw refusedLine(1, 'its checksum does not fit the lines below it')
  return { items }
}

function readHeader(line: string): z.infer<typeof headerSchema> {
  const value = line.length > 1_000 ? null : parseJson(line)
  const version = z.looseObject({ format: z.literal(FORMAT), version: z.number() }).safeParse(value)
  if (!version.success) throw refusedLine(1, NO_BEGINNING)
  if (version.data.version !== VERSION) {
    throw refusedLine(1, `the bundle has version ${version.data.version}, and this Keyhold reads version ${VERSION}`)
  }
  const header = headerSchema.safeParse(value)
  if (!header.success || headerLine(header.data.count, header.data.sha256) !== line) {
    throw refusedLine(1, 'it is not written as Keyhold writes it')
  }
  if (header.data.count > receiverLimits.exportRequests) {
    throw refusedLine(1, `it names more than the ${receiverLimits.exportRequests} requests a bundle can have`)
  }
  return header.data
}

function headerLine(count: number, sha256: string): string {
  return JSON.stringify({ format: FORMAT, version: VERSION, count, sha256 })
}

/** Of UTF-8 with lone surrogates told apart: encoded as such they would all become the same replacement character. */
function hashOf(items: string): string {
  if (!items.isWellFormed()) throw refused('The bundle has characters that no text file can have.')
  return createHash('sha256').update(items).digest('hex')
}

function lineCount(text: string): number {
  return text.endsWith('\n') ? text.split('\n').length - 1 : text.split('\n').length
}

function refusedLine(line: number, reason: string): Problem {
  return refused(`Line ${line} of the bundle is refused: ${reason}.`)
}

function refused(message: string): Problem {
  return new Problem('INVALID_INPUT', message, {
    cause: message,
    remedies: ['Export the bundle again and import the new file as it is.', 'Nothing was imported.'],
    fields: [{ field: 'bundle', message }],
  })
}
