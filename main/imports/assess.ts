import { accountFieldsSchema } from '../../shared/contract/accounts.ts'
import { keyFieldsSchema } from '../../shared/contract/keys.ts'
import { detectKey, holdsKey, type KeyDetection, readPaste } from '../../shared/key-formats.ts'
import { Problem } from '../../shared/problems.ts'
import { type KeyKind, type ProviderId, providerInfo } from '../../shared/providers.ts'
import type { SourceAccount, SourceRow } from './source.ts'

/** A row of which it is decided what it would become, or why it cannot become anything. */
export type Assessment =
  | { readonly ok: true; readonly key: AssessedKey; readonly notes: readonly string[] }
  | { readonly ok: false; readonly name: string; readonly reason: string }

export interface AssessedKey {
  readonly secret: string
  readonly name: string
  readonly provider: ProviderId
  readonly kind: KeyKind
  readonly description: string | null
  readonly environment: SourceRow['environment']
  readonly tags: string[]
  readonly account: SourceAccount | null
}

const ownFieldsSchema = keyFieldsSchema.omit({ accountId: true, adminKeyId: true })

/** Decides about one row by itself; what it has in common with other rows and the vault is decided by the caller. */
export function assess(given: SourceRow): Assessment {
  const row = withoutMisplacedKeys(given)
  if (row.problem !== null || row.value === null) {
    return { ok: false, name: safeName(row.name), reason: row.problem ?? 'The row holds no key. Leave it out.' }
  }
  const paste = tryRead(row.value)
  if (paste instanceof Problem) return { ok: false, name: safeName(row.name), reason: paste.message }
  const detection = detectKey(paste.value, { variableName: paste.variableName ?? row.hint })
  const { provider, kind, note } = decide(row, detection)
  const fields = ownFieldsSchema.safeParse({
    name: row.name.trim() === '' ? `${providerInfo(provider).name} key` : row.name,
    description: row.description,
    provider,
    kind,
    environment: row.environment,
    tags: row.tags,
  })
  if (!fields.success) {
    return { ok: false, name: safeName(row.name), reason: fields.error.issues[0]?.message ?? 'A field is not valid.' }
  }
  const owner = ownerOf(row)
  if (owner.problem !== null) return { ok: false, name: fields.data.name, reason: owner.problem }
  const notes = [...paste.notes, ...row.notes, ...(note === null ? [] : [note])]
  return { ok: true, key: { ...fields.data, secret: paste.value, account: owner.account }, notes }
}

/** Texts that would be shown and stored in plain are left out when a key stands in them. */
function withoutMisplacedKeys(row: SourceRow): SourceRow {
  const paste = row.value === null ? null : tryRead(row.value)
  const secret = paste === null || paste instanceof Problem ? row.value : paste.value
  const holds = (text: string | null) => text !== null && holdsKey(text, secret)
  const { account } = row
  const kept = (text: string | null) => (holds(text) ? null : text)
  const notes = [row.name, row.description, ...row.tags, account?.name ?? null, account?.organization ?? null].some(
    holds,
  )
    ? [...row.notes, 'A key stands in one of the other fields; that field is not shown, and was left out.']
    : row.notes
  return {
    ...row,
    name: kept(row.name) ?? '',
    hint: kept(row.hint),
    description: kept(row.description),
    tags: row.tags.filter((tag) => !holds(tag)),
    account:
      account === null ? null : { ...account, name: kept(account.name), organization: kept(account.organization) },
    notes,
  }
}

function tryRead(value: string): ReturnType<typeof readPaste> | Problem {
  try {
    return readPaste(value)
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

/** A telling form beats what the source says (its default may be wrong); otherwise the source knows better. */
function decide(row: SourceRow, found: KeyDetection): { provider: ProviderId; kind: KeyKind; note: string | null } {
  const stated = row.provider
  if (stated === null || stated === found.provider) {
    const sure = found.confidence === 'strong'
    const kind = sure ? found.kind : (row.kind ?? found.kind)
    const note = stated === null || found.confidence === 'weak' ? found.note : null
    return { provider: found.provider, kind: fittingKind(found.provider, kind), note }
  }
  if (found.confidence === 'strong') {
    const note = `The source says ${providerInfo(stated).name}, but the key has the form of ${providerInfo(found.provider).name}.`
    return { provider: found.provider, kind: found.kind, note }
  }
  return { provider: stated, kind: fittingKind(stated, row.kind ?? 'unknown'), note: null }
}

/** The older dashboard called every key that is no admin key "project"; only OpenAI has those. */
function fittingKind(provider: ProviderId, kind: KeyKind): KeyKind {
  if (provider === 'custom') return kind === 'project' ? 'unknown' : kind
  if (provider === 'openai') return kind === 'unknown' || kind === 'standard' ? 'project' : kind
  return kind === 'unknown' || kind === 'project' || kind === 'legacy' ? 'standard' : kind
}

function ownerOf(row: SourceRow): { account: SourceAccount | null; problem: string | null } {
  if (row.account === null) return { account: null, problem: null }
  const fields = accountFieldsSchema.safeParse(row.account)
  if (fields.success) {
    const { email, name, organization } = fields.data
    return { account: { email, name, organization }, problem: null }
  }
  const message = fields.error.issues[0]?.message ?? 'The account is not valid.'
  return { account: null, problem: `${message} Correct it in the source, or remove it and choose an account here.` }
}

/** A name that is only shown: whatever the source put there, it is one short line. */
function safeName(name: string): string {
  const line = name.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim()
  return line.length > 100 ? `${line.slice(0, 100)}…` : line
}
