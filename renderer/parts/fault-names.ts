import type { Fault } from '../../shared/contract/receiver.ts'

/** What goes wrong on purpose, as it stands within a sentence. In the order in which it is offered. */
const faultNames: Readonly<Record<Fault['kind'], string>> = {
  reset: 'connection reset',
  'half-response': 'half of the answer',
  'slow-drip': 'slow drip',
  'wrong-length': 'wrong Content-Length',
  'rate-limit': '429 with Retry-After',
  gone: '410 Gone',
  'webhook-delivery': 'header webhook-delivery',
  'fail-first': 'failure of the first attempts',
}

export function isFaultKind(kind: string | null): kind is Fault['kind'] {
  return kind !== null && Object.hasOwn(faultNames, kind)
}

/** The name of an injected fault; of one that is not known here, as an imported request can have it, its kind. */
export function faultName(kind: string): string {
  return isFaultKind(kind) ? faultNames[kind] : kind
}

/** All kinds, to choose from. */
export const faultChoices = Object.entries(faultNames).map(([value, name]) => ({
  value,
  label: `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
}))
