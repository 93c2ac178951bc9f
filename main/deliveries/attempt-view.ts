import { brotliDecompressSync, constants, gunzipSync, inflateSync } from 'node:zlib'
import type { Attempt, AttemptDetail } from '../../shared/contract/deliveries.ts'
import { receiverLimits } from '../../shared/limits.ts'
import type { AttemptRow, DetailRow } from './attempt-rows.ts'
import { statusProblem } from './failures.ts'

/** As lists show it: an answer that is not 2xx has its problem by its status. */
export function attemptView(row: AttemptRow): Attempt {
  return { ...row, problem: row.status === null ? row.problem : statusProblem(row.status) }
}

export function attemptDetailView(row: AttemptRow, detail: DetailRow): AttemptDetail {
  const { connectMs, firstByteMs, totalMs, responseBody, ...rest } = detail
  const encoding = rest.responseHeaders.find(([name]) => name.toLowerCase() === 'content-encoding')?.[1]
  return {
    ...attemptView(row),
    ...rest,
    responseBody: answerText(responseBody, encoding ?? ''),
    timing: { connectMs, firstByteMs, totalMs },
  }
}

/** Room for what is unpacked before it is cut: a small answer may stand for a huge text. */
const MAX_UNPACKED = 1_000_000

/** Text of an answer, unpacked as far as it was kept; as it came where that fails. */
function answerText(body: Buffer, encoding: string): string {
  const unpacked = unpackedAnswer(body, encoding) ?? body
  return unpacked.subarray(0, receiverLimits.answerBody).toString('utf8')
}

/** Of the coding a `Content-Encoding` names. Null where it is another one, damaged, or too much. */
export function unpackedAnswer(body: Buffer, contentEncoding: string): Buffer | null {
  const encoding = contentEncoding.trim().toLowerCase()
  const part = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MAX_UNPACKED }
  try {
    if (encoding === 'gzip' || encoding === 'x-gzip') return gunzipSync(body, part)
    if (encoding === 'deflate') return inflateSync(body, part)
    if (encoding === 'br') {
      return brotliDecompressSync(body, {
        finishFlush: constants.BROTLI_OPERATION_FLUSH,
        maxOutputLength: MAX_UNPACKED,
      })
    }
  } catch {
    // Damaged, or too much: shown as it came.
  }
  return null
}
