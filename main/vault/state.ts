import type { ProtectorKind, VaultState } from '../../shared/contract/vault.ts'
import type { ProblemCode } from '../../shared/problem-codes.ts'
import { Problem } from '../../shared/problems.ts'
import type { OsSituation } from './os-protector.ts'

export interface VaultFacts {
  /** Whether a vault key was ever made here. */
  readonly recorded: boolean
  /** Whether other domains hold secrets. Asked only when no vault is recorded. */
  readonly hasSecrets: () => boolean
  readonly protectors: readonly ProtectorKind[]
  readonly open: boolean
  /** Null when the operating system is no protector of this vault, or was not asked yet. */
  readonly os: OsSituation | null
}

export interface StateInWords {
  readonly state: VaultState
  readonly message: string
  readonly remedies: string[]
}

/** The state of the vault, in the words an operator reads. Pure: the same facts give the same answer. */
export function describeState(facts: VaultFacts): StateInWords {
  if (!facts.recorded) return facts.hasSecrets() ? lostRecord : uninitialised
  if (facts.protectors.length === 0) return lostProtectors
  const others = facts.protectors.filter((kind) => kind !== 'os')
  if (facts.open) return openVault(facts.os, others)
  if (facts.os === null) return locked(facts.protectors)
  return lockedWithOs(facts.os, others)
}

/** What a call that needs the open vault throws in a state other than `ready`. */
export function problemOfState(facts: VaultFacts): Problem {
  const { state, message, remedies } = describeState(facts)
  const hasOthers = facts.protectors.some((kind) => kind !== 'os')
  return new Problem(codeOf(state, hasOthers), message, { remedies: [...remedies] })
}

function codeOf(state: VaultState, hasOthers: boolean): ProblemCode {
  if (state === 'uninitialised') return 'VAULT_UNINITIALISED'
  if (state === 'key-lost') return 'VAULT_KEY_LOST'
  if (state === 'locked' || state === 'unprotected' || hasOthers) return 'VAULT_LOCKED'
  return 'VAULT_UNAVAILABLE'
}

/** Why the OS protector does not open the vault now. */
export function osProblem(os: OsSituation, others: readonly ProtectorKind[]): Problem {
  const { message, remedies } = osInWords(os, others)
  return new Problem(os.kind === 'absent' ? 'UNSUPPORTED' : 'VAULT_UNAVAILABLE', message, {
    cause: causeOf(os),
    remedies,
    ...(os.kind === 'unavailable' && os.temporary ? { retryAfterMs: 3_000 } : {}),
  })
}

const uninitialised: StateInWords = {
  state: 'uninitialised',
  message: 'No vault has been made here yet.',
  remedies: ['Set a passphrase, or let the operating system protect the vault.'],
}

const lostRecord: StateInWords = {
  state: 'key-lost',
  message: 'Secrets are stored here, but the record of the vault key that opens them is gone.',
  remedies: [
    'Restore the workspace database from a backup.',
    'No new vault key is made while those secrets exist. Without a backup, delete them and enter them again.',
  ],
}

const lostProtectors: StateInWords = {
  state: 'key-lost',
  message: 'A vault is recorded here, but nothing that opens it is left.',
  remedies: ['Restore the workspace database from a backup.', 'Or start with another data directory.'],
}

function locked(protectors: readonly ProtectorKind[]): StateInWords {
  return { state: 'locked', message: 'The vault is locked.', remedies: waysToOpen(protectors) }
}

function openVault(os: OsSituation | null, others: readonly ProtectorKind[]): StateInWords {
  if (os === null || os.kind === 'usable') return { state: 'ready', message: 'The vault is open.', remedies: [] }
  if (others.length > 0) return { state: 'ready', message: 'The vault is open.', remedies: renewals(os) }
  return {
    state: 'ready',
    message: `The vault is open, but nothing else would open it again. ${osInWords(os, others).message}`,
    remedies: ['Set a passphrase now.'],
  }
}

