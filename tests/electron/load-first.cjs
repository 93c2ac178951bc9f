/**
 * For an Electron runtime that starts the app through a loader of its own (`KEYHOLD_ELECTRON_APP` is set): such a loader
 * loads the app's entry asynchronously, when Electron is ready already. Electron itself evaluates the entry before that,
 * and the entry relies on it. Loaded with NODE_OPTIONS=--require, this restores the order: the entry is evaluated at the
 * moment the loader first asks for Electron. When the loader then imports the entry, it is the same module.
 */
const Module = require('node:module')
const path = require('node:path')

const load = Module._load
let pending = true
Module._load = function (...args) {
  const [request, parent] = args
  const loaded = Reflect.apply(load, this, args)
  if (pending && request === 'electron' && parent !== null) {
    pending = false
    const folder = path.resolve(process.argv.slice(1).find((argument) => !argument.startsWith('-')) ?? '.')
    require(path.join(folder, 'out', 'main', 'desktop.js'))
  }
  return loaded
}
