import { fieldsOf, textOf } from './answers.ts'
import { anthropicHeaders, NAME, readAnthropic } from './anthropic/answers.ts'
import { listAnthropicKeys } from './anthropic/keys.ts'
import { planAnthropicUsage } from './anthropic/usage.ts'
import { testKey, unrecognisedOutcome } from './calls.ts'
import type { CallContext, Credential, ProviderAdapter, ValidationResult } from './provider.ts'
import { readAnthropicRateLimits } from './rate-limits.ts'

const TEST_TIMEOUT_MS = 20_000

/**
 * An admin key is tested by asking for its organization, any other key by listing one model. Both are free; neither
 * tells whether there is credit left.
 */
async function validate(credential: Credential, context: CallContext): Promise<ValidationResult> {
  const isAdmin =
    credential.kind === 'admin' || (credential.kind === 'unknown' && credential.secret.startsWith('sk-ant-admin'))
  const known: Credential = isAdmin ? { ...credential, kind: 'admin' } : credential
  const read = readAnthropic(known)
  return testKey(known, context, {
    provider: NAME,
    request: {
      method: 'GET',
      url: `${context.baseUrl}${isAdmin ? '/organizations/me' : '/models?limit=1'}`,
      headers: anthropicHeaders(known),
      timeoutMs: TEST_TIMEOUT_MS,
    },
    read: (answer) => {
      const result = read(answer)
      if (result.outcome !== 'valid') return result
      const body = fieldsOf(answer.value)
      const isExpected = isAdmin ? textOf(body.id) !== null : Array.isArray(body.data)
      if (!isExpected) return unrecognisedOutcome(NAME, answer)
      return isAdmin
        ? { ...result, message: 'The key works and may read the organization.', owner: textOf(body.name) }
        : result
    },
    rateLimits: readAnthropicRateLimits,
  })
}

export const anthropicAdapter: ProviderAdapter = {
  id: 'anthropic',
  validate,
  listKeys: listAnthropicKeys,
  planUsage: planAnthropicUsage,
}
