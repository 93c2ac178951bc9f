/**
 * For an Electron runtime that starts the app through a loader of its own (`KEYHOLD_ELECTRON_APP` is set): such a loader
 * loads the app's entry asynchronously, when Electron is ready already. Electron itself evaluates the entry before that,
 * and the entry relies on it. Loaded with NODE_OPTIONS=--require, this restores the order: the entry is evaluated at the
 * moment the loader first asks for Electron. When the loader then imports the entry, it is the same module.
 *
 * Playwright, too, has something to load before the entry: it holds "ready" back until it is connected, and without that
 * now and then misses how the window gets its page. It gives it along only to an Electron that takes "--require".
 */
const Module = require('node:module')
const path = require('node:path')

const playwright = path.join(__dirname, '../../node_modules/playwright-core/lib/server/electron/loader.js')
const load = Module._load
let pending = true
Module._load = function (...args) {
  const [request, parent] = args
  const loaded = Reflect.apply(load, this, args)
  if (pending && request === 'electron' && parent !== null) {
    pending = false
    if (process.argv.includes('--remote-debugging-port=0')) require(playwright)
    const folder = path.resolve(process.argv.slice(1).find((argument) => !argument.startsWith('-')) ?? '.')
    require(path.join(folder, 'out', 'main', 'desktop.js'))
  }
  return loaded
}
