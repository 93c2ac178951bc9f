import { schemes } from '../../webhook-schemes.ts'
import type { MessageInput, Part, SchemeRules } from '../types.ts'
import type { LooseClaim } from './loose-claim.ts'
import { as, type Candidate } from './types.ts'

export type Shape = (input: MessageInput) => readonly Part[] | null

/** Other ids and timestamps the signature may cover. */
export function otherClaims(rules: SchemeRules, claim: LooseClaim): Candidate<LooseClaim>[] {
  const found: Candidate<LooseClaim>[] = []
  const unit =
    'The timestamp in the header is not in the unit that was signed: one is in seconds, the other in milliseconds.'
  const sameUnit = 'Sign the timestamp exactly as it stands in the header, in the unit the scheme asks for.'
  if (/^\d{12,16}$/.test(claim.stamp)) {
    found.push(as({ ...claim, stamp: claim.stamp.slice(0, -3) }, 'timestamp-unit', unit, sameUnit))
  } else if (/^\d{8,11}$/.test(claim.stamp)) {
    found.push(as({ ...claim, stamp: `${claim.stamp}000` }, 'timestamp-unit', unit, sameUnit))
  }
  if (claim.stamp !== claim.stamp.trim()) {
    const sentence = 'The timestamp has spaces around it that were not signed.'
    found.push(as({ ...claim, stamp: claim.stamp.trim() }, 'timestamp-unit', sentence, sameUnit))
  }
  if (schemes[rules.id].secretKind === 'whsec') {
    for (const id of otherIds(claim.id)) {
      const sentence = 'The id in the header is not the one that was signed.'
      const remedy = 'Sign the id exactly as it stands in the header, and use ids without dots.'
      found.push(as({ ...claim, id }, id === '' ? 'id-altered' : 'id-with-dots', sentence, remedy))
    }
  }
  return found
}

function otherIds(id: string): string[] {
  const dotted = id.includes('.')
    ? [id.slice(0, id.indexOf('.')), id.slice(id.lastIndexOf('.') + 1), id.replaceAll('.', '')]
    : []
  return [...dotted, '']
}

/** Other ways to join what is signed; each is the way of some sender. */
export function otherShapes(): Candidate<Shape>[] {
  const shapes: readonly (readonly [string, Shape])[] = [
    ['the body alone', ({ body }) => [body]],
    ['timestamp, dot and body', ({ stamp, body }) => [`${stamp}.`, body]],
    ['timestamp and body', ({ stamp, body }) => [stamp, body]],
    ['timestamp, colon and body', ({ stamp, body }) => [`${stamp}:`, body]],
    ['timestamp, comma and body', ({ stamp, body }) => [`${stamp},`, body]],
    ['"v0", timestamp and body with colons', ({ stamp, body }) => [`v0:${stamp}:`, body]],
    ['id, timestamp and body with dots', ({ id, stamp, body }) => [`${id}.${stamp}.`, body]],
    ['id, dot and body', ({ id, body }) => [`${id}.`, body]],
    ['body and timestamp', ({ stamp, body }) => [body, stamp]],
    ['body, dot and timestamp', ({ stamp, body }) => [body, `.${stamp}`]],
    ['timestamp, line break and body', ({ stamp, body }) => [`${stamp}\n`, body]],
    ['the URL and the body', ({ url, body }) => [url, body]],
    ['the URL alone', ({ url }) => [url]],
    ['method, URL and body', ({ method, url, body }) => [method, url, body]],
    ['the timestamp alone', ({ stamp }) => [stamp]],
  ]
  return shapes.map(([name, shape]) =>
    as(
      shape,
      'signed-content',
      `The sender signs ${name}, which is not what this scheme signs.`,
      'Have the sender sign what the scheme asks for, or set the scheme the sender really uses.',
    ),
  )
}
