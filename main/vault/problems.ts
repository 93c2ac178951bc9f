import { newPassphraseSchema, type ProtectorKind } from '../../shared/contract/vault.ts'
import { invalidField, Problem } from '../../shared/problems.ts'

export const protectorNames = {
  passphrase: 'passphrase',
  recovery: 'recovery code',
  os: 'operating system',
} as const satisfies Record<ProtectorKind, string>

/** Throws INVALID_INPUT naming `field`. Hosts pass passphrases from files too, so the contract is not the only door. */
export function checkNewPassphrase(field: string, passphrase: string): void {
  const issue = newPassphraseSchema.safeParse(passphrase).error?.issues[0]
  if (issue !== undefined) throw invalidField(field, issue.message)
}

export function noProtectorChosen(): Problem {
  const message = 'A vault needs a passphrase or the protection of the operating system.'
  return invalidField('passphrase', message, ['Choose a passphrase, or let the operating system protect the vault.'])
}

export function alreadyInitialised(): Problem {
  return new Problem('CONFLICT', 'A vault was made here already.', {
    cause: 'A new vault key would make every stored secret unreadable, so none is made.',
    remedies: ['Unlock the vault.'],
  })
}

export function notAProtector(kind: ProtectorKind): Problem {
  return new Problem('CONFLICT', `The protector "${protectorNames[kind]}" is not set up for this vault.`, {
    remedies: ['Unlock with another protector.'],
  })
}

export function wrongPassphrase(field: string, retryAfterMs: number): Problem {
  const message = 'The passphrase is wrong.'
  return new Problem('WRONG_PASSPHRASE', message, {
    cause: 'It does not open the vault. Nothing was changed.',
    remedies: [
      'Check the keyboard layout and Caps Lock, then try again.',
      'If you forgot it, use the recovery code, then remove the passphrase in Settings and set a new one.',
    ],
    fields: [{ field, message }],
    retryAfterMs,
  })
}

export function wrongRecoveryCode(): Problem {
  const message = 'This recovery code is written correctly, but it does not open this vault.'
  return new Problem('WRONG_PASSPHRASE', message, {
    cause: 'It belongs to another vault, or was replaced by a newer code. Nothing was changed.',
    remedies: ['Look for the newest code of this vault.', 'Unlock with the passphrase.'],
    fields: [{ field: 'recoveryCode', message }],
    retryAfterMs: 0,
  })
}

export function currentPassphraseMissing(): Problem {
  return invalidField('current', 'Enter the present passphrase to change it.')
}

/** The protector opened, and yet the key does not fit the check value: the record is torn, not the passphrase wrong. */
export function checkValueDamaged(): Problem {
  return new Problem('STORE_FAILED', 'The vault record in the database is damaged.', {
    cause: 'The protector opened, but the key does not match the recorded check value. Nothing was changed.',
    remedies: ['Restore the workspace database from a backup.'],
  })
}

export function lockedMeanwhile(): Problem {
  return new Problem('VAULT_LOCKED', 'The vault was locked while it was being opened.', {
    remedies: ['Unlock it again.'],
  })
}

export function changedMeanwhile(): Problem {
  return new Problem('CONFLICT', 'The protectors of the vault were changed in the meantime. Nothing was done.', {
    cause: 'Another window or program changed them.',
    remedies: ['Look at the protectors and try again.'],
  })
}

export function lastProtector(kind: ProtectorKind): Problem {
  return new Problem('IN_USE', `The protector "${protectorNames[kind]}" is the last one and stays.`, {
    cause: 'Without any protector nothing would ever open the vault again.',
    remedies: ['Add another protector first.'],
  })
}

export function noSuchProtector(kind: ProtectorKind): Problem {
  return new Problem('NOT_FOUND', `There is no protector "${protectorNames[kind]}" to remove.`, {
    cause: 'It was removed already, or never added.',
    remedies: ['Refresh the list of protectors.'],
  })
}

/** What would be left is only an OS protector that does not protect or does not open. */
export function onlyWeakOsLeft(kind: ProtectorKind, cause: string): Problem {
  return new Problem(
    'IN_USE',
    `The protector "${protectorNames[kind]}" stays: the operating system alone is not enough.`,
    {
      cause,
      remedies: [
        'Set a passphrase or renew the recovery code first.',
        'Protect the vault with the present key store anew.',
      ],
    },
  )
}
