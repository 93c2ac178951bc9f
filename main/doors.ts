import { ORPCError, ValidationError } from '@orpc/server'
import { type ProblemCode, problemStatus } from '../shared/problem-codes.ts'
import { invalidInput, Problem, type ProblemDetails } from '../shared/problems.ts'
import type { Caller } from './audit/audit.ts'

/** What every call carries, whatever door it came through. */
export interface DoorContext {
  readonly caller: Caller
}

/** Called with what must be a defect of ours, so that the host can put it on its console. */
export type DefectReporter = (error: unknown) => void

/**
 * Options that every oRPC handler of every door gets, so that a failure looks the same through all of them:
 * a code of `shared/problems.ts`, a sentence, a cause and remedies.
 */
export function doorOptions(reportDefect: DefectReporter) {
  return {
    // Around the whole request: what fails here without a code is a request that could not even be read.
    interceptors: [
      async <T>(options: { next(): Promise<T> }): Promise<T> => {
        try {
          return await options.next()
        } catch (error) {
          throw error instanceof ORPCError && error.code !== 'PAYLOAD_TOO_LARGE' ? error : unreadable(error)
        }
      },
    ],
    clientInterceptors: [
      async (options: { next(): Promise<unknown> }): Promise<unknown> => {
        try {
          return await options.next()
        } catch (error) {
          throw toContractError(error, reportDefect)
        }
      },
    ],
  }
}

/** The error of the contract for anything that was thrown. */
export function toContractError(error: unknown, reportDefect: DefectReporter): ORPCError<string, unknown> {
  if (error instanceof Problem) return contractError(error.code, error.message, error.details, error)
  if (error instanceof ORPCError) {
    if (error.defined) return error
    if (error.code === 'BAD_REQUEST' && error.cause instanceof ValidationError)
      return toContractError(invalidInput(error.cause.issues), reportDefect)
    if (error.code === 'NOT_FOUND' || error.code === 'METHOD_NOT_SUPPORTED') return error
  }
  if (isDiskFull(error)) {
    return contractError('STORE_FAILED', 'The disk is full: nothing was stored.', {
      cause: 'The database could not grow.',
      remedies: ['Free some space on the disk of the data directory and try again.'],
    })
  }
  reportDefect(error)
  return contractError('INTERNAL', 'Something went wrong inside Keyhold.', {
    cause: 'This is a defect. Nothing was half-done: changes are all or nothing.',
    remedies: ['Try again.', 'If it happens again, report it with the lines on the console.'],
  })
}

function contractError(
  code: ProblemCode,
  message: string,
  data: ProblemDetails,
  cause?: unknown,
): ORPCError<string, unknown> {
  return new ORPCError(code, { defined: true, status: problemStatus[code], message, data, cause })
}

function unreadable(error: unknown): ORPCError<string, unknown> {
  const isTooLarge = error instanceof ORPCError
  const message = isTooLarge ? 'The request is too large.' : 'The request could not be read.'
  return new ORPCError('INVALID_INPUT', {
    defined: true,
    status: isTooLarge ? 413 : 400,
    message,
    data: {
      cause: isTooLarge
        ? 'Its body is longer than this route takes.'
        : 'Its body is not valid JSON, or its type is not said.',
      remedies: isTooLarge ? ['Send less at once.'] : ['Send JSON with the header "Content-Type: application/json".'],
    },
  })
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'SQLITE_FULL'
}
