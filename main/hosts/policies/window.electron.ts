import type { BrowserWindowConstructorOptions } from 'electron'

/** Options of every window. The page is sandboxed, isolated and without Node; the preload is one bundled file. */
export function windowOptions(preload: string, packaged: boolean): BrowserWindowConstructorOptions {
  return {
    width: 1_280,
    height: 820,
    minWidth: 360,
    minHeight: 480,
    show: false,
    title: 'Keyhold',
    autoHideMenuBar: true,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      nodeIntegrationInWorker: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: !packaged,
    },
  }
}
