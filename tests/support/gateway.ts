import { createServer } from 'node:http'

/**
 * `errors`: every request is answered with an error whose body repeats the key. `fields`: answers are right, but every
 * text in them has the key in it. `amounts`: amounts of money and currencies are the key.
 */
export type Echo = 'nothing' | 'errors' | 'fields' | 'amounts'

export interface Gateway {
  /** Base URL to set for a provider. */
  readonly url: string
  /** What a hostile gateway would do with the key it was sent. */
  echo(what: Echo): void
  close(): Promise<void>
}

/**
 * A gateway in front of a simulated provider: it takes exactly one key of its own and passes requests on with the
 * provider's. So a test can bring a random key and still get real answers.
 */
export async function startGateway(options: { target: string; accepts: string; sends: string }): Promise<Gateway> {
  let echo: Echo = 'nothing'
  const server = createServer((request, response) => {
    const given = (request.headers.authorization ?? '').replace(/^Bearer /, '')
    if (echo === 'errors') {
      response.writeHead(500, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: { message: `no luck with ${given} today`, code: given, type: 'x' } }))
      return
    }
    const key = given === options.accepts ? options.sends : given
    // Ids with the key in them come back as parts of the next address.
    fetch(options.target + (request.url ?? '').replaceAll(`-${given}`, ''), {
      method: request.method ?? 'GET',
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(10_000),
    })
      .then(async (answer) => {
        const body = await answer.text()
        response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' })
        response.end(echo === 'nothing' ? body : JSON.stringify(repeatKey(JSON.parse(body), '', { key: given, echo })))
      })
      .catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    echo: (what) => {
      echo = what
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

/** Texts whose form decides whether an answer is understood at all. */
const MONEY = ['value', 'amount', 'currency']
const STRUCTURE = [...MONEY, 'object', 'type', 'next_page', 'first_id', 'last_id']

function repeatKey(value: unknown, field: string, how: { key: string; echo: Echo }): unknown {
  if (Array.isArray(value)) return value.map((item) => repeatKey(item, field, how))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, repeatKey(part, name, how)]))
  }
  if (how.echo === 'amounts') return MONEY.includes(field) ? how.key : value
  return typeof value === 'string' && !STRUCTURE.includes(field) ? `${value}-${how.key}` : value
}
