import type { Answer, Fault, GenericOptions, Rule } from '../../../shared/contract/receiver.ts'
import { receiverLimits } from '../../../shared/limits.ts'
import { usualBehaviour } from '../../../shared/receiver-defaults.ts'
import { genericDefaults } from '../../../shared/webhook-schemes.ts'
import { formatCount } from '../../../shared/words.ts'
import { headerLines, readHeaderLines } from '../../parts/replay-model.ts'
import { numberBetween } from '../../ui/number-between.ts'

/** A number field as it stands: empty text while nothing is in it. */
export type Typed = number | string

/** Messages by field of a form; empty when all is well. */
export type Messages = Readonly<Record<string, string>>

/** An answer while it is edited. */
export interface AnswerDraft {
  readonly status: Typed
  /** Lines "Name: value". */
  readonly headers: string
  readonly body: string
  readonly delayMs: Typed
}

/** The number, or null where there is none. */
export function numberOf(value: Typed): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

export function draftOfAnswer({ status, headers, body, delayMs }: Answer): AnswerDraft {
  return { status, headers: headerLines(headers.map(({ name, value }) => [name, value])), body, delayMs }
}

/** The answer, or what is missing, by field. */
export function readAnswer(draft: AnswerDraft): { readonly answer: Answer } | { readonly messages: Messages } {
  const status = numberBetween(draft.status, 200, 599)
  const delayMs = numberBetween(draft.delayMs, 0, receiverLimits.delayMs)
  const read = readHeaderLines(draft.headers)
  const headers = 'headers' in read ? read.headers : null
  if (status !== null && delayMs !== null && headers !== null)
    return { answer: { status, headers, body: draft.body, delayMs } }
  return {
    messages: {
      ...(status === null ? { status: 'Give a status from 200 to 599.' } : {}),
      ...(delayMs === null
        ? { delayMs: `Give milliseconds from 0, which answers at once, to ${formatCount(receiverLimits.delayMs)}.` }
        : {}),
      ...('problem' in read ? { headers: read.problem } : {}),
    },
  }
}

/** A rule while it is edited. An empty field or header name means that it is not looked at. */
export interface RuleDraft {
  readonly name: string
  readonly methods: readonly string[]
  readonly path: string
  readonly headerName: string
  readonly headerContains: string
  readonly fieldPath: string
  readonly fieldEquals: string
  readonly verdict: 'valid' | 'invalid' | null
  readonly answer: AnswerDraft
}

export function draftOfRule(rule: Rule | null): RuleDraft {
  const answer = draftOfAnswer(rule?.answer ?? usualBehaviour.answer)
  return {
    name: rule?.name ?? '',
    methods: rule?.when.methods ?? [],
    path: rule?.when.path ?? '',
    headerName: rule?.when.header?.name ?? '',
    headerContains: rule?.when.header?.contains ?? '',
    fieldPath: rule?.when.field?.path ?? '',
    fieldEquals: rule?.when.field?.equals ?? '',
    verdict: rule?.when.verdict ?? null,
    answer,
  }
}

/** The rule, or what is missing, by field. */
export function readRule(draft: RuleDraft): { readonly rule: Rule } | { readonly messages: Messages } {
  const read = readAnswer(draft.answer)
  const own = {
    ...(draft.name.trim() === '' ? { name: 'Give the rule a name: captured requests say which one answered.' } : {}),
    ...(draft.headerName.trim() === '' && draft.headerContains !== '' ? { headerName: 'Say which header.' } : {}),
    ...(draft.fieldPath.trim() === '' && draft.fieldEquals !== '' ? { fieldPath: 'Say which field.' } : {}),
    ...(draft.fieldPath.trim() !== '' && draft.fieldEquals === '' ? { fieldEquals: 'Say which value it has.' } : {}),
  }
  if ('messages' in read || Object.keys(own).length > 0)
    return { messages: { ...own, ...('messages' in read ? read.messages : {}) } }
  return {
    rule: {
      name: draft.name.trim(),
      when: {
        methods: draft.methods.map((method) => method.trim().toUpperCase()),
        path: draft.path.trim(),
        header:
          draft.headerName.trim() === '' ? null : { name: draft.headerName.trim(), contains: draft.headerContains },
        field: draft.fieldPath.trim() === '' ? null : { path: draft.fieldPath.trim(), equals: draft.fieldEquals },
        verdict: draft.verdict,
      },
      answer: read.answer,
    },
  }
}

/** The list with the entry at `from` moved by one place; the same where it is at the end already. */
export function moved<T>(list: readonly T[], from: number, by: 1 | -1): T[] {
  const next = [...list]
  const [entry] = next.splice(from, 1)
  if (entry !== undefined) next.splice(Math.max(0, from + by), 0, entry)
  return next
}

const faultDefaults: { readonly [K in Fault['kind']]: Extract<Fault, { kind: K }> } = {
  reset: { kind: 'reset', probability: 0.25 },
  'half-response': { kind: 'half-response', probability: 0.25 },
  'slow-drip': { kind: 'slow-drip', probability: 0.25, bytesPerSecond: 1 },
  'wrong-length': { kind: 'wrong-length', probability: 0.25 },
  'rate-limit': { kind: 'rate-limit', probability: 0.25, retryAfterSeconds: 30 },
  gone: { kind: 'gone', probability: 0.25 },
  'webhook-delivery': { kind: 'webhook-delivery', probability: 0.25, value: 'abort-message' },
  'fail-first': { kind: 'fail-first', probability: 1, count: 2, status: 503 },
}

/** A fault of this kind to begin with. */
export function newFault(kind: Fault['kind']): Fault {
  return faultDefaults[kind]
}

/** Options of `generic-hmac` to begin with, as the form has them. */
export function draftOfOptions(options: GenericOptions | null): GenericOptions {
  return options ?? { ...genericDefaults }
}
