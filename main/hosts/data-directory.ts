import { homedir } from 'node:os'
import { join } from 'node:path'

interface Surroundings {
  readonly platform: NodeJS.Platform
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Where the browser host keeps its workspace unless told otherwise. It is not the folder of the desktop app: one
 * workspace is open in one process at a time, and the two hosts may run side by side.
 */
export function defaultDataDirectory(
  { platform, home, env }: Surroundings = { platform: process.platform, home: homedir(), env: process.env },
): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Keyhold Browser Host')
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'Keyhold Browser Host')
  return join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'keyhold-browser-host')
}
