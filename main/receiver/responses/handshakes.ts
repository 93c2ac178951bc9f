import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { SchemeId } from '../../../shared/webhook-schemes.ts'
import { type Filled, framed, jsonAnswer } from './answers.ts'
import type { AskedRequest } from './asked.ts'

/** Questions are short. What is longer is an event. */
const MAX_QUESTION = 4_096
const CURLY = 0x7b

const zoomQuestion = z.object({
  event: z.literal('endpoint.url_validation'),
  payload: z.object({ plainToken: z.string().min(1).max(1_000) }),
})
const slackQuestion = z.object({ type: z.literal('url_verification'), challenge: z.string().max(2_000) })
/** A webhook event has the type 1 as well, and an `event`: it is no question. */
const discordQuestion = z.object({ type: z.literal([0, 1]), event: z.undefined().optional() })

interface Secret {
  readonly label: string
  readonly secret: string
}

/**
 * The answer to a provider that asks whether the address is meant for it, or null for everything else. Looks at the
 * first byte and the length before anything else, so that ordinary traffic pays nothing.
 *
 * - Zoom sends a token and wants its HMAC under the secret token back. Only a signed question is answered: whoever
 *   could have any text of his own signed here could sign events.
 * - Slack sends a challenge and wants it back. It is asked for before the secret is set, so only a wrong signature keeps
 *   it from being answered.
 * - Discord sends PING and wants PONG (interactions, type 1) or 204 (webhook events, type 0), for a right signature only.
 *   Source: docs.discord.com, "Interactions Overview" and "Webhook Events".
 *
 * `scheme` is the one set for the endpoint; null where it is recognised by the headers.
 */
export function answerHandshake(
  request: AskedRequest,
  scheme: SchemeId | null,
  secrets: readonly Secret[] | null,
): Filled | null {
  const { body, verdict } = request
  if (body.length > MAX_QUESTION || body[0] !== CURLY) return null
  const isValid = verdict.verdict === 'valid'
  switch (scheme ?? verdict.scheme) {
    case 'zoom':
      return isValid ? answerZoom(request, secrets) : null
    case 'discord':
      return isValid ? answerDiscord(request) : null
    case 'slack':
    case null:
      return verdict.verdict === 'invalid' ? null : answerSlack(request)
    default:
      return null
  }
}

function answerZoom(request: AskedRequest, secrets: readonly Secret[] | null): Filled | null {
  if (!mentions(request, 'endpoint.url_validation')) return null
  const question = zoomQuestion.safeParse(request.bodyJson())
  const matched = request.verdict.matchedSecret
  const secret = secrets?.find(({ label }) => label === matched) ?? secrets?.[0]
  if (!question.success || secret === undefined) return null
  const { plainToken } = question.data.payload
  return jsonAnswer({
    plainToken,
    encryptedToken: createHmac('sha256', secret.secret).update(plainToken, 'utf8').digest('hex'),
  })
}

function answerSlack(request: AskedRequest): Filled | null {
  if (!mentions(request, 'url_verification')) return null
  const question = slackQuestion.safeParse(request.bodyJson())
  return question.success ? jsonAnswer({ challenge: question.data.challenge }) : null
}

function answerDiscord(request: AskedRequest): Filled | null {
  const question = discordQuestion.safeParse(request.bodyJson())
  if (!question.success) return null
  return question.data.type === 1 ? jsonAnswer({ type: 1 }) : framed(204, [], '')
}

function mentions({ body }: AskedRequest, word: string): boolean {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).includes(word)
}
