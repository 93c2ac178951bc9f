import { expect } from 'vitest'
import type { SchemeId, SchemeOptions } from '../../../shared/webhook-schemes.ts'
import {
  type Diagnosis,
  type DoctorCause,
  type DoctorContext,
  diagnose,
  type MessageToSign,
  sign,
  verify,
} from '../../../shared/webhook-signatures.ts'

export const NOW = 1_770_000_000_000
export const URL_CALLED = 'https://hooks.example.com/in/orders?shop=1'
export const json = '{"type":"order.paid","data":{"name":"Zoë","url":"https://a.example/b","total":12.5}}'

export interface Sender {
  readonly scheme: SchemeId
  /** What the sender has. */
  readonly secret: string
  /** What the sender signs. */
  readonly signs?: Partial<MessageToSign>
  /** What arrives. */
  readonly arrives?: { body?: string | Uint8Array; url?: string | null; headers?: (headers: string[]) => string[] }
  /** What the operator has. */
  readonly has?: Partial<DoctorContext> & { secret?: string }
  readonly asScheme?: SchemeId | null
  readonly options?: SchemeOptions
}

/** A sender that makes one mistake, and what the doctor says about the request that arrives. */
export function diagnosed({
  scheme,
  secret,
  signs = {},
  arrives = {},
  has = {},
  asScheme = scheme,
  options,
}: Sender): Diagnosis[] {
  const message: MessageToSign = {
    method: 'POST',
    url: URL_CALLED,
    body: Buffer.from(json),
    id: 'msg_1',
    timestamp: NOW,
    contentType: 'application/json',
    ...signs,
  }
  const headers = sign(scheme, message, [secret], options ?? null).flat()
  const rawHeaders = ['Content-Type', message.contentType ?? '', ...headers]
  const body = Buffer.from(arrives.body ?? json)
  const request = {
    method: 'POST',
    url: arrives.url === undefined ? URL_CALLED : arrives.url,
    rawHeaders: arrives.headers?.(rawHeaders) ?? rawHeaders,
    body,
  }
  const { secret: own = secret, ...rest } = has
  const context = { secrets: [{ label: 'current', secret: own }], otherSecrets: [], urls: [], now: NOW, ...rest }
  const secrets = context.secrets.map((entry) => entry.secret)
  if (asScheme !== null) expect(verify(asScheme, request, secrets, context.now, options ?? null).ok).toBe(false)
  const found = diagnose(asScheme, request, context, options ?? null)
  const told = JSON.stringify(found)
  for (const hidden of [secret, own, ...context.otherSecrets.map((entry) => entry.secret)]) {
    if (hidden.length > 9) expect(told).not.toContain(hidden)
  }
  return found
}

export function expectCertain(sender: Sender, cause: DoctorCause, words?: RegExp): void {
  const [first] = diagnosed(sender)
  expect(first).toMatchObject({ cause, certain: true })
  if (words !== undefined) expect(`${first?.sentence} ${first?.remedy}`).toMatch(words)
}

/** Changes the value of a header. */
export function header(name: string, change: (value: string) => string): (headers: string[]) => string[] {
  return (headers) => headers.map((value, at) => (headers[at - 1]?.toLowerCase() === name ? change(value) : value))
}

export const hex = 'a1b2c3d4e5f60718'.repeat(4)
export const base64 = Buffer.from('k'.repeat(32)).toString('base64')
export const whsec = `whsec_${base64}`
