import { openRealBench, redirect } from './usage-support.ts'

// Syncs until it is killed: the other half of the test of resuming.
const [dataDir = '', url = '', secret = '', now = '0'] = process.argv.slice(2)
const bench = openRealBench({ dataDir, now: Number(now) })
redirect(bench, 'openai', url)
bench.keys.add(1)
bench.keys.secrets.set(1, secret)
bench.usage.sync({ days: 90 })
await bench.usage.whenIdle()
process.exit(0)
