import type { KeyFields } from '../../shared/contract/keys.ts'
import { holdsKey } from '../../shared/key-formats.ts'
import { invalidField, invalidInput, Problem } from '../../shared/problems.ts'
import { type KeyKind, linkableKinds, providerInfo } from '../../shared/providers.ts'
import type { KeyLabel } from './key-labels.ts'
import type { KeyValidation, StoredKey } from './rows.ts'

const MAX_MESSAGE = 2_000
const MAX_REMEDIES = 10

/**
 * Only keys of a project have an admin key, and it is an admin key of the same provider. Throws INVALID_INPUT for
 * the field `adminKeyId`. `self` is the id of the key itself, null for a new one.
 */
export function requireLink(
  { kind, provider, adminKeyId }: Pick<KeyFields, 'kind' | 'provider' | 'adminKeyId'>,
  self: number | null,
  find: (id: number) => StoredKey | null,
): void {
  if (adminKeyId === null) return
  const refuse = (message: string) => invalidField('adminKeyId', message)
  if (!linkableKinds.includes(kind)) {
    throw refuse(
      `A key of the kind "${kind}" cannot be linked to an admin key. Remove the admin key, or choose the kind "project".`,
    )
  }
  if (adminKeyId === self) throw refuse('A key cannot be its own admin key. Choose another one.')
  const admin = find(adminKeyId)
  if (admin === null) throw refuse(`There is no key with the id ${adminKeyId}. Choose an admin key from the list.`)
  if (admin.kind !== 'admin') throw refuse(`"${admin.name}" is not an admin key. Choose an admin key.`)
  if (admin.provider !== provider) {
    const [theirs, ours] = [providerInfo(admin.provider).name, providerInfo(provider).name]
    throw refuse(`"${admin.name}" is an admin key of ${theirs}, this is a key of ${ours}. Choose one of ${ours}.`)
  }
}

/**
 * Names, descriptions and tags are not encrypted, so no key may stand in them. `secret` is the value being stored
 * with them, or null. Throws INVALID_INPUT naming every such field.
 */
export function requireNoKeys(
  { name, description, tags }: Pick<KeyFields, 'name' | 'description' | 'tags'>,
  secret: string | null,
): void {
  const texts: (readonly [field: string, what: string, text: string])[] = [
    ['name', 'name', name],
    ['description', 'description', description ?? ''],
    ['tags', 'tags', tags.join(' ')],
  ]
  const found = texts.filter(([, , text]) => holdsKey(text, secret))
  if (found.length === 0) return
  throw invalidInput(
    found.map(([field, what]) => ({
      path: [field],
      message: `There is a key in the ${what}, which ${what === 'tags' ? 'are' : 'is'} not encrypted. Paste it into the field for the key only.`,
    })),
  )
}

/** The same value is here already; `present` is not empty and at most 50 are named by id. */
export function duplicateProblem(present: readonly KeyLabel[]): Problem {
  const named = present.slice(0, 3).map(({ name, accountEmail }) => `"${name}" (${accountEmail})`)
  const more = present.length - named.length
  const message = `This key is stored already as ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`
  return new Problem('ALREADY_EXISTS', message, {
    cause: 'The same value was added before.',
    remedies: ['Use the key that is there.', 'To store it a second time on purpose, allow the duplicate.'],
    fields: [{ field: 'secret', message }],
    relatedIds: present.slice(0, 50).map(({ id }) => id),
  })
}

const partNames = {
  accountId: 'account',
  provider: 'provider',
  name: 'name',
  description: 'description',
  kind: 'kind',
  adminKeyId: 'admin key',
  environment: 'environment',
  tags: 'tags',
} as const satisfies Record<keyof KeyFields, string>

/** What an edit changes, in words for the log. */
export function changedParts(before: StoredKey, after: KeyFields): string[] {
  const fields = Object.keys(partNames) as (keyof typeof partNames)[]
  return fields
    .filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
    .map((field) => partNames[field])
}

/**
 * As it is stored: half characters (lone surrogates) replaced, blank descriptions none, tags there once whatever
 * their case.
 */
export function tidyFields<T extends Pick<KeyFields, 'name' | 'description' | 'tags'>>(fields: T): T {
  const whole = fields.tags.map((tag) => tag.toWellFormed()).filter((tag) => tag !== '')
  const tags = new Map(whole.map((tag) => [tag.toLowerCase(), tag]))
  const description = fields.description?.toWellFormed() ?? ''
  return {
    ...fields,
    name: fields.name.toWellFormed(),
    description: description === '' ? null : description,
    tags: [...tags.values()],
  }
}

/**
 * What is kept of a test. It is of limited length, and should a provider have echoed the key, it is masked: results
 * are shown and listed where secrets must not be.
 */
export function keptValidation(validation: KeyValidation, secret: string, masked: string): KeyValidation {
  const plain = (text: string) => text.replaceAll(secret, masked).slice(0, MAX_MESSAGE)
  return {
    outcome: validation.outcome,
    message: plain(validation.message),
    remedies: validation.remedies.slice(0, MAX_REMEDIES).map(plain),
    testedAt: validation.testedAt,
  }
}

/**
 * The kind after a test. What the provider says counts only where nobody knew better: a kind that came from the
 * form of the key, or from the operator, stays.
 */
export function kindAfterTest(present: KeyKind, reported: KeyKind | null): KeyKind {
  return reported !== null && (present === 'unknown' || present === 'standard') ? reported : present
}
