import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** One request as a simulated provider sees it. `path` starts after the provider's base address. */
export interface SimulatedRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A string is sent as it is, anything else as JSON. Without `type` the content type follows from the body. */
export interface SimulatedAnswer {
  readonly status: number
  readonly body: unknown
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** A provider that answers by the key it is sent. */
export interface SimulatedProvider {
  /** The path part of the provider's real base address ("/v1"). */
  readonly basePath: string
  /** Builds a key of the provider's shape out of hexadecimal digits. */
  keyShape(digits: string): string
  /** Where this provider expects the key; null if the request carries none. */
  keyOf(request: SimulatedRequest): string | null
  /** The cases this provider knows beside the faults every provider has. `good` and `revoked` always exist. */
  readonly cases: readonly string[]
  /** The answer for one of `cases`; also for `unknown`, a key nobody made. */
  answer(name: string, request: SimulatedRequest, key: string): SimulatedAnswer
}

/** 128 hexadecimal digits that are the same in every run. */
export function digitsFor(seed: string): string {
  return createHash('sha512').update(seed).digest('hex')
}

export function bearerOf(request: SimulatedRequest): string | null {
  const match = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')
  return match?.[1] ?? null
}

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): SimulatedAnswer {
  return { status, body, headers }
}

export function html(status: number, title: string): SimulatedAnswer {
  const page = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`
  return { status, body: page, type: 'text/html' }
}
