/**
 * How long and how much, in one place for the contract that refuses and the forms that warn before. Nothing but
 * constants: the page loads this file, and must not load the schemas with it.
 */

/** Longest value that is taken as a key. Real ones are below 600 characters; a pasted file is refused by name. */
export const MAX_KEY_LENGTH = 8_192
/** Longest paste that is looked at before it is refused with a clear error. */
export const MAX_PASTE_LENGTH = 2_000_000
/** What is said where a key is needed and nothing was pasted. */
export const EMPTY_KEY = 'The key is empty. Paste the key as the provider shows it.'

export const MIN_PASSPHRASE = 8
export const MAX_PASSPHRASE = 1_024

/** Characters of a name: of a key, a person, an organisation. */
export const MAX_NAME = 200
/** Characters of a note or description. */
export const MAX_NOTE = 2_000
/** Characters of the words to search for. */
export const MAX_QUERY = 200

/** Bytes of a database to import. */
export const MAX_IMPORT_FILE = 20 * 1024 * 1024
export const MAX_IMPORT_ROWS = 5_000

/** Rows of one page of a list. */
export const MAX_PAGE = 200

/** What the times of the settings may be set to. */
export const timeLimits = {
  /** Minutes. */
  autoLockMinutes: { min: 0, max: 1_440 },
  /** Seconds. */
  revealSeconds: { min: 5, max: 300 },
  /** Seconds. */
  clipboardSeconds: { min: 0, max: 300 },
} as const
