/** One request to a provider or platform. Bodies are text: every API Keyhold speaks to answers text. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: string
  /** Secrets belong here and are never logged or put into an error. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** Ends the request; it then fails with kind `aborted`. */
  readonly signal?: AbortSignal
  /** Milliseconds for the whole exchange, 30,000 unless told. */
  readonly timeoutMs?: number
  /** Largest answer that is read, in bytes, 10 MiB unless told. */
  readonly maxBytes?: number
}

export interface HttpResponse {
  readonly status: number
  /** Names in lower case; repeated headers joined with ", ". */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly durationMs: number
}

/** `bad-header`: a header value (in practice: the key) holds characters that cannot be sent. */
export type HttpFailureKind = 'timeout' | 'network' | 'tls' | 'too-large' | 'aborted' | 'bad-url' | 'bad-header'

/** No answer that could be read. A redirect is an answer: it is never followed. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure'
  readonly kind: HttpFailureKind

  constructor(kind: HttpFailureKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

export interface HttpClient {
  /** Resolves with any HTTP answer, whatever its status. Throws {@link HttpFailure} when there is none. */
  send(request: HttpRequest): Promise<HttpResponse>
}
