import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLedgerReader } from '../../main/captures/ledger.ts'
import { listening } from '../simulators/cloudflared.ts'
import { caller, only, startRealReceiver, TunnelBench } from './tunnels-support.ts'

const folders = `${process.env.PATH ?? ''}${delimiter}/usr/sbin${delimiter}/usr/local/sbin`.split(delimiter)
const program = (name: string) => folders.map((folder) => join(folder, name)).find((file) => existsSync(file))
const sshd = program('sshd')
const ssh = program('ssh')
const keygen = program('ssh-keygen')
/** Debian's sshd wants this folder, which its service makes. */
const SEPARATION = '/run/sshd'
const isRoot = process.getuid?.() === 0
const isReady =
  sshd !== undefined && ssh !== undefined && keygen !== undefined && (!isRoot || process.platform === 'linux')
if (!isReady)
  process.stdout.write(
    'The nonce does not go through a real reverse tunnel in this run: sshd, ssh or ssh-keygen is missing.\n',
  )

describe.runIf(isReady)('a reverse tunnel of OpenSSH', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyhold-ssh-'))
  const children: ChildProcess[] = []
  let madeSeparation = false
  let bench: TunnelBench
  let sshPort = 0

  beforeAll(async () => {
    mkdirSync(join(folder, 'receiver'), { mode: 0o700 })
    bench = await TunnelBench.start({}, await startRealReceiver(join(folder, 'receiver')))
    if (isRoot && !existsSync(SEPARATION)) {
      mkdirSync(SEPARATION, { mode: 0o755 })
      madeSeparation = true
    }
    for (const name of ['host', 'client']) {
      execFileSync(keygen ?? '', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)])
    }
    copyFileSync(join(folder, 'client.pub'), join(folder, 'authorized'))
    const reserved = await listening(createServer(), 0)
    sshPort = reserved.port
    await reserved.close()
    run(sshd ?? '', [
      '-D',
      '-e',
      '-f',
      '/dev/null',
      ...options({
        Port: String(sshPort),
        ListenAddress: '127.0.0.1',
        HostKey: join(folder, 'host'),
        AuthorizedKeysFile: join(folder, 'authorized'),
        PidFile: 'none',
        StrictModes: 'no',
        UsePAM: 'no',
        PasswordAuthentication: 'no',
        PermitRootLogin: 'prohibit-password',
      }),
    ])
    await accepting(sshPort)
  })

  afterAll(async () => {
    // The tunnels first: what is left of sshd would live as long as they do.
    for (const child of children.reverse()) await ended(child)
    await bench.close()
    rmSync(folder, { recursive: true, force: true })
    if (madeSeparation) rmSync(SEPARATION, { recursive: true, force: true })
  })

  function run(file: string, words: readonly string[]): ChildProcess {
    const child = spawn(file, words, { stdio: ['ignore', 'ignore', 'pipe'] })
    children.push(child)
    return child
  }

  /** The port that sshd gave for the way back. */
  function openTunnel(target: number): Promise<{ child: ChildProcess; port: number }> {
    const words = [
      '-N',
      '-F',
      '/dev/null',
      '-p',
      String(sshPort),
      '-i',
      join(folder, 'client'),
      '-R',
      `127.0.0.1:0:127.0.0.1:${target}`,
    ]
    const child = run(ssh ?? '', [
      ...words,
      ...options({
        StrictHostKeyChecking: 'no',
        UserKnownHostsFile: '/dev/null',
        IdentitiesOnly: 'yes',
        BatchMode: 'yes',
        ExitOnForwardFailure: 'yes',
      }),
      `${userInfo().username}@127.0.0.1`,
    ])
    return new Promise((resolve, reject) => {
      let said = ''
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        said += text
        const port = /Allocated port (\d+) for remote forward/.exec(said)?.[1]
        if (port !== undefined) resolve({ child, port: Number(port) })
      })
      child.once('close', () => reject(new Error(`ssh ended: ${said}`)))
    })
  }

  it('brings the nonce back, and is named when it is gone', async () => {
    const { child, port } = await openTunnel(bench.receiver.port)
    expect(port).not.toBe(bench.receiver.port)
    const url = `http://127.0.0.1:${port}`
    const { id } = only(bench.tunnels.add(caller, { url }).tunnels, 'typed')
    bench.tunnels.open()
    bench.tunnels.use(caller, { id })
    const { tunnels } = await bench.tunnels.prove({ id })
    expect(only(tunnels, 'typed')).toMatchObject({ state: 'proved', inUse: true, problem: null })
    const { roundTripMs } = only(tunnels, 'typed')
    expect(roundTripMs).toBeGreaterThan(0)
    process.stdout.write(`Nonce through a reverse tunnel of OpenSSH and back: ${roundTripMs?.toFixed(1)} ms.\n`)
    expect(bench.receiver.publicUrls).toEqual([url])
    const sent = await fetch(`${url}/h/orders/new?a=1`, { method: 'POST', body: 'hello' })
    expect(sent.status).toBe(200)
    const ledger = openLedgerReader(join(folder, 'receiver'))
    expect(ledger.read(1)?.publicUrl).toBe(`${url}/h/orders/new?a=1`)
    ledger.close()
    await ended(child)
    expect(only((await bench.tunnels.prove({ id })).tunnels, 'typed')).toMatchObject({ state: 'failed' })
  })

  it('that leads to another program is not taken for ours', async () => {
    const other = await listening(
      createServer((_request, response) => response.end('somebody else')),
      0,
    )
    const { port } = await openTunnel(other.port)
    const added = bench.tunnels.add(caller, { url: `http://127.0.0.1:${port}` }).tunnels.at(-1)
    const { tunnels } = await bench.tunnels.prove({ id: added?.id ?? 0 })
    expect(tunnels.at(-1)?.problem?.cause).toContain('another program')
    await other.close()
  })
})

function options(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ['-o', `${name}=${value}`])
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  await new Promise<void>((resolve) => {
    // Not `close`: the sessions of sshd hold its output.
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })
}

/** Connects until somebody answers. */
async function accepting(port: number): Promise<void> {
  for (;;) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('data', () => resolve(true))
      socket.once('error', () => resolve(false))
      socket.once('data', () => socket.destroy())
    })
    if (isOpen) return
  }
}
