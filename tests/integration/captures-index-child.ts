import { Worker } from 'node:worker_threads'
import { sourceThreads } from '../../main/threads.ts'

/** Runs the index thread over a folder, says "ready" when it has begun, and is killed then. */
const [directory] = process.argv.slice(2)
if (directory === undefined) throw new Error('Give a folder.')
const worker = new Worker(sourceThreads.captureIndex, { workerData: { directory, anew: false } })
worker.on('message', (message: { type: string }) => {
  if (message.type === 'ready') process.stdout.write('ready\n')
})
