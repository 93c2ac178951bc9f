import type * as Electron from 'electron'

/** The part of Electron that the desktop host uses: all of it, so that a test can stand in for it. */
export interface ElectronParts {
  readonly app: Pick<
    Electron.App,
    | 'enableSandbox'
    | 'exit'
    | 'getPath'
    | 'isPackaged'
    | 'on'
    | 'quit'
    | 'requestSingleInstanceLock'
    | 'setPath'
    | 'whenReady'
  > & { readonly commandLine: Pick<Electron.CommandLine, 'getSwitchValue' | 'hasSwitch'> }
  readonly Tray: new (image: Electron.NativeImage) => TrayIcon
  readonly Menu: { buildFromTemplate(template: Electron.MenuItemConstructorOptions[]): Electron.Menu }
  readonly nativeImage: { createFromPath(path: string): Electron.NativeImage }
  readonly BrowserWindow: new (options: Electron.BrowserWindowConstructorOptions) => DesktopWindow
  readonly MessageChannelMain: new () => { readonly port1: MainPort; readonly port2: MainPort }
  readonly ipcMain: Pick<Electron.IpcMain, 'on'>
  readonly protocol: Pick<Electron.Protocol, 'handle' | 'registerSchemesAsPrivileged'>
  readonly session: {
    readonly defaultSession: Pick<
      Electron.Session,
      'setDevicePermissionHandler' | 'setPermissionCheckHandler' | 'setPermissionRequestHandler'
    >
  }
  readonly shell: Pick<Electron.Shell, 'openExternal'>
  readonly clipboard: Pick<Electron.Clipboard, 'clear' | 'readText' | 'writeText'>
  readonly powerMonitor: { on(event: 'suspend' | 'lock-screen', listener: () => void): unknown }
  readonly dialog: Pick<Electron.Dialog, 'showErrorBox'> & {
    showMessageBoxSync(options: Electron.MessageBoxSyncOptions): number
  }
}

export interface DesktopWindow
  extends Pick<Electron.BrowserWindow, 'focus' | 'isMinimized' | 'loadURL' | 'restore' | 'show'> {
  once(event: 'ready-to-show', listener: () => void): unknown
  on(event: 'closed', listener: () => void): unknown
  readonly webContents: {
    on(
      event: 'will-navigate' | 'will-frame-navigate' | 'will-redirect',
      listener: (event: NavigationEvent) => void,
    ): unknown
    on(
      event: 'will-attach-webview' | 'will-prevent-unload',
      listener: (event: { preventDefault(): void }) => void,
    ): unknown
    setWindowOpenHandler(handler: (details: { url: string }) => { action: 'deny' }): unknown
  }
}

export interface TrayIcon extends Pick<Electron.Tray, 'destroy' | 'setContextMenu' | 'setToolTip'> {
  on(event: 'click', listener: () => void): unknown
}

interface NavigationEvent {
  readonly url: string
  readonly isMainFrame?: boolean
  preventDefault(): void
}

/** What is read of a message from a page: never the window, always the frame that sent it. */
export interface ConnectEvent {
  readonly senderFrame:
    | (Pick<Electron.WebFrameMain, 'url' | 'parent' | 'detached'> & {
        postMessage(channel: string, message: unknown, transfer?: MainPort[]): void
      })
    | null
}

export type MainPort = Pick<Electron.MessagePortMain, 'close' | 'on' | 'postMessage' | 'start'>
