import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { buildIfStale } from './build.ts'

/**
 * npm run bench [name …]: every file of tests/bench, one after the other, each exporting `run`. Figures are printed
 * as JSON lines, as ratios measured in one run where a machine's speed would otherwise decide.
 */
const folder = join(import.meta.dirname, '../tests/bench')
const wanted = process.argv.slice(2)
const benchSchema = z.object({ run: z.custom<() => Promise<void>>((value) => typeof value === 'function') })

buildIfStale()
for (const file of globSync('*.ts', { cwd: folder }).sort()) {
  if (wanted.length > 0 && !wanted.includes(basename(file, '.ts'))) continue
  const { run } = benchSchema.parse(await import(pathToFileURL(join(folder, file)).href))
  await run()
}
