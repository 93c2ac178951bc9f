import type { Behaviour, GenericOptions } from '../../../shared/contract/receiver.ts'
import type { ProblemData } from '../../../shared/problems.ts'
import type { SchemeId } from '../../../shared/webhook-schemes.ts'
import type { LedgerChange, LedgerResult } from '../../captures/capture-record.ts'

/** How the receiver thread is started (`workerData`). */
export interface ThreadStart {
  /** Folder of `captures.db`. */
  readonly directory: string
  readonly limits: ThreadLimits
}

export interface ThreadLimits {
  readonly maxBodyBytes: number
  /** Bytes of all headers together. */
  readonly maxHeaderBytes: number
  readonly headersTimeoutMs: number
  /** Without a byte of the request. Ten times as long for the whole of it. */
  readonly requestTimeoutMs: number
  readonly maxConnections: number
  /** Pages the ledger may grow to, for tests of a full disk; null for no bound. */
  readonly maxLedgerPages: number | null
}

/** An endpoint as the thread needs it. */
export interface ThreadEndpoint {
  readonly id: number
  readonly slug: string
  readonly scheme: SchemeId | null
  readonly schemeOptions: GenericOptions | null
  /** Null: the vault is locked. */
  readonly secrets: readonly { readonly label: string; readonly secret: string }[] | null
  readonly behaviour: Behaviour
}

/** Everything the thread acts by; sent whole after every change. */
export interface ThreadConfig {
  /** Null: do not listen. */
  readonly listen: { readonly port: number; readonly host: string } | null
  readonly autoCreate: boolean
  /** Without a path; null without a tunnel. */
  readonly publicUrl: string | null
  readonly endpoints: readonly ThreadEndpoint[]
}

export type ToThread =
  | { readonly type: 'config'; readonly config: ThreadConfig }
  | { readonly type: 'change'; readonly call: number; readonly change: LedgerChange }
  /** Answers `GET /.well-known/keyhold/<nonce>` with the nonce until it is taken back. */
  | { readonly type: 'nonce'; readonly nonce: string; readonly on: boolean }
  /** For an unknown slug with auto-create on: the new configuration was sent before, or there will be none. */
  | { readonly type: 'endpoint-decided'; readonly slug: string }
  | { readonly type: 'close' }

export interface ThreadCounters {
  readonly captured: number
  readonly refused: number
  readonly unknownSlug: number
  readonly malformed: number
  readonly notStored: number
}

export type FromThread =
  /** It will not run: what is wrong does not pass by itself. The thread ends. */
  | { readonly type: 'cannot-start'; readonly problem: ProblemData }
  /** The ledger was opened; a damaged one was set aside where the identity is another one than before. */
  | { readonly type: 'ledger'; readonly identity: string }
  /** After every configuration whose `listen` is not null, once it listens. */
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'stopped' }
  | { readonly type: 'listen-failed'; readonly code: string; readonly message: string; readonly port: number }
  /** On disk now; ids are consecutive. At most one message every 20 ms. */
  | { readonly type: 'stored'; readonly lastId: number; readonly count: number; readonly perSecond: number }
  | { readonly type: 'counters'; readonly counters: ThreadCounters }
  /**
   * A slug nobody made, asked for `count` times since the last message; `wanted` asks for an endpoint (auto-create), the
   * sender waits meanwhile.
   */
  | { readonly type: 'unknown-slug'; readonly slug: string; readonly wanted: boolean; readonly count: number }
  | { readonly type: 'disk'; readonly full: boolean }
  | { readonly type: 'changed'; readonly call: number; readonly result: LedgerResult }
  /** What the operator should know: a damaged ledger set aside, a request that could not be stored. */
  | {
      readonly type: 'notice'
      readonly severity: 'info' | 'warning' | 'error'
      readonly message: string
      readonly detail: string | null
    }
  /** At the start: endpoints whose deletion was cut short. They get nothing more, and main finishes it. */
  | { readonly type: 'doomed'; readonly endpointIds: readonly number[] }
  | { readonly type: 'closed' }
