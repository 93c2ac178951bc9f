import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { RPCHandler } from '@orpc/server/message-port'
import { CONNECT_CHANNEL } from '../../shared/bridge.ts'
import { Problem } from '../../shared/problems.ts'
import { type DefectReporter, type DoorContext, doorOptions } from '../doors.ts'
import type { Host, HostClipboard, OsSecretStore } from '../host.ts'
import { createRouter } from '../router.ts'
import type { ThreadFiles } from '../threads.ts'
import { openWorkspace, sampleDirectory, type Workspace } from '../workspace.ts'
import { runWindow } from './background.electron.ts'
import type { BuiltFiles } from './built-files.ts'
import type { ConnectEvent, DesktopWindow, ElectronParts } from './electron-parts.electron.ts'
import { contentSecurityPolicy, securityHeaders } from './policies/csp.ts'
import { APP_ORIGIN, isAppUrl, mayNavigate, mayOpenOutside } from './policies/navigation.ts'
import { mayHavePermission } from './policies/permissions.ts'
import { judgeSender } from './policies/senders.ts'
import { windowOptions } from './policies/window.electron.ts'
import { product } from './product.ts'
import { openSample } from './unattended.ts'

export interface DesktopOptions {
  readonly files: BuiltFiles
  readonly preload: string
  readonly threads: ThreadFiles
  readonly trayImage: string
  readonly secretStore: OsSecretStore
  readonly version: string
  readonly reportDefect: DefectReporter
}

/**
 * Runs the desktop host once {@link prepareDesktop} let this process go on: one workspace, and windows that can do
 * nothing but ask over their port. Shows what went wrong and ends the app when the workspace cannot be opened.
 */
export async function runDesktop(electron: ElectronParts, options: DesktopOptions): Promise<Workspace> {
  await electron.app.whenReady()
  const { app } = electron
  const sample = app.commandLine.hasSwitch('sample')
  const workspaceFolder = join(app.getPath('userData'), 'workspace')
  const host: Host = {
    kind: 'desktop',
    version: options.version,
    clipboard: clipboardOf(electron.clipboard),
    secretStore: options.secretStore,
  }
  let workspace: Workspace
  try {
    workspace = openWorkspace({ dataDir: sample ? sampleDirectory(workspaceFolder) : workspaceFolder, host, sample })
    const port = portOf(app.commandLine.getSwitchValue('receiver-port'), sample)
    workspace.startReceiver({ threads: options.threads, ...(port === null ? {} : { port }) })
    // Captured requests of the sample are not proven in Electron yet: the driver of the desktop specs fails on the import.
    if (sample) await openSample(workspace, { withRequests: false })
    else await workspace.vault.unlockAutomatically()
  } catch (error) {
    electron.dialog.showErrorBox('Keyhold cannot open the workspace', explain(error))
    app.exit(1)
    throw error
  }
  const rpc = new RPCHandler<DoorContext>(createRouter(workspace), doorOptions(options.reportDefect))

  serveApp(electron, options.files)
  denyPermissions(electron)
  electron.ipcMain.on(CONNECT_CHANNEL, (event: ConnectEvent) => {
    const frame = event.senderFrame
    const verdict = judgeSender(frame)
    if (frame === null || !verdict.accepted) return
    const { port1, port2 } = new electron.MessageChannelMain()
    rpc.upgrade(port1, { context: { caller: { source: 'app' } } })
    port1.start()
    frame.postMessage(CONNECT_CHANNEL, null, [port2])
  })

  runWindow(electron, {
    open: () => openWindow(electron, options),
    keepsRunning: () => workspace.receiver.isReceiving(),
    trayImage: options.trayImage,
  })
  electron.powerMonitor.on('suspend', () => void workspace.vault.lock())
  electron.powerMonitor.on('lock-screen', () => void workspace.vault.lock())
  closeBeforeQuit(electron, workspace, options.reportDefect)
  return workspace
}