function lockedWithOs(os: OsSituation, others: readonly ProtectorKind[]): StateInWords {
  switch (os.kind) {
    case 'usable':
      return locked(['os', ...others])
    case 'unprotected':
      return others.length > 0
        ? { ...locked(others), remedies: [...waysToOpen(others), dropUnprotected] }
        : { state: 'unprotected', ...osInWords(os, others) }
    case 'absent':
      return others.length > 0 ? locked(others) : { state: 'os-unavailable', ...osInWords(os, others) }
    case 'unavailable':
      return { state: 'os-unavailable', ...osInWords(os, others) }
    case 'backend-changed':
      return { state: 'backend-changed', ...osInWords(os, others) }
    case 'identity-changed':
    case 'refused':
      return { state: 'identity-changed', ...osInWords(os, others) }
    case 'damaged':
      return others.length > 0 ? locked(others) : { state: 'key-lost', ...osInWords(os, others) }
  }
}

function osInWords(os: OsSituation, others: readonly ProtectorKind[]): { message: string; remedies: string[] } {
  const otherWays = waysToOpen(others)
  switch (os.kind) {
    case 'usable':
      return { message: 'The key store of the operating system is ready.', remedies: otherWays }
    case 'unprotected':
      return {
        message:
          'The only protector is a key store that protects nothing: whoever can read the files can read the keys.',
        remedies: ['Unlock with the operating system, then set a passphrase at once.'],
      }
    case 'absent':
      return {
        message: 'This vault is opened by the key store of the operating system, which this host does not have.',
        remedies: [...otherWays, 'Open the workspace in the desktop application.'],
      }
    case 'unavailable':
      return {
        message: os.temporary
          ? 'The key store of the operating system does not answer right now. Nothing is lost.'
          : 'The key store of the operating system is not available. Nothing is lost.',
        remedies: [
          os.temporary
            ? 'Unlock the key store of your system and try again.'
            : 'Start the key store of your system and restart Keyhold.',
          ...otherWays,
        ],
      }
    case 'backend-changed':
      return {
        message: `The vault was protected by the key store "${os.was}", but this session uses "${os.now}". Nothing was decrypted or changed.`,
        remedies: [
          `Start Keyhold in a session with "${os.was}" (on Linux: --password-store), and it opens again.`,
          ...otherWays,
          'Once open, protect it with the present key store anew.',
        ],
      }
    case 'identity-changed':
      return {
        message:
          'The vault was protected under another name or place of this application. Nothing was decrypted or changed.',
        remedies: [
          `Start the application as it was ("${os.was}"; now it is "${os.now}"), and it opens again.`,
          ...otherWays,
          'Once open, protect it with the key store anew.',
        ],
      }
    case 'refused':
      return {
        message:
          'The key store of the operating system no longer has the key that protected this vault. Nothing was changed.',
        remedies: [
          ...otherWays,
          'If the key store was reset, or the data came from another computer or user: go back there, and it opens again.',
        ],
      }
    case 'damaged':
      return {
        message: 'The stored record of the protector of the operating system is damaged. It was left as it is.',
        remedies: [...otherWays, 'Restore the workspace database from a backup.'],
      }
  }
}

function causeOf(os: OsSituation): string {
  switch (os.kind) {
    case 'usable':
      return 'It answers.'
    case 'unprotected':
    case 'unavailable':
      return os.reason
    case 'absent':
      return 'Only the desktop application can reach the key store of the operating system.'
    case 'backend-changed':
      return `Recorded: "${os.was}". Now: "${os.now}".`
    case 'identity-changed':
      return `Recorded: "${os.was}". Now: "${os.now}".`
    case 'refused':
      return 'It was asked and did not give back what was wrapped: its key was replaced.'
    case 'damaged':
      return 'Its stored parameters are not what Keyhold writes.'
  }
}

const dropUnprotected =
  'The key store of this system protects nothing. In Settings, remove the operating system as a protector.'

function renewals(os: OsSituation): string[] {
  if (os.kind === 'unprotected') return [dropUnprotected]
  const renewable: OsSituation['kind'][] = ['backend-changed', 'identity-changed', 'refused', 'damaged']
  return renewable.includes(os.kind)
    ? ['The operating system no longer opens this vault. In Settings, protect it with the present key store anew.']
    : []
}

const ways = {
  passphrase: 'Unlock with your passphrase.',
  recovery: 'Unlock with the recovery code you printed or wrote down.',
  os: 'Unlock with the operating system.',
} as const

function waysToOpen(protectors: readonly ProtectorKind[]): string[] {
  const order: ProtectorKind[] = ['os', 'passphrase', 'recovery']
  return order.filter((kind) => protectors.includes(kind)).map((kind) => ways[kind])
}
