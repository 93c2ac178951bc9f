import { outcome } from './answers.ts'
import { testKey, unrecognisedOutcome } from './calls.ts'
import { bearer, NAME, openAiTestPolicy, readOpenAi } from './openai/answers.ts'
import { listOpenAiKeys } from './openai/keys.ts'
import { planOpenAiUsage } from './openai/usage.ts'
import type { CallContext, Credential, ProviderAdapter, ValidationResult } from './provider.ts'
import { readSplitRateLimits } from './rate-limits.ts'
import { dayOf } from './reports.ts'

const TEST_TIMEOUT_MS = 20_000

/**
 * An admin key is tested with one day of costs, which proves the scope a sync needs; any other key by listing the
 * models. Both are free. Neither tells whether there is credit left: only a billed call would.
 */
async function validate(credential: Credential, context: CallContext): Promise<ValidationResult> {
  const isAdmin =
    credential.kind === 'admin' || (credential.kind === 'unknown' && credential.secret.startsWith('sk-admin-'))
  const known: Credential = isAdmin ? { ...credential, kind: 'admin' } : credential
  const path = isAdmin ? `/organization/costs?start_time=${dayOf(context.clock.now()) / 1_000}&limit=1` : '/models'
  const read = readOpenAi(known)
  return testKey(known, context, {
    provider: NAME,
    request: {
      method: 'GET',
      url: `${context.baseUrl}${path}`,
      headers: bearer(known),
      timeoutMs: TEST_TIMEOUT_MS,
    },
    read: (answer) => {
      const result = read(answer)
      if (result.outcome !== 'valid') return result
      // A list in `data` is what both calls answer; anything else under 200 proves nothing.
      const isList = typeof answer.value === 'object' && answer.value !== null && 'data' in answer.value
      if (!isList) return unrecognisedOutcome(NAME, answer)
      const message = isAdmin ? 'The key works and may read usage and costs.' : 'The key works.'
      return outcome('valid', message, { owner: result.owner })
    },
    rateLimits: (headers, now) => readSplitRateLimits(headers, now, { requests: null, tokens: 60 }),
    policy: openAiTestPolicy,
  })
}

export const openaiAdapter: ProviderAdapter = {
  id: 'openai',
  validate,
  listKeys: listOpenAiKeys,
  planUsage: planOpenAiUsage,
}
