import { readId } from './address.ts'

/** What the list of attempts is narrowed to. */
export interface AttemptFilter {
  readonly outcome?: 'succeeded' | 'failed' | undefined
  readonly targetId?: number | undefined
  readonly jobId?: number | undefined
  readonly captureId?: number | undefined
}

export const noFilter: AttemptFilter = {}

/** The filter in an address. What does not belong there is left out. */
export function readAttemptFilter(params: URLSearchParams): AttemptFilter {
  const outcome = params.get('result')
  return {
    outcome: outcome === 'succeeded' || outcome === 'failed' ? outcome : undefined,
    targetId: readId(params.get('target')) ?? undefined,
    jobId: readId(params.get('replay')) ?? undefined,
    captureId: readId(params.get('request')) ?? undefined,
  }
}

/** The filter as the end of an address: "?result=failed&target=3", or nothing. */
export function writeAttemptFilter({ outcome, targetId, jobId, captureId }: AttemptFilter): string {
  const params = new URLSearchParams()
  if (outcome !== undefined) params.set('result', outcome)
  if (targetId !== undefined) params.set('target', String(targetId))
  if (jobId !== undefined) params.set('replay', String(jobId))
  if (captureId !== undefined) params.set('request', String(captureId))
  return params.size === 0 ? '' : `?${params}`
}

export function isNarrowed(filter: AttemptFilter): boolean {
  return Object.values(filter).some((value) => value !== undefined)
}
