import { ORPCError } from '@orpc/client'
import { describe, expect, it } from 'vitest'
import { ConnectionLostError } from '../../../renderer/ui/connection-lost.ts'
import { fieldMessages, problemOf } from '../../../renderer/ui/problem.ts'
import { problemStatus } from '../../../shared/problem-codes.ts'

describe('what went wrong, for the screen', () => {
  it('takes everything a contract error carries', () => {
    const data = {
      cause: 'Another key has the same value.',
      remedies: ['Open the stored key.', 'Store it anyway.'],
      relatedIds: [7],
      retryAfterMs: 900,
      fields: [{ field: 'secret', message: 'Stored already.' }],
    }
    const error = new ORPCError('ALREADY_EXISTS', { status: 409, message: 'This key is here already.', data })
    expect(problemOf(error)).toEqual({ code: 'ALREADY_EXISTS', message: 'This key is here already.', ...data })
  })

  it.each(Object.keys(problemStatus))('knows the code %s', (code) => {
    const error = new ORPCError(code, { message: 'It failed.', data: { cause: 'Because.', remedies: [] } })
    expect(problemOf(error).code).toBe(code)
  })

  it.each([undefined, null, 'text', 5, [], { remedies: 'none' }, { fields: [null, { field: 1 }], remedies: [3] }])(
    'survives an error whose data is %j',
    (data) => {
      const problem = problemOf(new ORPCError('INTERNAL', { message: 'It failed.', data }))
      expect(problem).toMatchObject({ code: 'INTERNAL', message: 'It failed.', cause: 'It failed.', remedies: [] })
      expect(problem.fields ?? []).toEqual([])
    },
  )

  it('explains a lost connection and says what to do', () => {
    const problem = problemOf(new ConnectionLostError())
    expect(problem.message).toBe('The connection to Keyhold was lost.')
    expect(problem.remedies).not.toHaveLength(0)
  })

  it.each([new Error('boom'), 'boom', undefined, new ORPCError('SOMETHING_ELSE', { message: 'boom' })])(
    'makes a defect of anything unknown: %s',
    (error) => expect(problemOf(error).code).toBe('INTERNAL'),
  )

  it('keeps the first message of every field', () => {
    const fields = [
      { field: 'name', message: 'Too long.' },
      { field: 'name', message: 'Also wrong.' },
      { field: 'email', message: 'Missing.' },
    ]
    const problem = { code: 'INVALID_INPUT', message: 'Wrong.', cause: 'Wrong.', remedies: [], fields } as const
    expect(fieldMessages({ ...problem, remedies: [] })).toEqual({ name: 'Too long.', email: 'Missing.' })
  })
})
