import type { BodyView } from '../../../shared/contract/captures.ts'
import { receiverLimits } from '../../../shared/limits.ts'
import { type DecodedText, decodeText, isPlainText, xmlEncoding } from './charset.ts'
import { type Unpacked, unpack } from './content-coding.ts'
import { readForm } from './form.ts'
import { layOutJson } from './json-layout.ts'
import { placeInText } from './json-scan.ts'
import { familyOf, type MediaType, readMediaType } from './media-type.ts'
import { readMultipart } from './multipart.ts'
import { pageOfText } from './page-writer.ts'
import { layOutXml, MAX_XML } from './xml-layout.ts'

export interface BodyToView {
  /** First Content-Type, as it came. */
  readonly contentType: string | null
  /** Content-Encoding, several joined with commas. */
  readonly contentEncoding: string | null
  /** As it is stored. */
  readonly body: Uint8Array
  /** Why the request is not whole, or null. */
  readonly refused: string | null
}

type Shown = Pick<BodyView, 'view' | 'problem' | 'nextOffset'>

const LINE = 16

/**
 * One page of a body for the screen. Never throws, whatever the body is: what cannot be shown as its content type says is
 * shown as text or bytes, and `problem` says why. `pretty` moves only white space. `text` and `pretty` are unpacked where
 * they came packed; `hex` is what is stored.
 * @param offset Where the page begins: `nextOffset` of the page before. UTF-16 units of the shown text, bytes for hex.
 */
export function viewBody(input: BodyToView, as: 'pretty' | 'text' | 'hex', offset: number): BodyView {
  const bare = { problem: null, decodedFrom: null, totalBytes: input.body.length, nextOffset: null }
  if (input.body.length === 0) {
    return { ...bare, view: { kind: input.refused === null ? 'empty' : 'not-kept' } }
  }
  const broken = input.refused === null ? null : 'The sender stopped before the end: this is only the beginning.'
  if (as === 'hex') {
    const shown = hexPage(input.body, offset)
    return { ...bare, ...shown, problem: broken }
  }
  const unpacked = unpack(input.body, input.contentEncoding)
  const shown = unpacked.bytes.length === 0 ? emptyView : asText(input, unpacked, as, offset)
  return {
    ...shown,
    problem: sentences(broken, unpacked.problem, shown.problem),
    decodedFrom: unpacked.decodedFrom,
    totalBytes: unpacked.bytes.length,
  }
}

const emptyView: Shown = { view: { kind: 'empty' }, problem: null, nextOffset: null }

function asText(input: BodyToView, unpacked: Unpacked, as: 'pretty' | 'text', offset: number): Shown {
  const media = readMediaType(input.contentType)
  const family = familyOf(media.type)
  const named = media.parameters.get('charset') ?? (family === 'xml' ? xmlEncoding(unpacked.bytes) : null)
  if (as === 'text') return textPage(decodeText(unpacked.bytes, named), offset, null)
  if (family === 'multipart') return multipartView(unpacked.bytes, media, offset)
  const decoded = decodeText(unpacked.bytes, named)
  if (family === 'json') return jsonView(decoded, offset)
  if (family === 'xml') return xmlView(decoded, offset)
  if (family === 'form') return formView(decoded, offset)
  return unnamedView(unpacked.bytes, decoded, family === 'text', offset)
}

