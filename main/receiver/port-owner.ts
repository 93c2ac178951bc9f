import { readdir, readFile, readlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { basename } from 'node:path'

const LISTENING = '0A'
/** Ports above the wanted one that are tried. */
const TRIED = 20
const MAX_NAME = 60

/**
 * Name of the program that listens on this port of this machine, "node server.mjs (process 812)". Null where that cannot be told:
 * only Linux says it without further programs, and only of processes of the same user.
 */
export async function whoHasPort(port: number): Promise<string | null> {
  if (process.platform !== 'linux') return null
  try {
    const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(readOrEmpty))
    const sockets = new Set(tables.flatMap((table) => socketsOn(table, port)))
    return sockets.size === 0 ? null : await ownerOf(sockets)
  } catch {
    // It only explains; without it the message says less.
    return null
  }
}

/** The next port above that is free on loopback, or null when none of the next {@link TRIED} is. */
export async function nextFreePort(port: number): Promise<number | null> {
  for (let candidate = port + 1; candidate <= Math.min(port + TRIED, 65_535); candidate += 1) {
    if (await isFree(candidate)) return candidate
  }
  return null
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** Numbers of the listening sockets in a table of /proc/net, see proc(5). */
function socketsOn(table: string, port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === LISTENING && local?.endsWith(`:${wanted}`) === true)
    .flatMap((columns) => columns[9] ?? [])
}

async function ownerOf(sockets: ReadonlySet<string>): Promise<string | null> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const folder = `/proc/${pid}/fd`
    const handles = await readdir(folder).catch(() => [])
    for (const handle of handles) {
      const target = await readlink(`${folder}/${handle}`).catch(() => '')
      const socket = /^socket:\[(\d+)\]$/.exec(target)?.[1]
      if (socket !== undefined && sockets.has(socket)) {
        const name =
          programOf(await readOrEmpty(`/proc/${pid}/cmdline`)) || (await readOrEmpty(`/proc/${pid}/comm`)).trim()
        return name === '' ? `Process ${pid}` : `${name} (process ${pid})`
      }
    }
  }
  return null
}

/**
 * "node server.mjs" of a command line as in /proc (words end with NUL), '' where there is none. Of the words only the
 * program and its script are shown: others may be secrets. A program may have put a title there ("nginx: master …").
 */
export function programOf(commandLine: string): string {
  const [program = '', ...words] = commandLine.split('\0')
  const name = basename(program.split(/: | --/)[0] ?? '').trim()
  const script = words.find((word) => /^[^-].*\.(?:[cm]?[jt]s|py|rb|php|pl|jar|sh)$/.test(word))
  const shown = script === undefined ? name : `${name} ${basename(script)}`
  return shown.replace(/\p{C}/gu, '').slice(0, MAX_NAME)
}

async function readOrEmpty(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch(() => '')
}
