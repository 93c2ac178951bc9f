import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { defaultDataDirectory } from './data-directory.ts'

export const usageText = `Keyhold, browser host: the workspace served on this machine only.

Usage: npm run serve -- [options]

  --port N                 port on 127.0.0.1, 0 for any free one (default 0)
  --data-dir DIR           folder of the workspace (default: a folder of its own in your home)
  --passphrase-file FILE   unlocks the vault, or makes it, with the passphrase in FILE (first line)
  --api-token-file FILE    turns the local REST API on with the token in FILE (first line, 16 characters or more)
  --api-allow-reveal       lets GET /api/keys/{id}/full answer
  --receiver-port N        port of the webhook receiver for this run, 0 for any free one (default: from the settings, 4590)
  --sample                 opens a generated sample workspace instead, beside the real one
  --no-open                does not open the browser
  --help                   shows this text
`

export interface BrowserArguments {
  readonly port: number
  readonly dataDir: string
  readonly passphraseFile: string | null
  readonly apiTokenFile: string | null
  readonly apiAllowReveal: boolean
  /** Null: as the settings say. */
  readonly receiverPort: number | null
  readonly sample: boolean
  readonly open: boolean
}

export type ParsedArguments =
  | { readonly kind: 'run'; readonly arguments: BrowserArguments }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string }

const portSchema = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .pipe(z.number().max(65_535))

/** Reads the command line. Never throws: what is wrong comes back as a sentence that names the option. */
export function parseArguments(argv: readonly string[]): ParsedArguments {
  let values: ReturnType<typeof read>
  try {
    values = read(argv)
  } catch (error) {
    return { kind: 'wrong', message: error instanceof Error ? error.message : String(error) }
  }
  if (values.help) return { kind: 'help' }
  const port = portSchema.safeParse(values.port ?? '0')
  if (!port.success) return { kind: 'wrong', message: `--port takes a number from 0 to 65535, not "${values.port}".` }
  const receiverPort = portSchema.nullable().safeParse(values['receiver-port'] ?? null)
  if (!receiverPort.success) {
    return {
      kind: 'wrong',
      message: `--receiver-port takes a number from 0 to 65535, not "${values['receiver-port']}".`,
    }
  }
  for (const name of ['data-dir', 'passphrase-file', 'api-token-file'] as const) {
    if (values[name] === '') return { kind: 'wrong', message: `--${name} needs a path.` }
  }
  return {
    kind: 'run',
    arguments: {
      port: port.data,
      dataDir: values['data-dir'] === undefined ? defaultDataDirectory() : resolve(values['data-dir']),
      passphraseFile: values['passphrase-file'] ?? null,
      apiTokenFile: values['api-token-file'] ?? null,
      apiAllowReveal: values['api-allow-reveal'] ?? false,
      receiverPort: receiverPort.data,
      sample: values.sample ?? false,
      open: !(values['no-open'] ?? false),
    },
  }
}

function read(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    strict: true,
    allowPositionals: false,
    options: {
      port: { type: 'string' },
      'data-dir': { type: 'string' },
      'passphrase-file': { type: 'string' },
      'api-token-file': { type: 'string' },
      'api-allow-reveal': { type: 'boolean' },
      'receiver-port': { type: 'string' },
      sample: { type: 'boolean' },
      'no-open': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  }).values
}