/** A type that says nothing of the structure: JSON and XML are laid out where the body is some. */
function unnamedView(bytes: Uint8Array, decoded: DecodedText, saysText: boolean, offset: number): Shown {
  if (!saysText && !(decoded.sound && isPlainText(decoded.text))) return hexPage(bytes, offset)
  const beginning = /^\s{0,100}(\S.{0,4})/s.exec(decoded.text.slice(0, 120))?.[1] ?? ''
  const found = /^[{[]/.test(beginning) ? tryJson(decoded, offset) : null
  const known = found ?? (beginning === '<?xml' ? tryXml(decoded, offset) : null)
  return known !== null && typeof known !== 'string' ? known : textPage(decoded, offset, null)
}

function jsonView(decoded: DecodedText, offset: number): Shown {
  const found = tryJson(decoded, offset)
  return typeof found === 'string' ? textPage(decoded, offset, `The content type says JSON, but ${found}`) : found
}

function xmlView(decoded: DecodedText, offset: number): Shown {
  const found = tryXml(decoded, offset)
  return typeof found === 'string' ? textPage(decoded, offset, `The content type says XML, but ${found}`) : found
}

/** A page of laid out JSON, or half a sentence why not. */
function tryJson(decoded: DecodedText, offset: number): Shown | string {
  const layout = layOutJson(decoded.text, offset, receiverLimits.bodyPage)
  if (layout.kind === 'fault') return `${layout.fault.reason} (${placeInText(decoded.text, layout.fault.at)}).`
  const { text, nextOffset } = layout.page
  return { view: { kind: 'json', text, charset: decoded.charset }, problem: decoded.problem, nextOffset }
}

function tryXml(decoded: DecodedText, offset: number): Shown | string {
  if (decoded.text.length > MAX_XML) return `it is too long to be laid out; it is shown as it came.`
  const layout = layOutXml(decoded.text, offset, receiverLimits.bodyPage)
  if (layout.kind === 'fault') return `${layout.fault.reason} (${placeInText(decoded.text, layout.fault.at)}).`
  const { text, nextOffset } = layout.page
  return { view: { kind: 'xml', text, charset: decoded.charset }, problem: decoded.problem, nextOffset }
}

/** JSON under this type is common: it is what curl says of any body unless it is told otherwise. */
function formView(decoded: DecodedText, offset: number): Shown {
  const json = /^\s{0,100}[{[]/.test(decoded.text.slice(0, 120)) ? tryJson(decoded, offset) : null
  if (json !== null && typeof json !== 'string') {
    return { ...json, problem: sentences('The content type says form, but the body is JSON.', json.problem) }
  }
  const { fields, cut, malformed } = readForm(decoded.text)
  if (fields.length === 0) return textPage(decoded, offset, 'The content type says form, but there are no fields.')
  return {
    view: { kind: 'form', fields },
    problem: sentences(
      decoded.problem,
      malformed
        ? 'A percent sign is not followed by the bytes of a character; it is shown as well as it can be.'
        : null,
      cut ? `Only the first ${fields.length} fields are shown. All of it is in the text view.` : null,
    ),
    nextOffset: null,
  }
}

function multipartView(bytes: Uint8Array, media: MediaType, offset: number): Shown {
  const found = readMultipart(bytes, media.parameters.get('boundary') ?? null)
  if (found !== null)
    return { view: { kind: 'multipart', parts: found.parts }, problem: found.problem, nextOffset: null }
  const shown = unnamedView(bytes, decodeText(bytes, null), false, offset)
  return { ...shown, problem: sentences('The content type says multipart, but no part can be found.', shown.problem) }
}

function textPage(decoded: DecodedText, offset: number, problem: string | null): Shown {
  const { text, nextOffset } = pageOfText(decoded.text, offset, receiverLimits.bodyPage)
  return {
    view: { kind: 'text', text, charset: decoded.charset },
    problem: sentences(problem, decoded.problem),
    nextOffset,
  }
}

function hexPage(bytes: Uint8Array, offset: number): Shown {
  const end = Math.min(bytes.length, offset + receiverLimits.bodyPage)
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const lines: { offset: number; hex: string; text: string }[] = []
  for (let at = offset; at < end; at += LINE) {
    const line = source.subarray(at, Math.min(at + LINE, end))
    lines.push({
      offset: at,
      hex: line.toString('hex').replaceAll(/..(?!$)/g, '$& '),
      text: line.toString('latin1').replaceAll(/[^\x20-\x7e]/g, '.'),
    })
  }
  return { view: { kind: 'hex', lines }, problem: null, nextOffset: end < bytes.length ? end : null }
}

function sentences(...parts: readonly (string | null)[]): string | null {
  const said = parts.filter((part) => part !== null)
  return said.length === 0 ? null : said.join(' ')
}
