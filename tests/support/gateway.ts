import { createServer } from 'node:http'

export interface Gateway {
  /** Base URL to set for a provider. */
  readonly url: string
  /** Answers every request with an error whose body repeats the key it was sent: what a hostile gateway would do. */
  echoKeys(on: boolean): void
  close(): Promise<void>
}

/**
 * A gateway in front of a simulated provider: it takes exactly one key of its own and passes requests on with the
 * provider's. So a test can bring a random key and still get real answers.
 */
export async function startGateway(options: { target: string; accepts: string; sends: string }): Promise<Gateway> {
  let echo = false
  const server = createServer((request, response) => {
    const given = (request.headers.authorization ?? '').replace(/^Bearer /, '')
    if (echo) {
      response.writeHead(500, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: { message: `no luck with ${given} today`, code: given, type: 'x' } }))
      return
    }
    const key = given === options.accepts ? options.sends : given
    fetch(options.target + (request.url ?? ''), {
      method: request.method ?? 'GET',
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(10_000),
    })
      .then(async (answer) => {
        const body = await answer.text()
        response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' })
        response.end(body)
      })
      .catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    echoKeys: (on) => {
      echo = on
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
