import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import type { Print } from '../tests/support/bench.ts'
import { buildIfStale } from './build.ts'

/**
 * npm run bench [name …]: every file of tests/bench, one after the other, each exporting `run`. Figures are printed
 * as JSON lines, as ratios measured in one run where a machine's speed would otherwise decide. Ends with 1 if a figure
 * misses its target.
 */
const folder = join(import.meta.dirname, '../tests/bench')
const wanted = process.argv.slice(2)
const benchSchema = z.object({ run: z.custom<(print: Print) => Promise<void>>((value) => typeof value === 'function') })
const missed: string[] = []

const print: Print = (bench, figures) => {
  const rounded = Object.entries(figures).map(([name, value]) => [
    name,
    typeof value === 'number' ? Math.round(value * 100) / 100 : value,
  ])
  if (figures.ok === false) missed.push(bench)
  console.log(JSON.stringify({ bench, ...Object.fromEntries(rounded) }))
}

buildIfStale()
const names = globSync('*.ts', { cwd: folder }).map((file) => basename(file, '.ts'))
const unknown = wanted.filter((name) => !names.includes(name))
if (unknown.length > 0) throw new Error(`There is no bench "${unknown.join('", "')}". There are: ${names.join(', ')}.`)
for (const name of names.sort()) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const { run } = benchSchema.parse(await import(pathToFileURL(join(folder, `${name}.ts`)).href))
  await run(print)
}
if (missed.length > 0) {
  console.error(`Missed its target: ${missed.join(', ')}`)
  process.exitCode = 1
}
