import type { Layout } from './json-layout.ts'
import type { JsonFault } from './json-scan.ts'
import { PageWriter } from './page-writer.ts'

/** Characters of XML that are laid out; longer ones are shown as they came. */
export const MAX_XML = 4 * 1024 * 1024
const SPACE = /^[ \t\r\n]*$/

type PieceKind = 'open' | 'close' | 'alone' | 'text' | 'other'

interface Piece {
  readonly kind: PieceKind
  readonly start: number
  readonly end: number
  /** Of an element that is opened: its text is data, so nothing inside it may be moved. */
  inline: boolean
}

/**
 * XML with one element per line. Works on the text: no entity is expanded, nothing is fetched, duplicate attributes,
 * quotes and order stay. Only white space between elements changes, never inside an element that has text of its own or
 * says `xml:space="preserve"`. Written here because the known formatters read into objects and write those: that loses
 * duplicate attributes, closes mismatched elements silently and takes seconds for hostile attribute lists.
 */
export function layOutXml(text: string, offset: number, length: number): Layout {
  const pieces = cutPieces(text)
  if (!Array.isArray(pieces)) return { kind: 'fault', fault: pieces }
  const out = new PageWriter(offset, length)
  let depth = 0
  /** Level of the outermost element that is left as it came; 0 outside of one. */
  let inlineFrom = 0
  let first = true
  let before: Piece | null = null
  for (const piece of pieces) {
    if (piece.kind === 'close') depth -= 1
    const inside = inlineFrom > 0
    if (inside) {
      out.put(text, piece.start, piece.end)
      if (piece.kind === 'close' && depth + 1 === inlineFrom) inlineFrom = 0
    } else if (piece.kind !== 'text') {
      const empty: boolean = piece.kind === 'close' && before?.kind === 'open'
      if (!first && !empty) out.line(depth)
      out.put(text, piece.start, piece.end)
      first = false
    }
    if (piece.kind === 'open') {
      depth += 1
      if (!inside && piece.inline) inlineFrom = depth
    }
    before = piece
  }
  return { kind: 'page', page: out.page() }
}

/** The text in pieces, or what makes it no XML. Marks the elements whose content is data. */
function cutPieces(text: string): Piece[] | JsonFault {
  const pieces: Piece[] = []
  const open: Piece[] = []
  let roots = 0
  let at = 0
  while (at < text.length) {
    const next = text[at] === '<' ? pieceEnd(text, at) : textPiece(text, at)
    if ('reason' in next) return next
    const piece: Piece = { ...next, start: at, inline: false }
    const parent = open.at(-1)
    if (parent === undefined) {
      const fault = outsideFault(text, piece, roots)
      if (fault !== null) return fault
    }
    if (piece.kind === 'close') {
      if (parent === undefined || !sameName(text, parent, piece)) {
        return { at, reason: 'an end tag does not fit the element that is open' }
      }
      open.pop()
    } else if (piece.kind === 'open' || piece.kind === 'alone') {
      if (parent === undefined) roots += 1
      piece.inline = /\sxml:space\s*=\s*["']preserve["']/.test(text.slice(at, Math.min(piece.end, at + 4_096)))
      if (piece.kind === 'open') open.push(piece)
    } else if (parent !== undefined && isData(text, piece)) {
      parent.inline = true
    }
    pieces.push(piece)
    at = piece.end
  }
  if (open.length > 0) return { at, reason: 'it ends before every element is closed' }
  if (roots === 0) return { at, reason: 'it has no element' }
  return markBlankLeaves(pieces)
}

/** White space that is all an element has is its value. */
function markBlankLeaves(pieces: Piece[]): Piece[] {
  for (let at = 2; at < pieces.length; at += 1) {
    const opened = pieces[at - 2]
    if (opened?.kind === 'open' && pieces[at - 1]?.kind === 'text' && pieces[at]?.kind === 'close') opened.inline = true
  }
  return pieces
}

function outsideFault(text: string, piece: Piece, roots: number): JsonFault | null {
  const at = piece.start
  if (piece.kind === 'text' && !isSpace(text, piece)) return { at, reason: 'there is text outside of the elements' }
  if ((piece.kind === 'open' || piece.kind === 'alone') && roots > 0) return { at, reason: 'it has a second root' }
  return null
}

function isData(text: string, piece: Piece): boolean {
  if (piece.kind === 'text') return !isSpace(text, piece)
  return text.startsWith('<![CDATA[', piece.start)
}

function isSpace(text: string, piece: Piece): boolean {
  return SPACE.test(text.slice(piece.start, piece.end))
}

type Cut = { readonly kind: PieceKind; readonly end: number }

function textPiece(text: string, start: number): Cut {
  const next = text.indexOf('<', start)
  return { kind: 'text', end: next === -1 ? text.length : next }
}

function pieceEnd(text: string, start: number): Cut | JsonFault {
  const closed = (mark: string, from: number): Cut | JsonFault => {
    const found = text.indexOf(mark, from)
    return found === -1
      ? { at: start, reason: `something that must end with ${mark} does not end` }
      : { kind: 'other', end: found + mark.length }
  }
  if (text.startsWith('<!--', start)) return closed('-->', start + 4)
  if (text.startsWith('<![CDATA[', start)) return closed(']]>', start + 9)
  if (text.startsWith('<?', start)) return closed('?>', start + 2)
  const end = tagEnd(text, start)
  if (end === null) return { at: start, reason: 'a tag does not end' }
  if (text[start + 1] === '!') return { kind: 'other', end }
  const nameAt = text[start + 1] === '/' ? start + 2 : start + 1
  if (nameEnd(text, nameAt) === nameAt) return { at: start, reason: 'a tag has no name' }
  if (nameAt === start + 2) return { kind: 'close', end }
  return { kind: text[end - 2] === '/' ? 'alone' : 'open', end }
}

/** Behind the ">" that ends the tag: not one in quotes, and not one in the [ ] of a document type. */
function tagEnd(text: string, start: number): number | null {
  let quote = ''
  let brackets = 0
  const documentType = text[start + 1] === '!'
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text[at] ?? ''
    if (quote !== '') {
      if (char === quote) quote = ''
    } else if (char === '"' || char === "'") {
      quote = char
    } else if (documentType && char === '[') {
      brackets += 1
    } else if (documentType && char === ']') {
      brackets -= 1
    } else if (char === '>' && brackets <= 0) {
      return at + 1
    } else if (char === '<' && !documentType) {
      return null
    }
  }
  return null
}

function nameEnd(text: string, from: number): number {
  let at = from
  while (at < text.length && !' \t\r\n/>'.includes(text[at] ?? '>')) at += 1
  return at
}

function sameName(text: string, open: Piece, close: Piece): boolean {
  const opened = text.slice(open.start + 1, nameEnd(text, open.start + 1))
  return opened === text.slice(close.start + 2, nameEnd(text, close.start + 2))
}
