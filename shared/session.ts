/**
 * How a page of the browser host proves its session beside the cookie: as the second subprotocol of its WebSocket, and
 * in a header of its own when it asks whether the session still holds. Browsers send cookies to every port of a machine;
 * the proof is in the page's own storage, which they keep apart by port.
 */
export const SOCKET_PROTOCOL = 'keyhold'
export const PROOF_HEADER = 'x-keyhold-proof'
