import { type AskedRequest, Responder } from '../../main/receiver/responses.ts'
import type { VerdictRecord } from '../../shared/contract/captures.ts'
import type { Answer, Behaviour } from '../../shared/contract/receiver.ts'
import { usualBehaviour } from '../../shared/receiver-defaults.ts'
import type { SchemeId } from '../../shared/webhook-schemes.ts'

export function behaviour(change: Partial<Behaviour> = {}, answer: Partial<Answer> = {}): Behaviour {
  return { ...usualBehaviour, ...change, answer: { ...usualBehaviour.answer, ...answer } }
}

export function responder(
  change: Partial<Behaviour> = {},
  answer: Partial<Answer> = {},
  options: { scheme?: SchemeId | null; secrets?: { label: string; secret: string }[] | null } = {},
): Responder {
  return new Responder(behaviour(change, answer), { slug: 'orders', secrets: [], scheme: null, ...options })
}

export function verdict(kind: VerdictRecord['verdict'], scheme: SchemeId | null = null): VerdictRecord {
  const reason = kind === 'valid' ? 'valid' : kind === 'invalid' ? 'mismatch' : 'header-missing'
  return { verdict: kind, scheme, strictOk: null, reason, message: '', matchedSecret: null, timestamp: null }
}

export interface Asking {
  readonly method?: string
  readonly path?: string
  readonly headers?: readonly string[]
  readonly body?: string | Uint8Array
  readonly at?: number
  readonly verdict?: VerdictRecord
  readonly eventId?: string | null
}

export function asked(request: Asking = {}): AskedRequest {
  let json: { readonly value: unknown } | null = null
  const body = typeof request.body === 'string' ? Buffer.from(request.body) : (request.body ?? new Uint8Array())
  return {
    method: request.method ?? 'POST',
    path: request.path ?? '',
    rawHeaders: request.headers ?? [],
    body,
    at: request.at ?? Date.UTC(2026, 0, 2, 3, 4, 5, 6),
    verdict: request.verdict ?? verdict('unsigned'),
    eventId: request.eventId ?? null,
    bodyJson: () => {
      json ??= { value: parsed(body) }
      return json.value
    },
  }
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    return undefined
  }
}
