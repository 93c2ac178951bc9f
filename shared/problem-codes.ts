/**
 * Every way a call can fail, by code, with the HTTP status it has on the REST door. A failure always travels
 * as a code, a plain sentence (the error's message) and the details of `problems.ts`; never as an empty value.
 */
export const problemStatus = {
  /** The input is wrong; `fields` says which field and how to fix it. */
  INVALID_INPUT: 400,
  NOT_FOUND: 404,
  /** Something with the same identity exists already (an e-mail, a key's fingerprint). */
  ALREADY_EXISTS: 409,
  /** Other records depend on this one and the caller did not say what happens to them. */
  IN_USE: 409,
  /** The record or process is not in a state in which this can be done. */
  CONFLICT: 409,
  VAULT_UNINITIALISED: 409,
  VAULT_LOCKED: 423,
  /** The protector of the operating system cannot answer now, or answers for another identity. */
  VAULT_UNAVAILABLE: 503,
  /** Secrets are recorded but no protector that opens them is left. */
  VAULT_KEY_LOST: 409,
  /** Wrong passphrase or recovery code. `retryAfterMs` says when the next try is accepted. */
  WRONG_PASSPHRASE: 403,
  /** A try before the growing delay has passed. */
  TOO_EARLY: 429,
  /** The stored secret is there but cannot be decrypted. It is kept as it is. */
  SECRET_UNREADABLE: 422,
  /** The provider answered with an error or not at all. */
  PROVIDER_FAILED: 502,
  /** A webhook target did not answer, or not with something that can be read. */
  TARGET_FAILED: 502,
  /** A tunnel program is missing, refused to start, or its address leads somewhere else. */
  TUNNEL_FAILED: 502,
  /** The port of the receiver cannot be had. */
  PORT_TAKEN: 409,
  /** Allowed in general, but not for this caller or by the present settings. */
  FORBIDDEN: 403,
  UNAUTHORIZED: 401,
  /** This host cannot do it (for example: no clipboard in the browser host). */
  UNSUPPORTED: 501,
  CANCELLED: 499,
  /** The database could not be read or written. */
  STORE_FAILED: 500,
  /** A defect in Keyhold. */
  INTERNAL: 500,
} as const

export type ProblemCode = keyof typeof problemStatus
