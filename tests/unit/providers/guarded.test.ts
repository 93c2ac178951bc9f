import { describe, expect, it } from 'vitest'
import { HttpFailure } from '../../../main/http/http-client.ts'
import { outcome } from '../../../main/providers/answers.ts'
import { noFigures } from '../../../main/providers/facts.ts'
import { guarded } from '../../../main/providers/guarded.ts'
import { type CallContext, ProviderError, type UsagePage } from '../../../main/providers/provider.ts'

const secret = `sk-${'admin'}-Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z`
const credential = { secret, kind: 'admin' } as const
const context: CallContext = {
  baseUrl: 'http://127.0.0.1:1',
  clock: { now: () => 0 },
  http: { send: () => Promise.reject(new HttpFailure('network', 'Nothing is called here.')) },
}
const window = { from: 0, to: 86_400_000 }

/** One page of an adapter that answers as told, through the boundary. */
function pageOf(answer: () => UsagePage): Promise<UsagePage> {
  const adapter = guarded('OpenAI', {
    id: 'openai',
    validate: async () => outcome('valid', 'The key works.'),
    planUsage: () => [
      {
        report: 'costs',
        identity: '/costs',
        speaksFor: window,
        expectedPages: 1,
        optional: false,
        fetch: async () => answer(),
      },
    ],
  })
  const [chain] = adapter.planUsage?.(credential, window, context) ?? []
  return chain?.fetch(null, context) ?? Promise.reject(new Error('There is no chain.'))
}

describe('the boundary around an adapter', () => {
  it('cleans every text of a figure and keeps long ones apart', async () => {
    const long = 'm'.repeat(500)
    const fact = { ...noFigures, day: 0, requests: 1, provenance: 'metered' } as const
    const { facts } = await pageOf(() => ({
      facts: [
        { ...fact, remoteKeyId: secret, project: `p-${secret}`, model: `${long}1`, lineItem: 'a\n\u202eb' },
        { ...fact, model: `${long}2` },
      ],
      buckets: [0],
      nextToken: null,
    }))
    expect(facts[0]).toMatchObject({ remoteKeyId: '[key]', project: 'p-[key]', lineItem: 'a b', requests: 1 })
    expect(facts[0]?.model).toHaveLength(200)
    expect(facts[0]?.model).not.toBe(facts[1]?.model)
  })

  it.each([
    ['holds the key', `after-${Buffer.from(secret).toString('base64url')}`],
    ['is far too long', 'x'.repeat(100_000)],
  ])('refuses a page token that %s, as it would be stored', async (_what, nextToken) => {
    const error = await pageOf(() => ({ facts: [], buckets: [], nextToken })).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ProviderError)
    expect(JSON.stringify(error)).not.toContain(nextToken)
    await expect(pageOf(() => ({ facts: [], buckets: [], nextToken: 'page_AAAAAGk' }))).resolves.toBeDefined()
  })

  it('cleans the words of an error', async () => {
    const problem = { code: 'PROVIDER_FAILED', message: `no ${secret}`, cause: secret, remedies: [secret] } as const
    const error = await pageOf(() => {
      throw new ProviderError('unknown', { ...problem, remedies: [...problem.remedies] })
    }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ problem: { message: 'no [key]', cause: '[key]', remedies: ['[key]'] } })
  })
})
