import { fillLedger } from '../support/fill-captures.ts'

const [directory, count] = process.argv.slice(2)
if (directory === undefined || count === undefined) throw new Error('Give a folder and a number of requests.')
fillLedger(directory, Number(count))
