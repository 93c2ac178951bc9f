import type { ProblemData } from '../../shared/problems.ts'
import { badAnswer } from './calls.ts'
import {
  type CallContext,
  type Credential,
  type ProviderAdapter,
  ProviderError,
  type RemoteKeyPage,
  type UsageChain,
  type UsageFact,
  type UsagePage,
  type ValidationResult,
} from './provider.ts'
import { identityText, labelText, redactedText, SecretRemover, withoutSecret } from './provider-text.ts'

/** Page tokens are kept with a sync and passed back; those of the providers have a few hundred characters. */
const MAX_TOKEN = 1_500
/** Different names remembered while a report is read; they repeat from day to day. */
const MAX_REMEMBERED = 20_000

/**
 * The adapter behind the boundary that everything a provider says passes once, whatever it is about to become: no
 * text that comes out of it holds the key that was sent, control characters, or more than it needs to. A provider, or
 * a gateway in its place, that repeats the key in a name or an id cannot bring it into the database that way.
 */
export function guarded(name: string, adapter: ProviderAdapter): ProviderAdapter {
  const { listKeys, planUsage, usageReach } = adapter
  return {
    id: adapter.id,
    validate: async (credential, context) =>
      cleanValidation(await adapter.validate(credential, context), credential.secret),
    ...(adapter.usageIsBilled === undefined ? {} : { usageIsBilled: adapter.usageIsBilled }),
    ...(usageReach === undefined ? {} : { usageReach: (kind) => usageReach.call(adapter, kind) }),
    ...(listKeys === undefined
      ? {}
      : {
          listKeys: (credential, cursor, context) =>
            cleaned(credential, async () => {
              const page = await listKeys.call(adapter, credential, cursor, context)
              return cleanKeys(name, page, new SecretRemover(credential.secret))
            }),
        }),
    ...(planUsage === undefined
      ? {}
      : {
          planUsage: (credential, window, context) => {
            const chains = planUsage.call(adapter, credential, window, context)
            const secret = new SecretRemover(credential.secret)
            const identities = remembering((text) => identityText(text, secret))
            return chains.map((chain) => guardedChain(name, chain, { credential, secret, identities }))
          },
        }),
  }
}

interface Guard {
  readonly credential: Credential
  readonly secret: SecretRemover
  readonly identities: (text: string) => string
}

function guardedChain(name: string, chain: UsageChain, { credential, secret, identities }: Guard): UsageChain {
  return {
    ...chain,
    fetch: (pageToken: string | null, context: CallContext): Promise<UsagePage> =>
      cleaned(credential, async () => {
        const page = await chain.fetch(pageToken, context)
        requireToken(name, page.nextToken, secret)
        return { ...page, facts: page.facts.map((fact) => cleanFact(fact, identities)) }
      }),
  }
}

function cleanFact(fact: UsageFact, clean: (text: string) => string): UsageFact {
  const orNull = (text: string | null) => (text === null ? null : clean(text))
  return {
    ...fact,
    remoteKeyId: orNull(fact.remoteKeyId),
    project: orNull(fact.project),
    model: orNull(fact.model),
    lineItem: orNull(fact.lineItem),
  }
}

function cleanKeys(name: string, page: RemoteKeyPage, secret: SecretRemover): RemoteKeyPage {
  requireToken(name, page.nextCursor, secret)
  return {
    nextCursor: page.nextCursor,
    items: page.items.map((item) => ({
      ...item,
      remoteId: identityText(item.remoteId, secret),
      name: labelText(item.name, secret),
      redacted: redactedText(item.redacted, secret),
      project: labelText(item.project, secret),
      status: labelText(item.status, secret),
    })),
  }
}

function cleanValidation(result: ValidationResult, secret: string): ValidationResult {
  const remover = new SecretRemover(secret)
  const label = (text: string) => labelText(text, remover) ?? ''
  return {
    ...result,
    message: withoutSecret(result.message, secret),
    remedies: result.remedies.map((remedy) => withoutSecret(remedy, secret)),
    owner: labelText(result.owner, remover),
    missingScopes: result.missingScopes.map(label),
    balances: result.balances.map((balance) => ({
      ...balance,
      label: label(balance.label),
      unit: label(balance.unit),
    })),
    rateLimits: result.rateLimits.map((limit) => ({ ...limit, name: label(limit.name) })),
  }
}

/** A token cannot be cleaned, only refused: it has to go back as it came. */
function requireToken(name: string, token: string | null, secret: SecretRemover): void {
  if (token === null) return
  if (token.length > MAX_TOKEN) throw badAnswer(name, 'with the name of a next page that is far too long')
  if (secret.clean(token) !== token) throw badAnswer(name, 'with the key itself as the name of a next page')
}

/** Does the work; what it throws as the provider's words is cleaned, and the original is not kept with it. */
async function cleaned<T>({ secret }: Credential, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    throw new ProviderError(error.outcome, cleanProblem(error.problem, secret))
  }
}

function cleanProblem(problem: ProblemData, secret: string): ProblemData {
  return {
    ...problem,
    message: withoutSecret(problem.message, secret),
    cause: withoutSecret(problem.cause, secret),
    remedies: problem.remedies.map((remedy) => withoutSecret(remedy, secret)),
  }
}

function remembering(clean: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const now = clean(text)
    if (known.size >= MAX_REMEMBERED) known.clear()
    if (text.length <= 1_000) known.set(text, now)
    return now
  }
}
