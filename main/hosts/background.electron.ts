import type { DesktopWindow, ElectronParts, TrayIcon } from './electron-parts.electron.ts'

interface BackgroundOptions {
  /** Makes a window. */
  readonly open: () => DesktopWindow
  /** Whether something goes on without a window: then closing the last one does not end the app. */
  readonly keepsRunning: () => boolean
  readonly trayImage: string
}

/**
 * One window at most, and the app without one: a receiver of webhooks goes on when its window is closed. An icon in
 * the tray says so then, brings the window back and ends the app. Starting Keyhold again brings it back as well, so
 * nobody without a tray is locked out.
 */
export function runWindow(electron: ElectronParts, { open, keepsRunning, trayImage }: BackgroundOptions): void {
  const { app } = electron
  let window: DesktopWindow | null = null
  let tray: TrayIcon | null = null

  const leaveTray = () => {
    tray?.destroy()
    tray = null
  }
  const show = () => {
    if (window === null) {
      window = watch(open())
    } else {
      if (window.isMinimized()) window.restore()
      window.show()
      window.focus()
    }
    leaveTray()
  }
  const enterTray = () => {
    if (tray !== null) return
    tray = new electron.Tray(electron.nativeImage.createFromPath(trayImage))
    tray.setToolTip('Keyhold receives webhooks')
    tray.setContextMenu(
      electron.Menu.buildFromTemplate([
        { label: 'Open Keyhold', click: show },
        { label: 'Quit', click: () => app.quit() },
      ]),
    )
    tray.on('click', show)
  }
  const watch = (made: DesktopWindow): DesktopWindow => {
    made.on('closed', () => {
      window = null
      if (keepsRunning()) enterTray()
      else app.quit()
    })
    return made
  }

  // Without a listener Electron quits by itself when the last window closes.
  app.on('window-all-closed', () => {})
  app.on('second-instance', show)
  app.on('activate', show)
  app.on('will-quit', leaveTray)
  window = watch(open())
}
