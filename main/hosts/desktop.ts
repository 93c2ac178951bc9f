import { createRequire } from 'node:module'
import { join } from 'node:path'
import type * as Electron from 'electron'
import { builtThreads } from '../threads.ts'
import { prepareDesktop } from './prepare-desktop.electron.ts'
import { product } from './product.ts'

// Required, not imported: a static import of "electron" may be resolved only after Electron is ready, and the sandbox
// and the scheme have to be set before.
const electron: typeof Electron = createRequire(import.meta.url)('electron')
const { app, protocol } = electron

// Databases and settings of keys are nobody else's business on this machine.
process.umask(0o077)

// Electron quits on these by itself until anything in Node listens to one of them, and then that rules alone: what
// writes the settings does, and ends the process where it stands.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit())

if (prepareDesktop({ app, protocol })) {
  // Loaded only now: some of what was prepared has to come before Electron is ready.
  start().catch((error: unknown) => {
    console.error('Keyhold:', error)
    app.exit(1)
  })
}

async function start(): Promise<void> {
  const [{ runDesktop }, { createSafeStorageStore }, { BuiltFiles }] = await Promise.all([
    import('./desktop-app.electron.ts'),
    import('../vault/safe-storage.electron.ts'),
    import('./built-files.ts'),
  ])
  await runDesktop(electron, {
    files: new BuiltFiles(join(import.meta.dirname, '..', 'renderer')),
    threads: builtThreads(import.meta.url),
    trayImage: join(import.meta.dirname, '..', 'renderer', 'tray.png'),
    preload: join(import.meta.dirname, '..', 'preload', 'preload.cjs'),
    secretStore: createSafeStorageStore({
      safeStorage: electron.safeStorage,
      platform: process.platform,
      identity: `${product.appId} ${app.getName()} ${app.getPath('userData')}`,
    }),
    version: product.version,
    reportDefect: (error) => console.error('Keyhold: a defect:', error instanceof Error ? error.stack : error),
  })
}
