import { join } from 'node:path'
import {
  app,
  BrowserWindow,
  clipboard,
  dialog,
  ipcMain,
  MessageChannelMain,
  powerMonitor,
  protocol,
  safeStorage,
  session,
  shell,
} from 'electron'
import { createSafeStorageStore } from '../vault/safe-storage.electron.ts'
import { BuiltFiles } from './built-files.ts'
import { startDesktop } from './desktop-app.electron.ts'
import { product } from './product.ts'

const started = startDesktop(
  {
    app,
    BrowserWindow,
    MessageChannelMain,
    ipcMain,
    protocol,
    get session() {
      return session
    },
    shell,
    clipboard,
    powerMonitor,
    dialog,
  },
  {
    files: new BuiltFiles(join(import.meta.dirname, '..', 'renderer')),
    preload: join(import.meta.dirname, '..', 'preload', 'preload.cjs'),
    secretStore: createSafeStorageStore({ safeStorage, platform: process.platform, identity: product.appId }),
    version: product.version,
    reportDefect: (error) => console.error('Keyhold: a defect:', error instanceof Error ? error.stack : error),
  },
)
started.ready.catch(() => app.exit(1))
