import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { buildIfStale } from './build.ts'
import { findElectron, hasDisplay, installElectron } from './electron-binary.ts'

/**
 * npm start | npm run desktop | npm run serve. Builds when the build is stale, then runs one of the two hosts and
 * passes on its options, its signals and its exit code.
 */
const root = join(import.meta.dirname, '..')
const args = process.argv.slice(2)
const hostIndex = args.indexOf('--host')
const chosen = hostIndex === -1 ? 'either' : args.splice(hostIndex, 2)[1]

function run(command: string, commandArgs: readonly string[]): void {
  const child = spawn(command, commandArgs, { cwd: process.env.INIT_CWD ?? process.cwd(), stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // The terminal sends Ctrl-C to the child as well; this process only has to wait for it.
    process.on(signal, () => {
      if (signal !== 'SIGINT') child.kill(signal)
    })
  }
  child.on('error', (error) => {
    console.error(`Keyhold: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 0)))
}

function runBrowserHost(): void {
  run(process.execPath, [join(root, 'out/main/browser.js'), ...args])
}

function runDesktop(binary: string): void {
  const sandbox = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []
  run(binary, [process.env.KEYHOLD_ELECTRON_APP ?? root, ...sandbox, ...args])
}

buildIfStale()
if (chosen === 'browser') {
  runBrowserHost()
} else if (chosen === 'desktop') {
  const binary = installElectron()
  if (binary === null) {
    console.error("Keyhold: Electron's binary is not here and could not be downloaded. Use: npm run serve")
    process.exit(1)
  }
  if (!hasDisplay()) {
    console.error('Keyhold: there is no display for a window. Use: npm run serve')
    process.exit(1)
  }
  runDesktop(binary)
} else {
  const binary = hasDisplay() ? installElectron() : findElectron()
  if (binary !== null && hasDisplay()) {
    runDesktop(binary)
  } else {
    const reason = hasDisplay() ? "Electron's binary is not here and could not be downloaded" : 'there is no display'
    console.error(`Keyhold: ${reason}, so the browser host is started instead.`)
    runBrowserHost()
  }
}
