import { EventEmitter } from 'node:events'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type * as Electron from 'electron'
import type { ConnectEvent, ElectronParts, MainPort } from '../../main/hosts/electron-parts.electron.ts'

/**
 * A double of the Electron APIs the desktop host uses, over real Node message ports. It keeps what it was told, so
 * that a test can ask; `satisfies Pick<typeof Electron, …>`-style types make the compiler notice when Electron's own
 * types move away from it.
 */
export interface ElectronDouble {
  readonly parts: ElectronParts
  readonly windows: WindowDouble[]
  readonly trays: TrayDouble[]
  readonly opened: string[]
  readonly errors: { title: string; content: string }[]
  /** What message boxes asked, and the button that answers the next ones. */
  readonly questions: string[]
  answer: string
  readonly privileged: Electron.CustomScheme[]
  sandboxEnabled: boolean
  quits: number
  userData: string
  clipboardText: string
  emitApp(event: 'second-instance' | 'activate' | 'will-quit', argument?: unknown): void
  emitPower(event: 'suspend' | 'lock-screen'): void
  /** Asks for the port as a frame would; null when main does not answer. */
  connect(frame: Partial<Pick<Electron.WebFrameMain, 'url' | 'parent' | 'detached'>> | null): MessagePort | null
  fetch(url: string, method?: string): Promise<Response>
  requestPermission(permission: string, url: string): boolean
  checkPermission(permission: string, origin: string): boolean
  checkDevice(): boolean
}

export interface TrayDouble {
  tooltip: string
  menu: { label?: string; click?: () => void }[]
  destroyed: boolean
  click(): void
}

export interface WindowDouble {
  readonly options: Electron.BrowserWindowConstructorOptions
  readonly loaded: string[]
  minimized: boolean
  focused: number
  shown: number
  /** Whether the window let a navigation happen. */
  navigate(
    event: 'will-navigate' | 'will-frame-navigate' | 'will-redirect',
    url: string,
    isMainFrame?: boolean,
  ): boolean
  attachWebview(): boolean
  /** Whether the page is left although it asked to stay. */
  leaveReluctantPage(): boolean
  openWindow(url: string): { action: string }
  close(): void
}

export function createElectronDouble(options: {
  userData: string
  switches?: Record<string, string>
  onlyInstance?: boolean
}): ElectronDouble {
  const appEvents = new EventEmitter()
  const powerEvents = new EventEmitter()
  const ipcEvents = new EventEmitter()
  const windows: WindowDouble[] = []
  const trays: TrayDouble[] = []
  const switches = options.switches ?? {}
  let protocolHandler: ((request: Request) => Response | Promise<Response>) | null = null
  let permissionRequest: Parameters<Electron.Session['setPermissionRequestHandler']>[0] = null
  let permissionCheck: Parameters<Electron.Session['setPermissionCheckHandler']>[0] = null
  let deviceCheck: Parameters<Electron.Session['setDevicePermissionHandler']>[0] = null

  const app = {
    commandLine: {
      getSwitchValue: (name: string) => switches[name] ?? '',
      hasSwitch: (name: string) => name in switches,
    },
    enableSandbox: () => {
      double.sandboxEnabled = true
    },
    exit: () => {
      double.quits += 1
    },
    getPath: () => double.userData,
    setPath: (_name: string, path: string) => {
      double.userData = path
    },
    isPackaged: false,
    on: (event: string, listener: (...args: never[]) => void) => {
      appEvents.on(event, (...args) => Reflect.apply(listener, null, args))
      return undefined as never
    },
    quit: () => {
      double.quits += 1
    },
    requestSingleInstanceLock: () => options.onlyInstance ?? true,
    whenReady: () => Promise.resolve(),
  } satisfies ElectronParts['app']

  const parts = {
    app,
    BrowserWindow: class {
      constructor(windowOptions: Electron.BrowserWindowConstructorOptions) {
        const { face, window } = createWindow(windowOptions)
        windows.push(window)
        // biome-ignore lint/correctness/noConstructorReturn: Electron's class is stood in for by a plain object
        return face
      }
    } as unknown as ElectronParts['BrowserWindow'],
    MessageChannelMain: class {
      readonly port1: MainPort
      readonly port2: MainPort
      constructor() {
        const channel = new MessageChannel()
        this.port1 = mainPort(channel.port1)
        this.port2 = mainPort(channel.port2)
      }
    },
    ipcMain: {
      on: (channel: string, listener: (event: Electron.IpcMainEvent, ...args: unknown[]) => void) => {
        ipcEvents.on(channel, listener)
        return undefined as never
      },
    },
    protocol: {
      handle: (_scheme: string, handler: (request: Request) => Response | Promise<Response>) => {
        protocolHandler = handler
      },
      registerSchemesAsPrivileged: (schemes: Electron.CustomScheme[]) => {
        double.privileged.push(...schemes)
      },
    },
    session: {
      defaultSession: {
        setPermissionRequestHandler: (handler: typeof permissionRequest) => {
          permissionRequest = handler
        },
        setPermissionCheckHandler: (handler: typeof permissionCheck) => {
          permissionCheck = handler
        },
        setDevicePermissionHandler: (handler: typeof deviceCheck) => {
          deviceCheck = handler
        },
      },
    },
    shell: {
      openExternal: async (url: string) => {
        double.opened.push(url)
      },
    },
    Tray: class {
      constructor() {
        const events = new EventEmitter()
        const tray: TrayDouble = { tooltip: '', menu: [], destroyed: false, click: () => events.emit('click') }
        trays.push(tray)
        // biome-ignore lint/correctness/noConstructorReturn: Electron's class is stood in for by a plain object
        return {
          destroy: () => {
            tray.destroyed = true
          },
          setToolTip: (text: string) => {
            tray.tooltip = text
          },
          setContextMenu: (menu: unknown) => {
            tray.menu = menu as TrayDouble['menu']
          },
          on: (event: string, listener: () => void) => events.on(event, listener),
        }
      }
    } as unknown as ElectronParts['Tray'],
    Menu: { buildFromTemplate: (template) => template as never },
    nativeImage: { createFromPath: (path) => path as never },
    clipboard: {
      readText: async () => double.clipboardText,
      writeText: async (text: string) => {
        double.clipboardText = text
      },
      clear: () => {
        double.clipboardText = ''
      },
    },
    powerMonitor: {
      on: (event: 'suspend' | 'lock-screen', listener: () => void) => {
        powerEvents.on(event, listener)
      },
    },
    dialog: {
      showErrorBox: (title: string, content: string) => {
        double.errors.push({ title, content })
      },
      showMessageBoxSync: (options: Electron.MessageBoxSyncOptions) => {
        double.questions.push(options.message)
        return (options.buttons ?? []).indexOf(double.answer)
      },
    },
  } satisfies ElectronParts

  const double: ElectronDouble = {
    parts,
    windows,
    trays,
    opened: [],
    errors: [],
    questions: [],
    answer: '',
    privileged: [],
    sandboxEnabled: false,
    quits: 0,
    userData: options.userData,
    clipboardText: '',
    emitApp: (event, argument) => appEvents.emit(event, argument),
    emitPower: (event) => powerEvents.emit(event),
    connect: (frame) => {
      let handed: MessagePort | null = null
      const event: ConnectEvent = {
        senderFrame:
          frame === null
            ? null
            : {
                url: 'app://keyhold/',
                parent: null,
                detached: false,
                ...frame,
                postMessage: (_channel, _message, transfer) => {
                  handed = nodePorts.get(transfer?.[0] ?? null) ?? null
                },
              },
      }
      ipcEvents.emit('keyhold:connect', event)
      return handed
    },
    fetch: async (url, method = 'GET') => {
      if (protocolHandler === null) throw new Error('No protocol handler was set.')
      return await protocolHandler({ url, method } as Request)
    },
    requestPermission: (permission, url) => {
      let granted = false
      permissionRequest?.(
        null as never,
        permission as never,
        (allowed) => {
          granted = allowed
        },
        { requestingUrl: url, isMainFrame: true } as never,
      )
      return granted
    },
    checkPermission: (permission, origin) => permissionCheck?.(null, permission as never, origin, {} as never) ?? true,
    checkDevice: () => deviceCheck?.({ deviceType: 'usb', origin: 'app://keyhold', device: {} as never }) ?? true,
  }
  return double
}

