import { copyFileSync, existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/**
 * `node scripts/pictures.ts`: takes the picture of the README over from the last run of the end-to-end tests, which
 * make it from the sample workspace.
 */
const root = join(import.meta.dirname, '..')
const taken = join(root, 'tests/.artifacts/pictures/readme-usage.png')
const shown = join(root, 'docs/images/usage.png')
const LARGEST = 200_000

if (!existsSync(taken)) {
  console.error('There is no picture yet. Run: npm run test:e2e')
  process.exit(1)
}
const { size } = statSync(taken)
if (size > LARGEST) {
  console.error(`The picture has ${size} bytes; at most ${LARGEST} belong into the repository.`)
  process.exit(1)
}
mkdirSync(join(root, 'docs/images'), { recursive: true })
copyFileSync(taken, shown)
console.log(`docs/images/usage.png: ${size} bytes`)
