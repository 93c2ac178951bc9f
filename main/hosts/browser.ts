import { spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '../../shared/problems.ts'
import type { Host } from '../host.ts'
import { builtThreads } from '../threads.ts'
import { openWorkspace, sampleDirectory } from '../workspace.ts'
import { type BrowserArguments, parseArguments, usageText } from './browser-arguments.ts'
import { startBrowserServer } from './browser-server.ts'
import { BuiltFiles } from './built-files.ts'
import { product } from './product.ts'
import { openSample, openVaultWith } from './unattended.ts'

const MIN_API_TOKEN = 16
const OPEN_PAGE = 'open.html'
const OPEN_PAGE_MS = 30_000

const host: Host = { kind: 'browser', version: product.version, clipboard: null, secretStore: null }

async function run(options: BrowserArguments): Promise<void> {
  const apiToken = options.apiTokenFile === null ? null : readApiToken(options.apiTokenFile)
  const passphrase = options.passphraseFile === null ? null : readFirstLine('--passphrase-file', options.passphraseFile)
  const files = new BuiltFiles(join(import.meta.dirname, '..', 'renderer'))
  const workspace = openWorkspace({
    dataDir: options.sample ? sampleDirectory(options.dataDir) : options.dataDir,
    host,
    sample: options.sample,
  })
  let server: Awaited<ReturnType<typeof startBrowserServer>>
  try {
    const receiverPort = options.receiverPort ?? (options.sample ? 0 : null)
    workspace.startReceiver({
      threads: builtThreads(import.meta.url),
      ...(receiverPort === null ? {} : { port: receiverPort }),
    })
    if (options.sample) await openSample(workspace, { withRequests: true })
    else if (passphrase !== null && (await openVaultWith(workspace, passphrase))) {
      workspace.notices.push({
        severity: 'warning',
        message: 'The vault was made without a recovery code.',
        detail: 'If the passphrase is lost, so are the keys. Make a recovery code in Settings, Vault.',
      })
    }
    server = await startBrowserServer({
      workspace,
      files,
      port: options.port,
      apiToken,
      apiAllowReveal: options.apiAllowReveal,
      reportDefect: (error) => console.error('Keyhold: a defect:', error instanceof Error ? error.stack : error),
    })
  } catch (error) {
    await workspace.close()
    throw error
  }
  let stopping = false
  const stop = () => {
    if (stopping) return
    stopping = true
    rmSync(join(workspace.dataDir, OPEN_PAGE), { force: true })
    server
      .close()
      .then(() => workspace.close())
      .then(() => process.exit(0), fail)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  process.on('SIGHUP', stop)
  console.log(`Keyhold is ready at ${server.launchUrl}`)
  for (const notice of workspace.notices.list()) {
    if (notice.severity === 'error') console.error(`Keyhold: ${notice.message} ${notice.detail ?? ''}`)
  }
  if (options.open) openBrowser(server.launchUrl, workspace.dataDir)
}

function readApiToken(file: string): string {
  const token = readFirstLine('--api-token-file', file)
  if (token.length < MIN_API_TOKEN || /\s/.test(token)) {
    throw new Problem('INVALID_INPUT', `The token in ${file} needs at least ${MIN_API_TOKEN} characters and no spaces.`)
  }
  return token
}

function readFirstLine(option: string, file: string): string {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new Problem('INVALID_INPUT', `${option}: ${file} cannot be read.`, {}, { cause: error })
  }
  const line = text.split(/\r?\n/, 1)[0] ?? ''
  if (line === '') throw new Problem('INVALID_INPUT', `${option}: the first line of ${file} is empty.`)
  return line
}

/**
 * Opens the address in the default browser. Command lines can be read by every process of the machine, so the address
 * with its token is not put on one: a page in the data directory, readable by its owner only, leads there and is
 * removed again. A browser that cannot be opened is no reason to stop: the address is on the terminal.
 */
function openBrowser(url: string, dataDir: string): void {
  const page = join(dataDir, OPEN_PAGE)
  writeFileSync(page, `<!doctype html><meta http-equiv="refresh" content="0;url=${url}"><title>Keyhold</title>`, {
    mode: 0o600,
  })
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', page]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', page]
        : ['xdg-open', page]
  setTimeout(() => rmSync(page, { force: true }), OPEN_PAGE_MS).unref()
  if (command === undefined) return
  const child = spawn(command, args, { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}

function fail(error: unknown): void {
  if (error instanceof Problem) {
    console.error(`Keyhold: ${error.message}`)
    for (const remedy of error.details.remedies) console.error(`  ${remedy}`)
  } else if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    console.error('Keyhold: the port is taken. Choose another with --port, or 0 for any free one.')
  } else {
    console.error(error)
  }
  process.exit(1)
}

// Databases and settings of keys are nobody else's business on this machine.
process.umask(0o077)

const parsed = parseArguments(process.argv.slice(2))
if (parsed.kind === 'help') {
  console.log(usageText)
} else if (parsed.kind === 'wrong') {
  console.error(`Keyhold: ${parsed.message}\n\n${usageText}`)
  process.exit(2)
} else {
  run(parsed.arguments).catch(fail)
}
