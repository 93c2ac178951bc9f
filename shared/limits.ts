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

/** The webhook bench. */
export const receiverLimits = {
  /** Port the receiver listens on unless the operator says otherwise. */
  port: 4_590,
  /** Bytes of a captured body. A longer one is answered with 413; the attempt is recorded without its body. */
  maxBody: 25 * 1024 * 1024,
  /** Bytes of a body up to which it is read as JSON or as a form. */
  parsedBody: 4 * 1024 * 1024,
  slug: 64,
  /** Secrets of one endpoint: the present one and those that rotate out. */
  secrets: 10,
  secret: 4_096,
  rules: 50,
  headers: 50,
  headerValue: 8_192,
  /** Characters of the body that an endpoint answers with. */
  responseBody: 65_536,
  /** Milliseconds an answer may be held back. */
  delayMs: 60_000,
  /** Tags of one captured request, and characters of one. */
  tags: 20,
  tag: 40,
  /** Ids of one selection. More are said by a filter. */
  selection: 10_000,
  /** Captured requests of one export, and bytes of them. */
  exportRequests: 10_000,
  exportBytes: 20 * 1024 * 1024,
  /** Characters of a bundle to import. Calls take 32 MB, and JSON writes the text of a bundle longer than it is. */
  bundle: 30 * 1024 * 1024,
  /** Bytes of one page of a body as text or hex. */
  bodyPage: 256 * 1024,
  /** Forward targets of one endpoint. */
  targets: 10,
  /** Bytes of an answer that are kept with an attempt. */
  answerBody: 20_000,
} as const
