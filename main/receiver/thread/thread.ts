import { parentPort, workerData } from 'node:worker_threads'
import { Problem } from '../../../shared/problems.ts'
import { Capturing } from './capturing.ts'
import type { FromThread, ThreadStart, ToThread } from './messages.ts'

/** The receiver's thread: takes webhooks off the sockets and is the one writer of the ledger. See messages.ts. */
const start: ThreadStart = workerData
const port = parentPort
if (port === null) throw new Error('This file runs as a worker thread.')

const post = (message: FromThread) => port.postMessage(message)
try {
  const capturing = new Capturing(start, (message) => {
    post(message)
    if (message.type === 'closed') port.close()
  })
  port.on('message', (message: ToThread) => capturing.hear(message))
} catch (error) {
  // Anything else is a defect or may pass: the thread ends with it and is started again.
  if (!(error instanceof Problem)) throw error
  post({ type: 'cannot-start', problem: error.toData() })
}
