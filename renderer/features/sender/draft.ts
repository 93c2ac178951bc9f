import type { SampleEvent, SendInput } from '../../../shared/contract/sender.ts'
import { headerLines, readHeaderLines } from '../../parts/replay-model.ts'
import { type SigningDraft, signingOf, unsigned } from '../../parts/signing-model.ts'

/** The event that the three tabs send. A secret that is typed is not part of it. */
export interface EventDraft {
  /** The sample it began with. */
  readonly sampleId: string | null
  readonly url: string
  readonly method: string
  readonly contentType: string
  /** Lines "Name: value". */
  readonly headers: string
  readonly body: string
  readonly signing: SigningDraft
  readonly timeoutSeconds: number
  /** PEM, or empty. */
  readonly ca: string
}

export const emptyDraft: EventDraft = {
  sampleId: null,
  url: '',
  method: 'POST',
  contentType: 'application/json',
  headers: '',
  body: '{"type":"hello"}',
  signing: unsigned,
  timeoutSeconds: 30,
  ca: '',
}

/** The draft with a sample in it: what is sent and how it is signed is the sample's, where it goes stays. */
export function withSample(draft: EventDraft, sample: SampleEvent): EventDraft {
  return {
    ...draft,
    sampleId: sample.id,
    method: 'POST',
    contentType: sample.contentType,
    headers: headerLines(sample.headers.map(({ name, value }) => [name, value] as const)),
    body: sample.body,
    signing: { ...draft.signing, scheme: sample.scheme },
  }
}

/** Whether something was written that another sample would replace. */
export function isEdited(draft: EventDraft, sample: SampleEvent | null): boolean {
  const start = sample === null ? emptyDraft : withSample(draft, sample)
  return draft.body !== start.body || draft.headers !== start.headers
}

/** The event as the calls take it, or what is wrong with it and where. `typed` is the pasted secret. */
export function eventOf(
  draft: EventDraft,
  typed: string,
): { event: SendInput } | { problem: string; field: 'url' | 'secret' | 'headers' | 'method' } {
  const url = draft.url.trim()
  if (url === '')
    return { field: 'url', problem: 'The address is empty. Write it in full or choose one of your endpoints.' }
  const method = draft.method.trim().toUpperCase()
  if (!/^[A-Z]{1,20}$/.test(method)) return { field: 'method', problem: 'The method is one word, such as POST.' }
  const headers = readHeaderLines(draft.headers)
  if ('problem' in headers) return { field: 'headers', problem: headers.problem }
  const signing = signingOf(draft.signing, typed)
  if ('problem' in signing) return { field: 'secret', problem: signing.problem }
  return {
    event: {
      url,
      method,
      contentType: draft.contentType.trim(),
      headers: headers.headers,
      body: draft.body,
      signing: signing.signing,
      timeoutMs: Math.round(draft.timeoutSeconds * 1_000),
      ca: draft.ca.trim() === '' ? null : draft.ca,
    },
  }
}

/** Why a body that should be JSON is none, in the words of the parser; null where it is, or need not be. */
export function jsonProblem({ contentType, body }: Pick<EventDraft, 'contentType' | 'body'>): string | null {
  if (!/\bjson\b/i.test(contentType) || body === '') return null
  try {
    JSON.parse(body)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : 'It cannot be read.'
  }
}

/** Places in the contract's input whose messages stand at a field of the editor. */
const placed: Readonly<Record<string, 'url' | 'secret' | 'headers' | 'method' | 'body' | 'ca'>> = {
  url: 'url',
  method: 'method',
  body: 'body',
  ca: 'ca',
  secret: 'secret',
  signing: 'secret',
  'signing.secret': 'secret',
  'signing.secretId': 'secret',
}

export type EditorErrors = Partial<Record<'url' | 'secret' | 'headers' | 'method' | 'body' | 'ca', string>>

/** Messages of a refused call by field of the editor, and whether all of them have a place there. */
export function editorErrors(messages: Readonly<Record<string, string>>): {
  errors: EditorErrors
  areAllPlaced: boolean
} {
  const errors: EditorErrors = {}
  let areAllPlaced = Object.keys(messages).length > 0
  for (const [name, message] of Object.entries(messages)) {
    const path = name.replace(/^event\./, '')
    const field = path.startsWith('headers.') ? 'headers' : placed[path]
    if (field === undefined) areAllPlaced = false
    else errors[field] ??= message
  }
  return { errors, areAllPlaced }
}
