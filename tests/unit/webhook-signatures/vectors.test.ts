import { describe, expect, it } from 'vitest'
import { schemeIds } from '../../../shared/webhook-schemes.ts'
import { detectScheme, verify } from '../../../shared/webhook-signatures.ts'
import { requestOf } from './vector.ts'
import { vectors } from './vectors.ts'

describe('the published vectors', () => {
  it.each(vectors.map((vector) => [vector.name, vector] as const))('%s', (_name, vector) => {
    const verdict = verify(vector.scheme, requestOf(vector), vector.secrets, vector.now, vector.options ?? null)
    expect({ reason: verdict.reason, ok: verdict.ok }).toEqual({ reason: vector.expect, ok: vector.expect === 'valid' })
    expect(verdict.matchedSecret).toBe(['valid', 'stale', 'future'].includes(vector.expect) ? 0 : null)
  })

  it('has a valid one for every scheme', () => {
    const proven = new Set(vectors.filter(({ expect: reason }) => reason === 'valid').map(({ scheme }) => scheme))
    expect(schemeIds.filter((scheme) => !proven.has(scheme))).toEqual([])
  })

  it.each(
    vectors
      .filter(({ expect: reason, scheme }) => reason === 'valid' && scheme !== 'generic-hmac')
      .map((vector) => [vector.name, vector] as const),
  )('recognises the sender: %s', (_name, vector) => {
    const headers =
      vector.scheme === 'gitlab-signing' ? ['X-Gitlab-Event', 'Push Hook', ...vector.headers] : vector.headers
    const fallsBack = vector.name.includes('falling back')
    const version = vector.scheme === 'hubspot-v2' ? ['X-HubSpot-Signature-Version', 'v2'] : []
    expect(detectScheme([...headers, ...version])).toBe(fallsBack ? 'standard-webhooks' : vector.scheme)
  })
})
