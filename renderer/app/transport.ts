import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import { BRIDGE_PORT, BRIDGE_READY, type Bridge } from '../../shared/bridge.ts'
import { PROOF_HEADER, SOCKET_PROTOCOL } from '../../shared/session.ts'
import { type Channel, NoSessionError, type OpenChannel } from './connection.ts'

declare global {
  interface Window {
    /** Put there by the preload of the desktop host; absent in a browser. */
    readonly keyhold?: Bridge
  }
}

const PORT_TIMEOUT_MS = 10_000
const PROOF_KEY = 'keyhold-session'

/** How this page reaches the workspace: the desktop's message port, or a WebSocket to the host that served it. */
export function chooseTransport(): OpenChannel {
  return window.keyhold?.host === 'desktop' ? openPort : openSocket
}

async function openPort(): Promise<Channel> {
  const port = await requestPort()
  const closed = new Promise<void>((resolve) => port.addEventListener('close', () => resolve(), { once: true }))
  const link = new PortLink({ port })
  port.start()
  return { link, closed }
}

function requestPort(): Promise<MessagePort> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      window.removeEventListener('message', receive)
      reject(new Error('The desktop did not hand over a port.'))
    }, PORT_TIMEOUT_MS)
    const receive = (event: MessageEvent<unknown>) => {
      const port = event.ports[0]
      if (event.source !== window || event.data !== BRIDGE_PORT || port === undefined) return
      clearTimeout(timer)
      window.removeEventListener('message', receive)
      resolve(port)
    }
    window.addEventListener('message', receive)
    window.postMessage(BRIDGE_READY, window.location.origin)
  })
}

async function openSocket(): Promise<Channel> {
  const token = takeToken()
  const refused = token !== null && !(await exchange(token))
  const address = new URL('/rpc', window.location.href)
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
  const socket = new WebSocket(address, [SOCKET_PROTOCOL, storedProof() ?? 'none'])
  socket.binaryType = 'arraybuffer'
  const opened = await new Promise<boolean>((resolve) => {
    socket.addEventListener('open', () => resolve(true), { once: true })
    socket.addEventListener('close', () => resolve(false), { once: true })
  })
  if (!opened) {
    if (refused) throw new NoSessionError('refused')
    if (await isTurnedAway()) throw new NoSessionError('missing')
    throw new Error('The host does not answer.')
  }
  const closed = new Promise<void>((resolve) => socket.addEventListener('close', () => resolve(), { once: true }))
  return { link: new SocketLink({ websocket: socket }), closed }
}

/** The launch token of the address, which is taken out of the address and the history at once. */
export function takeToken(): string | null {
  const fragment = new URLSearchParams(window.location.hash.slice(1))
  const token = fragment.get('token')
  if (token === null) return null
  fragment.delete('token')
  const rest = fragment.toString()
  const clean = `${window.location.pathname}${window.location.search}${rest === '' ? '' : `#${rest}`}`
  window.history.replaceState(window.history.state, '', clean)
  return token
}

/** Whether the host took the token and set its session cookie. Throws when the host does not answer. */
async function exchange(token: string): Promise<boolean> {
  const answer = await fetch('/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
    credentials: 'same-origin',
    cache: 'no-store',
  })
  if (!answer.ok) return false
  const { proof }: { proof: string } = await answer.json()
  window.localStorage.setItem(PROOF_KEY, proof)
  return true
}

/** Half of the session; the cookie is the other half. Shared by the tabs of this address, unknown to any other port. */
function storedProof(): string | null {
  return window.localStorage.getItem(PROOF_KEY)
}

/**
 * A browser does not say why it could not open a WebSocket. If the host answers plain HTTP and does not confirm
 * the session, the reason is the session; if nothing answers, the host is not there.
 */
async function isTurnedAway(): Promise<boolean> {
  try {
    const headers = { [PROOF_HEADER]: storedProof() ?? 'none' }
    const answer = await fetch('/session', { credentials: 'same-origin', cache: 'no-store', headers })
    return answer.status === 401
  } catch {
    return false
  }
}
