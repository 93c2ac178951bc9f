import { ReceiverThread } from '../../main/receiver/receiver-thread.ts'
import type { FromThread, ThreadConfig, ThreadEndpoint, ThreadLimits } from '../../main/receiver/thread/messages.ts'
import { sourceThreads } from '../../main/threads.ts'
import { usualBehaviour } from '../../shared/receiver-defaults.ts'

export const usualLimits: ThreadLimits = {
  maxBodyBytes: 25 * 1024 * 1024,
  maxHeaderBytes: 64 * 1024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  maxConnections: 2_000,
  maxLedgerPages: null,
}

export function endpointNamed(slug: string, id: number, change: Partial<ThreadEndpoint> = {}): ThreadEndpoint {
  return { id, slug, scheme: null, schemeOptions: null, secrets: [], behaviour: usualBehaviour, ...change }
}

export function benchEndpoint(secret: string | null): ThreadEndpoint {
  if (secret === null) return endpointNamed('bench', 1)
  return endpointNamed('bench', 1, { scheme: 'standard-webhooks', secrets: [{ label: 'main', secret }] })
}

const HEARD_WITHIN_MS = 10_000

export interface RunningReceiver {
  readonly thread: ReceiverThread
  port: number
  /** Everything it said, in order. */
  readonly messages: FromThread[]
  readonly crashes: string[]
  /** Resolves with the first message from now on (or of those that came, with `past`) that fits; rejects after ten seconds. */
  heard<T extends FromThread['type']>(
    type: T,
    fits?: (message: Extract<FromThread, { type: T }>) => boolean,
    past?: 'past',
  ): Promise<Extract<FromThread, { type: T }>>
  configure(change: Partial<ThreadConfig>): void
  close(): Promise<void>
}

/** The real thread on a free port of loopback. */
export async function startReceiver(options: {
  readonly directory: string
  readonly endpoints: readonly ThreadEndpoint[]
  readonly limits?: Partial<ThreadLimits>
  readonly config?: Partial<ThreadConfig>
}): Promise<RunningReceiver> {
  const messages: FromThread[] = []
  const crashes: string[] = []
  const waiting = new Set<(message: FromThread) => void>()
  const thread = new ReceiverThread({
    file: sourceThreads.receiver,
    start: { directory: options.directory, limits: { ...usualLimits, ...options.limits } },
    onMessage: (message) => {
      messages.push(message)
      for (const hear of waiting) hear(message)
    },
    onCrash: (message) => crashes.push(message),
  })
  let config: ThreadConfig = {
    listen: { port: 0, host: '127.0.0.1' },
    autoCreate: false,
    publicUrl: null,
    endpoints: options.endpoints,
    ...options.config,
  }
  const receiver: RunningReceiver = {
    thread,
    port: 0,
    messages,
    crashes,
    heard: (type, fits = () => true, past) => {
      const found = new Promise<Extract<FromThread, { type: typeof type }>>((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(hear)
          reject(new Error(`The receiver did not say "${type}" within ${HEARD_WITHIN_MS} ms.`))
        }, HEARD_WITHIN_MS).unref()
        const hear = (message: FromThread) => {
          if (!isOf(message, type) || !fits(message)) return
          waiting.delete(hear)
          clearTimeout(timer)
          resolve(message)
        }
        waiting.add(hear)
        if (past !== undefined) for (const message of messages) if (waiting.has(hear)) hear(message)
      })
      // A test that fails before it waits for this has its own error.
      found.catch(() => {})
      return found
    },
    configure: (change) => {
      config = { ...config, ...change }
      thread.configure(config)
    },
    close: () => thread.close(),
  }
  const listening = receiver.heard('listening')
  thread.configure(config)
  if (config.listen !== null) receiver.port = (await listening).port
  return receiver
}

function isOf<T extends FromThread['type']>(message: FromThread, type: T): message is Extract<FromThread, { type: T }> {
  return message.type === type
}
