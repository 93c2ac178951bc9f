/**
 * The words of the hand-over between page, preload and main on the desktop. The page says `READY`, the preload asks
 * main on `CONNECT_CHANNEL`, main answers on the same channel with a message port, and the preload passes that port
 * into the page with `PORT`. From then on page and main speak the contract over the port.
 */
export const BRIDGE_READY = 'keyhold:ready'
export const BRIDGE_PORT = 'keyhold:port'
export const CONNECT_CHANNEL = 'keyhold:connect'

/** What the preload exposes as `window.keyhold`. Nothing of it reaches main. */
export interface Bridge {
  readonly host: 'desktop'
}
