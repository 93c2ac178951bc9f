import { receiverLimits } from '../../shared/limits.ts'
import type { ThreadLimits } from './thread/messages.ts'

/** What the receiver's thread takes, where nothing else is asked for. */
export const threadLimits: ThreadLimits = {
  maxBodyBytes: receiverLimits.maxBody,
  maxHeaderBytes: 64 * 1024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  maxConnections: 2_000,
  maxLedgerPages: null,
}