const nodePorts = new Map<MainPort | null, MessagePort>()

function mainPort(port: MessagePort): MainPort {
  const face = {
    on: (event: string, listener: (message: { data: unknown; ports: [] }) => void) => {
      if (event === 'message') port.on('message', (data) => listener({ data, ports: [] }))
      else port.on(event, () => listener({ data: null, ports: [] }))
      return undefined as never
    },
    postMessage: (message: unknown) => port.postMessage(message),
    start: () => port.start(),
    close: () => port.close(),
  } as MainPort
  nodePorts.set(face, port)
  return face
}

function createWindow(options: Electron.BrowserWindowConstructorOptions): {
  window: WindowDouble
  face: InstanceType<ElectronParts['BrowserWindow']>
} {
  const events = new EventEmitter()
  const contents = new EventEmitter()
  let openHandler: (details: { url: string }) => { action: 'deny' } = () => {
    throw new Error('No window-open handler was set.')
  }
  const prevented = (event: string, detail: object): boolean => {
    let stopped = false
    contents.emit(event, {
      ...detail,
      preventDefault: () => {
        stopped = true
      },
    })
    return stopped
  }
  const window: WindowDouble = {
    options,
    loaded: [],
    minimized: false,
    focused: 0,
    shown: 0,
    navigate: (event, url, isMainFrame = true) => !prevented(event, { url, isMainFrame }),
    attachWebview: () => !prevented('will-attach-webview', {}),
    leaveReluctantPage: () => prevented('will-prevent-unload', {}),
    openWindow: (url) => openHandler({ url }),
    close: () => events.emit('closed'),
  }
  const face: InstanceType<ElectronParts['BrowserWindow']> = {
    focus: () => {
      window.focused += 1
    },
    isMinimized: () => window.minimized,
    loadURL: async (url: string) => {
      window.loaded.push(url)
      events.emit('ready-to-show')
    },
    restore: () => {
      window.minimized = false
    },
    show: () => {
      window.shown += 1
    },
    once: (event, listener) => events.once(event, listener),
    on: (event, listener) => events.on(event, listener),
    webContents: {
      on: (event: string, listener: (argument: never) => void) =>
        contents.on(event, (argument) => Reflect.apply(listener, null, [argument])),
      setWindowOpenHandler: (handler) => {
        openHandler = handler
      },
    },
  }
  return { window, face }
}
