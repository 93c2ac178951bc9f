import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fuseDifferences } from './fuses.ts'

/**
 * node scripts/check-fuses.ts PATH: reads the fuses of a packaged app back and fails on any difference. PATH is the
 * `.app` folder on macOS and the executable elsewhere.
 */
const path = process.argv[2]
if (path === undefined || !existsSync(path)) {
  console.error('Usage: node scripts/check-fuses.ts PATH (the .app folder on macOS, the executable elsewhere)')
  process.exit(2)
}
const framework = 'Contents/Frameworks/Electron Framework.framework/Electron Framework'
const file = statSync(path).isDirectory() ? join(path, framework) : path
const differences = fuseDifferences(readFileSync(file))
for (const difference of differences) console.error(difference)
if (differences.length > 0) process.exit(1)
console.log('All fuses are as they should be.')
