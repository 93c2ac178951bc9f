import { request as httpRequest } from 'node:http'

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** One HTTP request with exactly these headers: `fetch` would not let a test choose Host and Origin. */
export function rawRequest(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      url,
      {
        method: options.method ?? 'GET',
        headers: options.headers ?? {},
        setHost: !('host' in (options.headers ?? {})),
        agent: false,
      },
      (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (chunk) => {
          body += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
        response.on('error', reject)
      },
    )
    request.on('error', reject)
    request.on('upgrade', (response, socket) => {
      socket.destroy()
      resolve({ status: response.statusCode ?? 101, headers: response.headers, body: '' })
    })
    request.end(options.body)
  })
}

/** Headers of a WebSocket upgrade request. */
export function upgradeHeaders(
  host: string,
  origin: string | null,
  session: { readonly cookie: string | null; readonly proof: string | null },
): Record<string, string> {
  return {
    host,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': Buffer.from('0123456789abcdef').toString('base64'),
    ...(origin === null ? {} : { origin }),
    ...(session.cookie === null ? {} : { cookie: session.cookie }),
    ...(session.proof === null ? {} : { 'sec-websocket-protocol': `keyhold, ${session.proof}` }),
  }
}
