import { join } from 'node:path'
import type { Audit } from './audit/audit.ts'
import { Captures } from './captures/captures.ts'
import type { Changes } from './changes.ts'
import { Deliveries } from './deliveries/deliveries.ts'
import type { Clock } from './host.ts'
import type { HttpClient } from './http/http-client.ts'
import { createRawClient } from './http/node-raw-client.ts'
import type { Notices } from './notices.ts'
import type { Receiver } from './receiver/receiver.ts'
import { Sender } from './sender/sender.ts'
import type { StoreNotice } from './store/integrity.ts'
import type { Store } from './store/store.ts'
import type { ThreadFiles } from './threads.ts'
import { Tunnels } from './tunnels/tunnels.ts'

/** Databases of captured requests and deliveries, apart from the workspace: they grow by themselves and are in no backup. */
const FOLDER = 'receiver'

export interface WebhookBench {
  readonly captures: Captures
  readonly deliveries: Deliveries
  readonly sender: Sender
  readonly tunnels: Tunnels
  start(options: { readonly threads: ThreadFiles; readonly port?: number }): void
  close(): Promise<void>
}

interface BenchOptions {
  readonly dataDir: string
  readonly store: Store
  readonly receiver: Receiver
  readonly audit: Audit
  readonly changes: Changes
  readonly clock: Clock
  /** For what is asked of tunnel programs on this machine. */
  readonly client: HttpClient
  readonly notices: Notices
  readonly version: string
}

/** Makes what works with captured requests, each with the parts of the others that it needs. */
export function openBench(options: BenchOptions): WebhookBench {
  const { dataDir, store, receiver, audit, changes, clock, client, notices, version } = options
  const directory = join(dataDir, FOLDER)
  const common = { audit, changes, clock }
  const http = createRawClient({ userAgent: `Keyhold/${version}` })
  const onNotice = (notice: StoreNotice) => notices.push(notice)
  const captures = new Captures({ ...common, directory, writer: receiver, endpoints: receiver, version, onNotice })
  receiver.attachTotals(captures)
  const deliveries = new Deliveries({ ...common, directory, store, captures, endpoints: receiver, http })
  const sender = new Sender({ ...common, store, deliveries, http, endpoints: receiver })
  const tunnels = new Tunnels({ ...common, store, receiver, http: client })
  return {
    captures,
    deliveries,
    sender,
    tunnels,
    start: ({ threads, port }) => {
      receiver.start({ directory, thread: threads.receiver, ...(port === undefined ? {} : { port }) })
      captures.start(threads.captureIndex)
      deliveries.start()
      for (const notice of deliveries.notices) notices.push(notice)
      tunnels.open()
    },
    close: async () => {
      await tunnels.close()
      await sender.close()
      await deliveries.close()
      await captures.close()
      await receiver.close()
      http.close()
    },
  }
}
