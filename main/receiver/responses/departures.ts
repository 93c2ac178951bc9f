import type { Socket } from 'node:net'

const watched = new WeakMap<Socket, Set<() => void>>()

/**
 * Calls back when the connection closes; the returned function ends that. One listener for each connection: a sender
 * may have many requests waiting on it.
 */
export function whenClosed(socket: Socket, callback: () => void): () => void {
  const present = watched.get(socket)
  const callbacks = present ?? new Set()
  callbacks.add(callback)
  if (present === undefined) {
    watched.set(socket, callbacks)
    socket.once('close', () => {
      watched.delete(socket)
      for (const each of callbacks) each()
    })
  }
  return () => callbacks.delete(callback)
}
