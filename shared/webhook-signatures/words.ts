import type { SchemeInfo } from '../webhook-schemes.ts'
import { countOf } from '../words.ts'
import type { VerdictReason } from './types.ts'

/** A length of time as an operator says it: "12 seconds", "4 minutes", "3 days". Takes either sign. */
export function spanInWords(milliseconds: number): string {
  const seconds = Math.round(Math.abs(milliseconds) / 1_000)
  if (seconds < 120) return countOf(seconds, 'second')
  const minutes = Math.round(seconds / 60)
  if (minutes < 120) return countOf(minutes, 'minute')
  const hours = Math.round(minutes / 60)
  return hours < 72 ? countOf(hours, 'hour') : countOf(Math.round(hours / 24), 'day')
}

/** What a verdict says. `age` in milliseconds, negative for a timestamp of the future, null where there is none. */
export function verdictMessage(
  info: SchemeInfo,
  reason: VerdictReason,
  strictReason: VerdictReason,
  age: number | null,
): string {
  const span = spanInWords(age ?? 0)
  switch (reason) {
    case 'valid':
      return validMessage(info, strictReason, span)
    case 'stale':
      return `The signature is right, but the timestamp is ${span} old and ${info.name} allows ${countOf(info.timeRule.pastSeconds ?? 0, 'second')}.`
    case 'future':
      return `The signature is right, but the timestamp is ${span} in the future and ${info.name} allows ${countOf(info.timeRule.futureSeconds ?? 0, 'second')}.`
    case 'secret-missing':
      return `The request is signed as ${info.name} does it, but there is no secret to check it with.`
    case 'secret-format':
      return `The secret does not have the form ${info.name} needs. ${info.secretHint}`
    case 'url-unknown':
      return `${info.name} signs the URL as well, and the URL the sender called is not known.`
    case 'wrong-version':
      return 'The signature is of a version that this secret is not for.'
    case 'mismatch':
      return 'The signature does not belong to this request and secret: one of them differs from what the sender signed.'
    case 'header-missing':
    case 'header-malformed':
    case 'timestamp-missing':
      return `The request is not signed as ${info.name} does it.`
  }
}

function validMessage(info: SchemeInfo, strictReason: VerdictReason, span: string): string {
  if (strictReason === 'stale') {
    return `The signature is right. ${info.name} does not mind that the timestamp is ${span} old; a strict receiver would refuse it.`
  }
  if (strictReason === 'future') {
    return `The signature is right. ${info.name} does not mind that the timestamp is ${span} in the future; a strict receiver would refuse it.`
  }
  return 'The signature is right.'
}
