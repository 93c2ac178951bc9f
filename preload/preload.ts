import { contextBridge, ipcRenderer } from 'electron'
import { BRIDGE_PORT, BRIDGE_READY, type Bridge, CONNECT_CHANNEL } from '../shared/bridge.ts'

/**
 * The whole bridge: it tells the page that it runs on the desktop, and passes one message port from main into the
 * page. Whatever else main or the page may do is asked over that port, in the contract.
 */
const bridge: Bridge = { host: 'desktop' }
contextBridge.exposeInMainWorld('keyhold', bridge)

// Only this window, in its main frame, on its own origin: a frame inside the page could post the same words.
window.addEventListener('message', (event) => {
  if (event.source !== window || event.origin !== window.origin || event.data !== BRIDGE_READY) return
  ipcRenderer.send(CONNECT_CHANNEL)
})

ipcRenderer.on(CONNECT_CHANNEL, (event) => {
  const [port] = event.ports
  if (port !== undefined) window.postMessage(BRIDGE_PORT, window.origin, [port])
})
