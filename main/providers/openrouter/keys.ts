import { z } from 'zod'
import { badAnswer, fetchJson } from '../calls.ts'
import type { CallContext, Credential, RemoteKeyPage } from '../provider.ts'
import { readCursor, readShape, writeCursor, wrongKey } from '../reports.ts'
import { bearer, NAME, readOpenRouter } from './answers.ts'

const MAX_OFFSET = 100_000

const keysSchema = z.object({
  data: z.array(
    z.object({
      hash: z.string().min(1),
      name: z.string().nullish(),
      label: z.string().nullish(),
      disabled: z.boolean().nullish(),
      created_at: z.string().nullish(),
      expires_at: z.string().nullish(),
      workspace_id: z.string().nullish(),
    }),
  ),
})
type OpenRouterKey = z.output<typeof keysSchema>['data'][number]

const cursorSchema = z.object({ offset: z.number().int().positive().max(MAX_OFFSET), first: z.string() })

/**
 * The keys of the default workspace, disabled ones too: OpenRouter lists no others unless asked for one workspace.
 * There is no cursor and no known page size; the list ends with an empty page.
 * Source: OpenRouter API reference, API keys.
 */
export async function listOpenRouterKeys(
  credential: Credential,
  cursor: string | null,
  context: CallContext,
): Promise<RemoteKeyPage> {
  if (credential.kind !== 'admin') throw wrongKey(NAME, 'Only an OpenRouter management key can list keys.')
  const position = cursor === null ? null : readCursor(cursorSchema, cursor)
  const offset = position?.offset ?? 0
  const value = await fetchJson(credential, context, {
    provider: NAME,
    request: {
      method: 'GET',
      url: `${context.baseUrl}/keys?offset=${offset}&include_disabled=true`,
      headers: bearer(credential),
    },
    read: readOpenRouter,
  })
  const { data } = readShape(NAME, keysSchema, value)
  const first = data[0]?.hash
  if (first === undefined) return { items: [], nextCursor: null }
  if (first === position?.first) throw badAnswer(NAME, 'with a page that had been fetched already')
  return {
    items: data.map((key) => remoteKey(key, context)),
    nextCursor: offset + data.length > MAX_OFFSET ? null : writeCursor({ offset: offset + data.length, first }),
  }
}

function remoteKey(key: OpenRouterKey, context: CallContext): RemoteKeyPage['items'][number] {
  const createdAt = Date.parse(key.created_at ?? '')
  const isExpired = Date.parse(key.expires_at ?? '') <= context.clock.now()
  return {
    remoteId: key.hash,
    name: key.name ?? null,
    redacted: key.label ?? null,
    project: key.workspace_id ?? null,
    status: key.disabled === true ? 'disabled' : isExpired ? 'expired' : 'active',
    createdAt: Number.isFinite(createdAt) && createdAt >= 0 ? createdAt : null,
    lastUsedAt: null,
  }
}
