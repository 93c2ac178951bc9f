import { z } from 'zod'
import { badAnswer, fetchJson } from '../calls.ts'
import type { CallContext, Credential, RemoteKeyPage } from '../provider.ts'
import { idPageSchema, readCursor, readShape, writeCursor, wrongKey } from '../reports.ts'
import { bearer, NAME, openAiSyncPolicy, readOpenAi } from './answers.ts'

const PROJECTS_PER_PAGE = 10
const KEYS_PER_PROJECT = 100

const seconds = z.number().nonnegative().nullish()

const projectsSchema = idPageSchema.extend({
  data: z.array(z.object({ id: z.string().min(1), name: z.string().nullish(), status: z.string().nullish() })),
})

const keysSchema = idPageSchema.extend({
  data: z.array(
    z.object({
      id: z.string().min(1),
      name: z.string().nullish(),
      redacted_value: z.string().nullish(),
      created_at: seconds,
      last_used_at: seconds,
      expires_at: seconds,
      owner_project_access: z.string().nullish(),
    }),
  ),
})
type OpenAiKey = z.output<typeof keysSchema>['data'][number]

const cursorSchema = z.object({
  stage: z.enum(['projects', 'admin']),
  after: z.string().nullable(),
  /** The project in which the last page broke off, and the key after which it goes on. */
  project: z.string().nullable().default(null),
  keysAfter: z.string().nullable().default(null),
})
type Cursor = z.output<typeof cursorSchema>

/**
 * The keys of the organization: those of ten projects at a time (archived ones too, their usage is still there),
 * then the admin keys. `owner_project_access=any` because without it OpenAI leaves out enabled keys whose owner has
 * lost access to the project. Source: OpenAI API reference, administration.
 */
export async function listOpenAiKeys(
  credential: Credential,
  cursor: string | null,
  context: CallContext,
): Promise<RemoteKeyPage> {
  if (credential.kind !== 'admin') throw wrongKey(NAME, 'Only an OpenAI admin key can list keys.')
  const start: Cursor = { stage: 'projects', after: null, project: null, keysAfter: null }
  const position = cursor === null ? start : readCursor(cursorSchema, cursor)
  return position.stage === 'projects'
    ? projectKeys(credential, position, context)
    : adminKeys(credential, position, context)
}

async function projectKeys(credential: Credential, position: Cursor, context: CallContext): Promise<RemoteKeyPage> {
  const query = new URLSearchParams({ limit: String(PROJECTS_PER_PAGE), include_archived: 'true' })
  if (position.after !== null) query.set('after', position.after)
  const projects = await get(credential, context, `/organization/projects?${query}`, projectsSchema)
  const items: RemoteKeyPage['items'][number][] = []
  let after = position.after
  for (const project of projects.data) {
    const goesOn = project.id === position.project
    const path = `/organization/projects/${encodeURIComponent(project.id)}/api_keys`
    const page = await keyPage(credential, context, path, goesOn ? position.keysAfter : null, true)
    const status = project.status === 'archived' ? 'project archived' : null
    items.push(...page.data.map((key) => remoteKey(key, project.name ?? project.id, status)))
    const keysAfter = nextId(page, goesOn ? position.keysAfter : null)
    if (keysAfter !== null) {
      return { items, nextCursor: writeCursor({ stage: 'projects', after, project: project.id, keysAfter }) }
    }
    after = project.id
  }
  const next = nextId(projects, position.after)
  const nextCursor = next === null ? { stage: 'admin', after: null } : { stage: 'projects', after: next }
  return { items, nextCursor: writeCursor(nextCursor) }
}

async function adminKeys(credential: Credential, position: Cursor, context: CallContext): Promise<RemoteKeyPage> {
  const page = await keyPage(credential, context, '/organization/admin_api_keys', position.after, false)
  const next = nextId(page, position.after)
  return {
    items: page.data.map((key) => remoteKey(key, null, isExpired(key, context) ? 'expired' : 'admin key')),
    nextCursor: next === null ? null : writeCursor({ stage: 'admin', after: next }),
  }
}

function isExpired(key: OpenAiKey, context: CallContext): boolean {
  return typeof key.expires_at === 'number' && key.expires_at * 1_000 <= context.clock.now()
}

function remoteKey(key: OpenAiKey, project: string | null, status: string | null): RemoteKeyPage['items'][number] {
  return {
    remoteId: key.id,
    name: key.name ?? null,
    redacted: key.redacted_value ?? null,
    project,
    status: status ?? key.owner_project_access ?? null,
    createdAt: milliseconds(key.created_at),
    lastUsedAt: milliseconds(key.last_used_at),
  }
}

function milliseconds(value: number | null | undefined): number | null {
  return typeof value === 'number' ? Math.round(value * 1_000) : null
}

function nextId(
  page: z.output<typeof idPageSchema> & { data: { id: string }[] },
  current: string | null,
): string | null {
  if (!page.has_more) return null
  const next = page.last_id ?? page.data.at(-1)?.id ?? null
  if (next === null || next === current) throw badAnswer(NAME, 'that the list goes on, but not from where')
  return next
}

async function keyPage(
  credential: Credential,
  context: CallContext,
  path: string,
  after: string | null,
  ofProject: boolean,
): Promise<z.output<typeof keysSchema>> {
  const query = new URLSearchParams({ limit: String(KEYS_PER_PROJECT) })
  if (ofProject) query.set('owner_project_access', 'any')
  if (after !== null) query.set('after', after)
  return get(credential, context, `${path}?${query}`, keysSchema)
}

async function get<T extends z.ZodType>(
  credential: Credential,
  context: CallContext,
  path: string,
  schema: T,
): Promise<z.output<T>> {
  const request = { method: 'GET', url: `${context.baseUrl}${path}`, headers: bearer(credential) } as const
  const value = await fetchJson(credential, context, {
    provider: NAME,
    request,
    read: readOpenAi(credential),
    policy: openAiSyncPolicy,
  })
  return readShape(NAME, schema, value)
}