/** Null: as the settings say. The sample workspace stands beside the real one and leaves it its port. */
function portOf(text: string, sample: boolean): number | null {
  const port = Number(text)
  if (text !== '' && Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  return sample ? 0 : null
}

function openWindow(electron: ElectronParts, options: DesktopOptions): DesktopWindow {
  const window = new electron.BrowserWindow(windowOptions(options.preload, electron.app.isPackaged))
  const { webContents } = window
  webContents.on('will-navigate', (event) => {
    if (!mayNavigate(event.url, event.isMainFrame ?? true)) event.preventDefault()
  })
  webContents.on('will-frame-navigate', (event) => {
    if (!mayNavigate(event.url, event.isMainFrame ?? false)) event.preventDefault()
  })
  webContents.on('will-redirect', (event) => {
    if (!mayNavigate(event.url, event.isMainFrame ?? false)) event.preventDefault()
  })
  webContents.on('will-attach-webview', (event) => event.preventDefault())
  webContents.on('will-prevent-unload', (event) => {
    if (wantsToLeave(electron)) event.preventDefault()
  })
  webContents.setWindowOpenHandler(({ url }) => {
    if (mayOpenOutside(url)) void electron.shell.openExternal(url)
    return { action: 'deny' }
  })
  window.once('ready-to-show', () => window.show())
  void window.loadURL(`${APP_ORIGIN}/`)
  return window
}

/**
 * Asks in place of a page that does not want to be left yet, because of a recovery code that was not stored. Electron
 * shows no question of its own: without this the window would stay open and not say why.
 */
function wantsToLeave({ dialog }: ElectronParts): boolean {
  const buttons = ['Stay', 'Leave']
  const answer = dialog.showMessageBoxSync({
    type: 'warning',
    buttons,
    defaultId: 0,
    cancelId: 0,
    noLink: true,
    message: 'Something on this page is not stored yet.',
    detail: 'It cannot be shown again once you leave.',
  })
  return buttons[answer] === 'Leave'
}

/** Serves the built renderer under our own scheme: a fixed list of files, GET only, exact host. */
function serveApp(electron: ElectronParts, files: BuiltFiles): void {
  electron.protocol.handle(product.scheme, (request) => {
    if (request.method !== 'GET' || !isAppUrl(request.url)) return refusal(404)
    const nonce = randomBytes(16).toString('base64url')
    const file = files.find(new URL(request.url).pathname, nonce)
    if (file === null) return refusal(404)
    return new Response(new Uint8Array(file.body), {
      headers: {
        ...securityHeaders,
        'content-type': file.contentType,
        'content-security-policy': contentSecurityPolicy(nonce),
      },
    })
  })
}

function refusal(status: number): Response {
  return new Response(null, { status, headers: { ...securityHeaders } })
}

/** Electron grants everything by default; both handlers are needed for a complete refusal. */
function denyPermissions(electron: ElectronParts): void {
  const { defaultSession } = electron.session
  defaultSession.setPermissionRequestHandler((_contents, permission, decide, details) => {
    decide(mayHavePermission(permission, isAppUrl(details.requestingUrl)))
  })
  defaultSession.setPermissionCheckHandler((_contents, permission, requestingOrigin) =>
    mayHavePermission(permission, isAppUrl(requestingOrigin)),
  )
  defaultSession.setDevicePermissionHandler(() => false)
}

/** Quitting waits until runs are ended, the clipboard is clean and the database is closed. */
function closeBeforeQuit(electron: ElectronParts, workspace: Workspace, reportDefect: DefectReporter): void {
  let closed = false
  electron.app.on('will-quit', (event) => {
    if (closed) return
    event.preventDefault()
    workspace
      .close()
      .catch(reportDefect)
      .finally(() => {
        closed = true
        // Closing may be done before Electron has finished asking "will-quit", and until then it ignores quit().
        setImmediate(() => electron.app.quit())
      })
  })
}

/** Electron's clipboard became promise-based in 44; awaiting is right for both. */
function clipboardOf(clipboard: ElectronParts['clipboard']): HostClipboard {
  return {
    readText: async () => await clipboard.readText(),
    writeText: async (text) => {
      await clipboard.writeText(text)
    },
    clear: async () => {
      clipboard.clear()
    },
  }
}

function explain(error: unknown): string {
  if (error instanceof Problem) return [error.message, ...error.details.remedies].join('\n')
  return error instanceof Error ? error.message : String(error)
}
