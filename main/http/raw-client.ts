/** One request sent exactly as given: header list with its order, case and duplicates, body as bytes. Redirects are answers. */
export interface RawRequest {
  readonly method: string
  /** http or https, absolute. */
  readonly url: string
  /** name, value, name, value. Host, Content-Length and Connection are set here where they are missing. */
  readonly rawHeaders: readonly string[]
  readonly body: Uint8Array
  /** Milliseconds for the whole exchange. */
  readonly timeoutMs: number
  /** Bytes of the answer that are kept; the rest is not read and the connection is closed. */
  readonly maxAnswerBytes: number
  /** PEM of authorities trusted besides the usual ones, or null. */
  readonly ca: string | null
  /** A captured request: no User-Agent is added where it has none. */
  readonly exact?: boolean
  readonly signal?: AbortSignal
}

export interface RawAnswer {
  readonly status: number
  readonly rawHeaders: readonly string[]
  readonly body: Uint8Array
  /** Whether the answer was longer than what is kept. */
  readonly cut: boolean
  readonly bytes: number
  /** Milliseconds; null where nothing of the kind happened (a reused connection does not connect). */
  readonly timing: { readonly connectMs: number | null; readonly firstByteMs: number | null; readonly totalMs: number }
  /** Our end of the connection: tells which captured request this became at Keyhold's own receiver. */
  readonly localPort: number | null
}

/** What went wrong where no whole answer came. */
export type RawFailureKind =
  | 'timeout'
  | 'refused'
  | 'unresolved'
  | 'reset'
  | 'tls'
  | 'bad-answer'
  | 'bad-request'
  | 'aborted'

export class RawFailure extends Error {
  override readonly name = 'RawFailure'
  readonly kind: RawFailureKind
  readonly durationMs: number

  constructor(kind: RawFailureKind, message: string, durationMs: number, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
    this.durationMs = durationMs
  }
}

export interface RawClient {
  /** Resolves with any HTTP answer. Throws {@link RawFailure}. */
  send(request: RawRequest): Promise<RawAnswer>
  close(): void
}
