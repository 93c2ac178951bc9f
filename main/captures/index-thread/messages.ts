/** How the index thread is started (`workerData`). */
export interface IndexStart {
  /** Folder of the ledger and of the index. */
  readonly directory: string
  /** Begin a new index even where one is there: it turned out damaged. */
  readonly anew: boolean
}

export type ToIndex =
  /** Something is new in the ledger. `perSecond`: how many requests are captured now. */
  | { readonly type: 'wake'; readonly perSecond: number }
  /** Takes the present shape of an event type for the normal one. */
  | { readonly type: 'acknowledge'; readonly call: number; readonly endpointId: number; readonly eventType: string }
  /** The ledger that is written now. Another one than before: what was made from that is void. */
  | { readonly type: 'ledger'; readonly identity: string }
  | { readonly type: 'close' }

export type FromIndex =
  /** The index can be read from now on. */
  | { readonly type: 'ready' }
  /** Committed. `notesThrough`: marks, verdicts and deletions of the ledger that are worked in. */
  | {
      readonly type: 'indexed'
      readonly throughId: number
      readonly notesThrough: number
      /** Rows that were there already are different now, or gone. */
      readonly rowsChanged: boolean
    }
  /** Rows of the ledger that cannot be read: the lists go without them. */
  | { readonly type: 'unreadable'; readonly ids: readonly number[] }
  /** `known`: null when it could not be written. */
  | { readonly type: 'acknowledged'; readonly call: number; readonly known: boolean | null }
  /** It goes on trying unless it is damaged: then the thread ends and has to be started anew. */
  | { readonly type: 'failed'; readonly message: string; readonly damaged: boolean }
  | { readonly type: 'closed' }
