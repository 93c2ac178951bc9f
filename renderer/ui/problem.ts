import { ORPCError } from '@orpc/client'
import { type ProblemCode, problemStatus } from '../../shared/problem-codes.ts'
import type { FieldProblem, ProblemData } from '../../shared/problems.ts'
import { ConnectionLostError } from './connection-lost.ts'

/** The problem behind anything that a call can throw: a contract error, a broken connection, or a defect. */
export function problemOf(error: unknown): ProblemData {
  if (error instanceof ConnectionLostError) return connectionLost()
  if (error instanceof ORPCError && isProblemCode(error.code)) return contractProblem(error.code, error)
  if (error instanceof DOMException && error.name === 'AbortError') {
    return { code: 'CANCELLED', message: 'This was cancelled.', cause: 'It was stopped before it ended.', remedies: [] }
  }
  return {
    code: 'INTERNAL',
    message: 'Something went wrong in this window.',
    cause: error instanceof Error ? error.message : 'The cause is not known.',
    remedies: ['Try again.', 'If it happens again, reload the window.'],
  }
}

/** Messages by field of the input, for showing them at the fields. The first message of a field counts. */
export function fieldMessages(problem: ProblemData): Record<string, string> {
  const messages: Record<string, string> = {}
  for (const { field, message } of problem.fields ?? []) messages[field] ??= message
  return messages
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(problemStatus, code)
}

function connectionLost(): ProblemData {
  return {
    code: 'CANCELLED',
    message: 'The connection to Keyhold was lost.',
    cause: 'The program that holds your data has ended or does not answer.',
    remedies: ['Wait a moment: the window connects again by itself.', 'If it does not, start Keyhold again.'],
  }
}

function contractProblem(code: ProblemCode, error: ORPCError<string, unknown>): ProblemData {
  const data: unknown = error.data
  const details = isRecord(data) ? data : {}
  const problem: ProblemData = {
    code,
    message: error.message,
    cause: typeof details.cause === 'string' ? details.cause : error.message,
    remedies: Array.isArray(details.remedies) ? details.remedies.filter((item) => typeof item === 'string') : [],
  }
  const { fields, retryAfterMs, relatedIds } = details
  if (Array.isArray(fields)) problem.fields = fields.filter(isFieldProblem)
  if (typeof retryAfterMs === 'number') problem.retryAfterMs = retryAfterMs
  if (Array.isArray(relatedIds)) problem.relatedIds = relatedIds.filter((id) => typeof id === 'number')
  return problem
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isFieldProblem(value: unknown): value is FieldProblem {
  return isRecord(value) && typeof value.field === 'string' && typeof value.message === 'string'
}
