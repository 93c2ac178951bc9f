import { z } from 'zod'
import type { Balance } from '../../shared/contract/keys.ts'
import { formatNanos, parseNanos } from '../../shared/money.ts'
import { outcome } from './answers.ts'
import { fetchJson, testKey, testPolicy, unrecognisedOutcome } from './calls.ts'
import { bearer, isManagementKey, type KeyInfo, keyInfoSchema, NAME, readOpenRouter } from './openrouter/answers.ts'
import { listOpenRouterKeys } from './openrouter/keys.ts'
import { openRouterReach, planOpenRouterUsage } from './openrouter/usage.ts'
import {
  type CallContext,
  type Credential,
  type ProviderAdapter,
  ProviderError,
  type ValidationResult,
} from './provider.ts'
import { readPlainRateLimits } from './rate-limits.ts'
import { readShape } from './reports.ts'

const TEST_TIMEOUT_MS = 20_000

const creditsSchema = z.object({ data: z.object({ total_credits: z.number(), total_usage: z.number() }) })

/** `GET /key` is free and tells the kind too; for a management key the account's balance is added from `/credits`. */
async function validate(credential: Credential, context: CallContext): Promise<ValidationResult> {
  const result = await testKey(credential, context, {
    provider: NAME,
    request: {
      method: 'GET',
      url: `${context.baseUrl}/key`,
      headers: bearer(credential),
      timeoutMs: TEST_TIMEOUT_MS,
    },
    read: (answer) => {
      const read = readOpenRouter(answer)
      if (read.outcome !== 'valid') return read
      const info = keyInfoSchema.safeParse(answer.value)
      return info.success ? readKeyInfo(info.data.data, credential) : unrecognisedOutcome(NAME, answer)
    },
    rateLimits: (headers, now) => readPlainRateLimits(headers, now, 'requests', null),
  })
  return result.reportedKind === 'admin' ? withBalance(result, credential, context) : result
}

function readKeyInfo(info: KeyInfo, credential: Credential): ValidationResult {
  const isManagement = isManagementKey(info)
  const details = { reportedKind: isManagement ? 'admin' : 'standard', balances: limitOf(info) } as const
  if (credential.kind === 'admin' && !isManagement) {
    return outcome('wrong_kind', 'The key works, but it is not a management key.', {
      ...details,
      remedies: ['Change its kind to standard.', 'For usage and costs of the account add a management key.'],
    })
  }
  if (credential.kind !== 'admin' && credential.kind !== 'unknown' && isManagement) {
    return outcome('wrong_kind', 'This is a management key: it cannot call models.', {
      ...details,
      remedies: ['Change its kind to admin key.'],
    })
  }
  if (typeof info.limit_remaining === 'number' && info.limit_remaining <= 0) {
    return outcome('spend_limit', 'The key works, but the limit set for it is used up.', details)
  }
  return outcome('valid', isManagement ? 'The key works and may manage the account.' : 'The key works.', details)
}

function limitOf(info: KeyInfo): Balance[] {
  if (typeof info.limit_remaining !== 'number') return []
  return dollars('remaining of the key limit', info.limit_remaining)
}

function dollars(label: string, amount: number): Balance[] {
  const nanos = parseNanos(amount)
  return nanos === null ? [] : [{ label, amount: formatNanos(nanos), unit: 'USD' }]
}

async function withBalance(
  result: ValidationResult,
  credential: Credential,
  context: CallContext,
): Promise<ValidationResult> {
  try {
    const value = await fetchJson(credential, context, {
      provider: NAME,
      request: {
        method: 'GET',
        url: `${context.baseUrl}/credits`,
        headers: bearer(credential),
        timeoutMs: TEST_TIMEOUT_MS,
      },
      read: readOpenRouter,
      policy: testPolicy,
    })
    const { data } = readShape(NAME, creditsSchema, value)
    const [credits, usage] = [parseNanos(data.total_credits), parseNanos(data.total_usage)]
    if (credits === null || usage === null) return result
    const balance: Balance = { label: 'credit', amount: formatNanos(credits - usage), unit: 'USD' }
    return { ...result, balances: [balance, ...result.balances] }
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    return { ...result, message: `${result.message} Its balance could not be read: ${error.message}` }
  }
}

export const openrouterAdapter: ProviderAdapter = {
  id: 'openrouter',
  validate,
  listKeys: listOpenRouterKeys,
  planUsage: planOpenRouterUsage,
  usageReach: openRouterReach,
}
