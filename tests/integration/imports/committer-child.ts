/** Run as its own process by imports-kill.test.ts: takes in a table, and says when it begins and when it is done. */
import { readFileSync } from 'node:fs'
import { Imports } from '../../../main/imports/imports.ts'
import { app, openWorkbench } from '../../unit/keys/workbench.ts'

const [dataDir = '', table = ''] = process.argv.slice(2)
const bench = await openWorkbench({ dataDir })
const imports = new Imports(bench)
const { token, rows } = imports.preview({ format: 'csv', text: readFileSync(table, 'utf8') })
process.stdout.write('begun\n')
imports.commit(app, { token, rows: rows.map(({ index }) => index), account: null })
process.stdout.write('done\n')
imports.close()
await bench.close(false)
