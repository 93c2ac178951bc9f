import type { IncomingMessage, ServerResponse } from 'node:http'
import { OpenAPIHandler } from '@orpc/openapi/node'
import { BodyLimitPlugin } from '@orpc/server/node'
import { contract } from '../../shared/contract/index.ts'
import { type DefectReporter, type DoorContext, doorOptions } from '../doors.ts'
import type { createRouter } from '../router.ts'

const PREFIX = '/api'
const MAX_BODY = 32 * 1024 * 1024

export interface RestDoorOptions {
  readonly router: ReturnType<typeof createRouter>
  readonly reportDefect: DefectReporter
  /** Whether the local API is on at this moment. */
  readonly isEnabled: () => boolean
  readonly isToken: (token: string) => boolean
  /** Whether the request carries the session of the page, which may read the OpenAPI document. */
  readonly hasSession: (request: IncomingMessage) => boolean
}

export interface RestDoor {
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>
}

/**
 * The local REST API: every procedure of the contract under its route, asked for with a bearer token. The session
 * cookie of the page is not accepted for calls, so that no web page can ride on it.
 */
export function createRestDoor(options: RestDoorOptions): RestDoor {
  const handler = new OpenAPIHandler<DoorContext>(options.router, {
    ...doorOptions(options.reportDefect),
    plugins: [new BodyLimitPlugin({ maxBodySize: MAX_BODY })],
  })
  let document: Promise<string> | null = null

  return {
    async answer(request, response) {
      const isDocument = request.method === 'GET' && request.url === `${PREFIX}/openapi.json`
      if (isDocument && options.hasSession(request)) {
        document ??= describe()
        return send(response, 200, await document)
      }
      if (!options.isEnabled()) {
        return sendProblem(response, 403, 'FORBIDDEN', 'The local API is off.', [
          'Turn it on in Settings, Local API.',
          'Or start with --api-token-file FILE.',
        ])
      }
      const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
      if (token === undefined || !options.isToken(token)) {
        response.setHeader('www-authenticate', 'Bearer')
        return sendProblem(response, 401, 'UNAUTHORIZED', 'The token is missing or wrong.', [
          'Send the header "Authorization: Bearer TOKEN" with the token that was shown when the API was turned on.',
        ])
      }
      if (isDocument) {
        document ??= describe()
        return send(response, 200, await document)
      }
      const { matched } = await handler.handle(request, response, {
        prefix: PREFIX,
        context: { caller: { source: 'api' } },
      })
      if (!matched) {
        sendProblem(response, 404, 'NOT_FOUND', 'There is no such route.', ['GET /api/openapi.json lists every route.'])
      }
    },
  }
}

/** The OpenAPI 3.1 document, generated from the contract when somebody asks for it. */
async function describe(): Promise<string> {
  const [{ OpenAPIGenerator }, { ZodToJsonSchemaConverter }] = await Promise.all([
    import('@orpc/openapi'),
    import('@orpc/zod/zod4'),
  ])
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] })
  const document = await generator.generate(contract, {
    info: {
      title: 'Keyhold local API',
      version: '1',
      description: 'The workspace on this machine. Off until the operator turns it on.',
    },
    servers: [{ url: PREFIX }],
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    security: [{ token: [] }],
  })
  return JSON.stringify(document)
}

/** A refusal in the same shape as every error of the contract. */
export function sendProblem(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  remedies: string[],
): void {
  send(response, status, JSON.stringify({ defined: true, code, status, message, data: { cause: message, remedies } }))
}

function send(response: ServerResponse, status: number, json: string): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
  response.end(json)
}
