/** Run as its own process with little memory by imports-hostile.test.ts: reads a file as an import would. */
import { readFileSync } from 'node:fs'
import { readDashboardFile } from '../../../main/imports/dashboard-file.ts'
import { Problem } from '../../../shared/problems.ts'

try {
  const { rows } = readDashboardFile(readFileSync(process.argv[2] ?? '').toString('base64'))
  process.stdout.write(`read ${rows.length}`)
} catch (error) {
  if (!(error instanceof Problem)) throw error
  process.stdout.write(`${error.code} ${error.message}`)
}
