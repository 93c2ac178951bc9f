import type { ElectronParts } from './electron-parts.electron.ts'
import { product } from './product.ts'

/**
 * What has to happen before Electron is ready, and therefore before anything heavy is loaded: the sandbox for every
 * page, our own scheme, the folder, and giving way to an instance that runs already. Returns whether to go on.
 */
export function prepareDesktop(electron: Pick<ElectronParts, 'app' | 'protocol'>): boolean {
  const { app, protocol } = electron
  const chosen = app.commandLine.getSwitchValue('data-dir')
  // The folder decides which key of the operating system's store is ours, so it is set before anything reads it.
  if (chosen !== '') app.setPath('userData', chosen)
  // Root on Linux cannot have the sandbox of the operating system and says so on the command line; Chromium would end
  // itself otherwise. The page stays sandboxed by its own options.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
  protocol.registerSchemesAsPrivileged([
    { scheme: product.scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, corsEnabled: false } },
  ])
  if (app.requestSingleInstanceLock()) return true
  app.quit()
  return false
}
