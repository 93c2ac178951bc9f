import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isNarrowed,
  keySorts,
  listInput,
  readKeyFilter,
  writeKeyFilter,
} from '../../../renderer/features/keys/key-filter.ts'
import {
  consistent,
  initialValues,
  withDetection,
  withReportedKind,
} from '../../../renderer/features/keys/key-form-model.ts'
import { testStates } from '../../../renderer/ui/outcomes.ts'
import type { Detection } from '../../../shared/contract/keys.ts'
import { keyKinds, providerIds } from '../../../shared/providers.ts'

const id = fc.option(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), { nil: null })
const filters = fc.record({
  accountId: id,
  provider: fc.option(fc.constantFrom(...providerIds), { nil: null }),
  kind: fc.option(fc.constantFrom(...keyKinds), { nil: null }),
  outcome: fc.option(fc.constantFrom(...testStates), { nil: null }),
  adminKeyId: id,
  sort: fc.constantFrom(...keySorts),
})

const nothing = { accountId: null, provider: null, kind: null, outcome: null, adminKeyId: null, sort: 'name' } as const

describe('filter of the list of keys', () => {
  it('comes back from the address as it was put there', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        expect(readKeyFilter(new URLSearchParams(writeKeyFilter(filter)))).toEqual(filter)
      }),
    )
  })

  it('leaves out of any address what it does not know', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('account', 'provider', 'kind', 'outcome', 'sort'), fc.string()),
        (query) => {
          const filter = readKeyFilter(new URLSearchParams(query))
          expect([null, ...providerIds]).toContain(filter.provider)
          expect(filter.accountId === null || Number.isSafeInteger(filter.accountId)).toBe(true)
          expect(keySorts).toContain(filter.sort)
        },
      ),
    )
    expect(readKeyFilter(new URLSearchParams('account=-3&provider=acme&kind=&sort=size'))).toEqual(nothing)
  })

  it('is no filter when only the order was chosen', () => {
    expect(writeKeyFilter(nothing)).toBe('')
    expect(isNarrowed({ ...nothing, sort: 'created' })).toBe(false)
    expect(isNarrowed({ ...nothing, kind: 'admin' })).toBe(true)
  })

  it('asks for what is chosen and nothing else', () => {
    expect(listInput(nothing, '')).toEqual({ sort: 'name' })
    expect(listInput({ ...nothing, provider: 'openai', outcome: 'untested' }, 'prod')).toEqual({
      sort: 'name',
      provider: 'openai',
      outcome: 'untested',
      query: 'prod',
    })
  })
})

describe('form of a key', () => {
  const detection: Detection = {
    provider: 'openai',
    kind: 'project',
    confidence: 'strong',
    rule: '6',
    masked: 'sk-proj-…abcd',
    notes: [],
    variableName: null,
    duplicates: [],
  }
  const untouched = { provider: false, kind: false, name: false }

  it('UD-KEY-02 fills in what was found out', () => {
    const values = withDetection(initialValues(null, 4), detection, untouched)
    expect(values).toMatchObject({ accountId: 4, provider: 'openai', kind: 'project', name: 'OpenAI project key' })
  })

  it('leaves alone what the operator has set', () => {
    const mine = { ...initialValues(null, 4), provider: 'groq', kind: 'standard', name: 'Mine' } as const
    const values = withDetection({ ...mine, tags: [] }, detection, { provider: true, kind: true, name: true })
    expect(values).toMatchObject({ provider: 'groq', kind: 'standard', name: 'Mine' })
  })

  it("takes the provider's word for the kind over a guess, but not over a choice", () => {
    const guessed = {
      ...initialValues(null, 4),
      provider: 'openrouter',
      kind: 'standard',
      name: 'OpenRouter key',
    } as const
    const values = { ...guessed, tags: [] }
    expect(withReportedKind(values, null, untouched)).toBe(values)
    expect(withReportedKind(values, 'admin', untouched)).toMatchObject({ kind: 'admin', name: 'OpenRouter admin key' })
    expect(withReportedKind({ ...values, name: 'OPENROUTER_KEY' }, 'admin', untouched).name).toBe('OPENROUTER_KEY')
    expect(withReportedKind(values, 'admin', { ...untouched, name: true }).name).toBe('OpenRouter key')
    expect(withReportedKind(values, 'admin', { ...untouched, kind: true })).toBe(values)
  })

  it('drops the admin key when provider or kind no longer allow it, and only then', () => {
    const linked = { ...initialValues(null, 4), provider: 'openai', kind: 'project', adminKeyId: 9 } as const
    const values = { ...linked, tags: [] }
    expect(consistent({ ...values, name: 'Other' }, values).adminKeyId).toBe(9)
    expect(consistent({ ...values, kind: 'admin' }, values).adminKeyId).toBeNull()
    expect(consistent({ ...values, provider: 'anthropic' }, values).adminKeyId).toBeNull()
  })
})
