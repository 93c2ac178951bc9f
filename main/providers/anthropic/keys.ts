import { z } from 'zod'
import { badAnswer, fetchJson } from '../calls.ts'
import type { CallContext, Credential, RemoteKeyPage } from '../provider.ts'
import { idPageSchema, readCursor, readShape, writeCursor, wrongKey } from '../reports.ts'
import { anthropicHeaders, anthropicSyncPolicy, NAME, readAnthropic } from './answers.ts'

const PAGE_SIZE = 100
/** Anthropic gives the default workspace no id. The usage facts call it the same. */
export const DEFAULT_WORKSPACE = 'default'

const keysSchema = idPageSchema.extend({
  data: z.array(
    z.object({
      id: z.string().min(1),
      name: z.string().nullish(),
      partial_key_hint: z.string().nullish(),
      status: z.string().nullish(),
      created_at: z.string().nullish(),
      scope: z.object({ type: z.string(), workspace_id: z.string().nullish() }).nullish(),
      workspace_id: z.string().nullish(),
    }),
  ),
})
type AnthropicKey = z.output<typeof keysSchema>['data'][number]

const cursorSchema = z.object({ after: z.string().min(1) })

/** The API keys of the organization, a hundred at a time. Source: Claude API documentation, Admin API. */
export async function listAnthropicKeys(
  credential: Credential,
  cursor: string | null,
  context: CallContext,
): Promise<RemoteKeyPage> {
  if (credential.kind !== 'admin') throw wrongKey(NAME, 'Only an Anthropic admin key can list keys.')
  const after = cursor === null ? null : readCursor(cursorSchema, cursor).after
  const query = new URLSearchParams({ limit: String(PAGE_SIZE) })
  if (after !== null) query.set('after_id', after)
  const value = await fetchJson(credential, context, {
    provider: NAME,
    request: {
      method: 'GET',
      url: `${context.baseUrl}/organizations/api_keys?${query}`,
      headers: anthropicHeaders(credential),
    },
    read: readAnthropic(credential),
    policy: anthropicSyncPolicy,
  })
  const page = readShape(NAME, keysSchema, value)
  return { items: page.data.map(remoteKey), nextCursor: nextCursor(page, after) }
}

function nextCursor(page: z.output<typeof keysSchema>, after: string | null): string | null {
  if (!page.has_more) return null
  const next = page.last_id ?? page.data.at(-1)?.id ?? null
  if (next === null || next === after) throw badAnswer(NAME, 'that the list goes on, but not from where')
  return writeCursor({ after: next })
}

function remoteKey(key: AnthropicKey): RemoteKeyPage['items'][number] {
  const createdAt = Date.parse(key.created_at ?? '')
  return {
    remoteId: key.id,
    name: key.name ?? null,
    redacted: key.partial_key_hint ?? null,
    project: workspaceOf(key),
    status: key.status ?? null,
    createdAt: Number.isFinite(createdAt) && createdAt >= 0 ? createdAt : null,
    lastUsedAt: null,
  }
}

/** The old field `workspace_id` is null both for the default workspace and for keys of the whole organization. */
function workspaceOf(key: AnthropicKey): string | null {
  if (!key.scope) return key.workspace_id ?? null
  return key.scope.type === 'workspace' ? (key.scope.workspace_id ?? DEFAULT_WORKSPACE) : null
}
