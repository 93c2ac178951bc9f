/**
 * Run as its own process: the receiver's thread with one endpoint `/h/bench`, and the index thread where it is asked for.
 * Arguments: folder, secret or empty, "index" or empty. Prints its port; ends in good order when its input ends.
 */
import { Worker } from 'node:worker_threads'
import { sourceThreads } from '../../../main/threads.ts'
import { benchEndpoint, startReceiver } from '../../support/receiver-thread.ts'

const [directory = '', secret = '', index = ''] = process.argv.slice(2)
const receiver = await startReceiver({ directory, endpoints: [benchEndpoint(secret === '' ? null : secret)] })
const indexThread =
  index === 'index' ? new Worker(sourceThreads.captureIndex, { workerData: { directory, anew: false } }) : null
if (indexThread !== null) {
  receiver.thread.onStored(({ perSecond }) => indexThread.postMessage({ type: 'wake', perSecond }))
}
process.stdout.write(`${JSON.stringify({ port: receiver.port })}\n`)
process.stdin.resume()
process.stdin.once('end', async () => {
  await receiver.close()
  await indexThread?.terminate()
  process.exit(0)
})
