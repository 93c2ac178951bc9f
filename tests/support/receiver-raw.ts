import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** One raw connection to the receiver: what is sent is up to the test, byte by byte. */
export interface RawConnection {
  readonly socket: Socket
  send(...parts: (string | Uint8Array)[]): void
  /** Everything up to here, once the text is in it. Rejects when the connection ends before. */
  until(text: string): Promise<string>
  /** The next whole answer with a Content-Length. */
  answer(): Promise<{ status: number; head: string; body: string }>
  /** Everything that came, once the other side closed. */
  end(): Promise<string>
}

export async function rawConnection(port: number): Promise<RawConnection> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
  let received = ''
  let ended = false
  const waiting = new Set<() => void>()
  const wake = () => {
    for (const look of [...waiting]) look()
  }
  socket.setEncoding('latin1')
  socket.on('data', (text) => {
    received += String(text)
    wake()
  })
  socket.on('error', () => {})
  const over = () => {
    ended = true
    wake()
  }
  socket.on('end', over)
  socket.on('close', over)
  await once(socket, 'connect')
  /** Resolves with what `find` finds in what was received. */
  const wait = <T>(find: () => T | null): Promise<T> =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = find()
        if (found === null && !ended) return
        waiting.delete(look)
        if (found === null) reject(new Error(`The connection ended after: ${received.slice(0, 300)}`))
        else resolve(found)
      }
      waiting.add(look)
      look()
    })
  return {
    socket,
    send: (...parts) => {
      for (const part of parts) socket.write(part)
    },
    until: (text) => wait(() => (received.includes(text) ? received : null)),
    answer: () =>
      wait(() => {
        const end = received.indexOf('\r\n\r\n')
        if (end < 0) return null
        const head = received.slice(0, end)
        const length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0)
        if (received.length < end + 4 + length) return null
        const body = received.slice(end + 4, end + 4 + length)
        received = received.slice(end + 4 + length)
        return { status: Number(head.slice(9, 12)), head, body }
      }),
    end: async () => {
      await wait(() => (ended ? received : null))
      socket.destroy()
      return received
    },
  }
}

/** A request as text, with Host and, for a body, Content-Length. */
export function requestText(method: string, target: string, headers: readonly string[] = [], body = ''): string {
  const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body, 'latin1')}`]
  return `${[`${method} ${target} HTTP/1.1`, 'Host: receiver.test', ...headers, ...length].join('\r\n')}\r\n\r\n${body}`
}
