import type { ClientContext, ClientLink } from '@orpc/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type Channel,
  Connection,
  type ConnectionState,
  NoSessionError,
  retryDelay,
} from '../../../renderer/app/connection.ts'
import { ConnectionLostError } from '../../../renderer/ui/connection-lost.ts'

/** A line whose end is in the hands of the test. */
function line(call: ClientLink<ClientContext>['call'] = async () => 'answer') {
  const { promise: closed, resolve: close } = Promise.withResolvers<void>()
  const channel: Channel = { link: { call }, closed }
  return { channel, close }
}

const ask = (connection: Connection) => connection.call(['system', 'info'], undefined, { context: {} })

describe('connection to the workspace', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }))
  afterEach(() => void vi.useRealTimers())

  it('passes calls on while the line is open', async () => {
    const connection = new Connection(async () => line().channel)
    expect(connection.state).toEqual({ kind: 'connecting' })
    await connection.connect()
    expect(connection.state).toEqual({ kind: 'open' })
    await expect(ask(connection)).resolves.toBe('answer')
  })

  it('says at once that a call cannot be made while the line is down', async () => {
    const connection = new Connection(async () => line().channel)
    await expect(ask(connection)).rejects.toBeInstanceOf(ConnectionLostError)
  })

  it('opens the line again after it broke, and the same connection goes on working', async () => {
    const first = line(async () => 'first')
    const second = line(async () => 'second')
    const lines = [first, second]
    const states: ConnectionState['kind'][] = []
    const connection = new Connection(async () => lines.shift()?.channel ?? Promise.reject(new Error('none left')))
    connection.subscribe(() => states.push(connection.state.kind))
    await connection.connect()
    first.close()
    await vi.advanceTimersByTimeAsync(0)
    expect(connection.state).toEqual({ kind: 'lost', attempt: 1, retryAt: 1_000_000 + retryDelay(1) })
    await vi.advanceTimersByTimeAsync(retryDelay(1))
    expect(states).toEqual(['open', 'lost', 'open'])
    await expect(ask(connection)).resolves.toBe('second')
  })

  it('tells a call that was under way that the line broke, whatever error the broken line made of it', async () => {
    const answer = Promise.withResolvers<unknown>()
    const broken = line(() => answer.promise)
    const connection = new Connection(async () => broken.channel)
    await connection.connect()
    const call = ask(connection)
    broken.close()
    await vi.advanceTimersByTimeAsync(0)
    answer.reject(new Error('socket closed'))
    await expect(call).rejects.toBeInstanceOf(ConnectionLostError)
  })

  it('leaves errors of the workspace as they are', async () => {
    const problem = new Error('no such key')
    const connection = new Connection(async () => line(() => Promise.reject(problem)).channel)
    await connection.connect()
    await expect(ask(connection)).rejects.toBe(problem)
  })

  it('waits longer after every failure, up to ten seconds, and starts over once it was open', async () => {
    const good = line()
    let fails = 3
    const connection = new Connection(async () => {
      if (fails-- > 0) throw new Error('refused')
      return good.channel
    })
    await connection.connect()
    const waits: number[] = []
    while (connection.state.kind === 'lost') {
      waits.push(connection.state.retryAt - Date.now())
      await vi.advanceTimersByTimeAsync(connection.state.retryAt - Date.now())
    }
    expect(waits).toEqual([300, 600, 1_200])
    good.close()
    await vi.advanceTimersByTimeAsync(0)
    expect(connection.state).toMatchObject({ kind: 'lost', attempt: 1 })
    expect(retryDelay(100)).toBe(10_000)
  })

  it.each(['missing', 'refused'] as const)('stops trying when the host turns the page away: %s', async (reason) => {
    const open = vi.fn(() => Promise.reject(new NoSessionError(reason)))
    const connection = new Connection(open)
    await connection.connect()
    expect(connection.state).toEqual({ kind: 'no-session', reason })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(open).toHaveBeenCalledTimes(1)
  })

  it('can be told to try now, without a second line being opened later', async () => {
    let isUp = false
    const open = vi.fn(async () => {
      if (!isUp) throw new Error('refused')
      return line().channel
    })
    const connection = new Connection(open)
    await connection.connect()
    isUp = true
    await connection.connect()
    expect(connection.state).toEqual({ kind: 'open' })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(open).toHaveBeenCalledTimes(2)
  })

  it('lets others wait for the line, until they give up', async () => {
    let isUp = false
    const connection = new Connection(async () => {
      if (!isUp) throw new Error('refused')
      return line().channel
    })
    await connection.connect()
    const patient = connection.whenOpen(new AbortController().signal)
    const controller = new AbortController()
    const impatient = connection.whenOpen(controller.signal)
    controller.abort(new Error('enough'))
    await expect(impatient).rejects.toThrow('enough')
    isUp = true
    await vi.advanceTimersByTimeAsync(retryDelay(1))
    await expect(patient).resolves.toBeUndefined()
  })
})
