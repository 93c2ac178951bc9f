import { parentPort, workerData } from 'node:worker_threads'
import { Capturing } from './capturing.ts'
import type { FromThread, ThreadStart, ToThread } from './messages.ts'

/** The receiver's thread: takes webhooks off the sockets and is the one writer of the ledger. See messages.ts. */
const start: ThreadStart = workerData
const port = parentPort
if (port === null) throw new Error('This file runs as a worker thread.')

const capturing = new Capturing(start, (message: FromThread) => {
  port.postMessage(message)
  if (message.type === 'closed') port.close()
})
port.on('message', (message: ToThread) => capturing.hear(message))
