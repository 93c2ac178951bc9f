import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const folder = join(root, 'node_modules/electron')
const INSTALL_TIMEOUT_MS = 120_000

/** Path of Electron's binary if it is on this machine: an override, or what the package installed. Null otherwise. */
export function findElectron(): string | null {
  const name =
    process.platform === 'win32'
      ? 'electron.exe'
      : process.platform === 'darwin'
        ? 'Electron.app/Contents/MacOS/Electron'
        : 'electron'
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (override !== undefined) return existing(join(override, name))
  const pathFile = join(folder, 'path.txt')
  return existsSync(pathFile) ? existing(join(folder, 'dist', readFileSync(pathFile, 'utf8').trim())) : null
}

/** The binary, downloaded by the package's own installer if need be. Null where that does not work. */
export function installElectron(): string | null {
  const present = findElectron()
  if (present !== null || process.env.ELECTRON_OVERRIDE_DIST_PATH !== undefined) return present
  try {
    execFileSync(process.execPath, [join(folder, 'install.js')], {
      cwd: folder,
      stdio: 'ignore',
      timeout: INSTALL_TIMEOUT_MS,
    })
  } catch {
    return null
  }
  return findElectron()
}

/** Whether a window can be shown at all. */
export function hasDisplay(): boolean {
  if (process.platform !== 'linux') return true
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}

function existing(file: string): string | null {
  return existsSync(file) ? file : null
}
