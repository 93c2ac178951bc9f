import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { TunnelKind, TunnelProgram } from '../../shared/contract/tunnels.ts'

/** In the order in which they are shown. */
const programKinds = ['cloudflared', 'ngrok', 'tailscale', 'devtunnel'] as const satisfies readonly TunnelKind[]
export type ProgramKind = (typeof programKinds)[number]
export type StartableKind = 'cloudflared' | 'ngrok'

interface ProgramFacts {
  readonly name: string
  readonly canStart: boolean
  /** What to do when it is installed, and when it is not. `port` is the receiver's. */
  readonly hint: (port: string) => string
  readonly missing: string
}

const facts: Record<ProgramKind, ProgramFacts> = {
  cloudflared: {
    name: 'Cloudflare quick tunnel',
    canStart: true,
    hint: () => 'Starts without an account. The address is a new one each time.',
    missing: 'Install cloudflared from developers.cloudflare.com, then look again.',
  },
  ngrok: {
    name: 'ngrok',
    canStart: true,
    hint: () => 'Needs an account: run "ngrok config add-authtoken" once with the token of your account.',
    missing: 'Install ngrok from ngrok.com/download, then look again.',
  },
  tailscale: {
    name: 'Tailscale Funnel',
    canStart: false,
    hint: (port) => `Run "tailscale funnel ${port}". It is found here once it runs.`,
    missing: 'Install Tailscale from tailscale.com/download, then look again.',
  },
  devtunnel: {
    name: 'Microsoft dev tunnel',
    canStart: false,
    hint: (port) => `Run "devtunnel host -p ${port} --allow-anonymous". It is found here once it runs.`,
    missing: 'Install the devtunnel program from learn.microsoft.com, then look again.',
  },
}

/** A program that was started from a desktop often has a short PATH; these are where installers put others. */
const usualFolders: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['/opt/homebrew/bin', '/usr/local/bin', '/Applications/Tailscale.app/Contents/MacOS'],
  linux: ['/usr/local/bin', '/usr/bin', '/snap/bin'],
  win32: ['C:\\Program Files\\Tailscale', 'C:\\Program Files (x86)\\cloudflared'],
}

/** The folders of PATH, then the usual ones of the system, written like PATH. */
export function programFolders(): string {
  return [process.env.PATH ?? '', ...(usualFolders[process.platform] ?? [])].join(delimiter)
}

export function nameOfProgram(kind: ProgramKind): string {
  return facts[kind].name
}

/** Absolute path of the program, or null. `folders` are written like PATH. */
export function findProgram(kind: ProgramKind, folders: string): string | null {
  const file = process.platform === 'win32' ? `${kind}.exe` : kind
  for (const folder of folders.split(delimiter)) {
    if (folder === '') continue
    const candidate = join(folder, file)
    if (isProgram(candidate)) return candidate
  }
  return null
}

/** What can be said about every program. `port` is the receiver's, null while it does not listen. */
export function describePrograms(folders: string, port: number | null): TunnelProgram[] {
  const shown = port === null ? '<port of the receiver>' : String(port)
  return programKinds.map((kind) => {
    const { name, canStart, hint, missing } = facts[kind]
    const installed = findProgram(kind, folders) !== null
    return { kind, name, installed, canStart: canStart && installed, hint: installed ? hint(shown) : missing }
  })
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    // It is not there, or may not be run: both mean that it cannot be started.
    return false
  }
}
