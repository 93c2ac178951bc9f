import type { Answer, Behaviour, Endpoint, Fault, Retention, Rule } from '../../../shared/contract/receiver.ts'
import { deadlines } from '../../../shared/webhook-deadlines.ts'
import { schemes } from '../../../shared/webhook-schemes.ts'
import { countOf, formatCount } from '../../../shared/words.ts'
import { bytesText, durationText } from '../../ui/amounts.ts'

/** "Stripe", or how the scheme is found where none is set. */
export function schemeWords({ scheme }: Pick<Endpoint, 'scheme'>): string {
  return scheme === null ? 'From the headers' : schemes[scheme].name
}

/** "200 at once", "503 after 1.5 s". */
export function answerWords({ status, delayMs }: Answer): string {
  return delayMs === 0 ? `${status} at once` : `${status} after ${durationText(delayMs)}`
}

/** How often, from a share of 0 to 1: "1 in 4 requests", "every request". `isOne`: the words are a singular. */
export function shareWords(share: number, noun = 'request'): { readonly words: string; readonly isOne: boolean } {
  if (share <= 0) return { words: `no ${noun}`, isOne: true }
  if (share >= 1) return { words: `every ${noun}`, isOne: true }
  const count = Math.round(1 / share)
  if (count > 1 && Math.abs(share - 1 / count) < 0.004) return { words: `1 in ${count} ${noun}s`, isOne: true }
  return { words: `${Math.round(share * 1_000) / 10} % of ${noun}s`, isOne: false }
}

/** A fault as a sentence: "1 in 4 requests is reset." */
export function faultWords(fault: Fault): string {
  if (fault.kind === 'fail-first') {
    const { words } = shareWords(fault.probability, 'event')
    const which = fault.count === 1 ? 'The first attempt' : `The first ${formatCount(fault.count)} attempts`
    return `${which} of ${words} ${fault.count === 1 ? 'gets' : 'get'} ${fault.status}.`
  }
  const { words, isOne } = shareWords(fault.probability)
  return `${words.charAt(0).toUpperCase()}${words.slice(1)} ${whatHappens(fault, isOne)}.`
}

function whatHappens(fault: Exclude<Fault, { kind: 'fail-first' }>, isOne: boolean): string {
  const gets = isOne ? 'gets' : 'get'
  switch (fault.kind) {
    case 'reset':
      return `${isOne ? 'is' : 'are'} reset`
    case 'half-response':
      return `${gets} half of the answer`
    case 'slow-drip':
      return `${gets} the answer at ${countOf(fault.bytesPerSecond, 'byte')} a second`
    case 'wrong-length':
      return `${gets} an answer shorter than it says`
    case 'rate-limit':
      return `${gets} 429, to be tried again after ${countOf(fault.retryAfterSeconds, 'second')}`
    case 'gone':
      return `${gets} 410`
    case 'webhook-delivery':
      return `${gets} the header webhook-delivery: ${fault.value}`
  }
}

const verdictWords = { valid: 'the signature is valid', invalid: 'the signature is invalid' } as const

/** When a rule answers: "POST to /orders/* where status is “paid”". */
export function conditionWords({ methods, path, header, field, verdict }: Rule['when']): string {
  const method = methods.length === 0 ? 'Any request' : methods.join(' or ')
  const where = [
    header === null
      ? null
      : header.contains === ''
        ? `${header.name} is there`
        : `${header.name} contains “${header.contains}”`,
    field === null ? null : `${field.path} is “${field.equals}”`,
    verdict === null ? null : verdictWords[verdict],
  ].filter((words) => words !== null)
  const to = path === '' ? '' : ` to ${path}`
  return `${method}${to}${where.length === 0 ? '' : ` where ${where.join(' and ')}`}`
}

/** "Up to 100,000 requests, 30 days, 2 GB", or that nothing is ever taken away. */
export function retentionWords({ maxCount, maxAgeDays, maxBytes }: Retention): string {
  const bounds = [
    maxCount === null ? null : countOf(maxCount, 'request'),
    maxAgeDays === null ? null : countOf(maxAgeDays, 'day'),
    maxBytes === null ? null : bytesText(maxBytes),
  ].filter((words) => words !== null)
  return bounds.length === 0 ? 'Without limit' : `Up to ${bounds.join(', ')}`
}

/** "Slack, 3 s", or that none is looked at. */
export function deadlineWords(deadline: Behaviour['deadline']): string {
  if (deadline === null) return 'None'
  const { name, ms } = deadlines[deadline]
  return `${name}, ${durationText(ms)}`
}

/** A first request for a terminal of any system. */
export function curlLine(url: string): string {
  return `curl -X POST ${url} -H "Content-Type: application/json" -d "{\\"type\\":\\"hello\\"}"`
}
