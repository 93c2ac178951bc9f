import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const TOKEN_BYTES = 32

/**
 * Who may use the browser host: the launch token is good for one exchange against a session cookie; every tab of
 * the same browser then shares that cookie. Nothing of it outlives the process.
 */
export class Sessions {
  readonly #cookieName: () => string
  readonly #sessions: Buffer[] = []
  #launchToken: Buffer | null
  /** Shown once, in the address that is printed at start. */
  readonly launchToken: string

  constructor(port: () => number) {
    // Cookies do not tell ports apart, and two workspaces may run at the same time.
    this.#cookieName = () => `keyhold_${port()}`
    this.launchToken = randomBytes(TOKEN_BYTES).toString('base64url')
    this.#launchToken = digest(this.launchToken)
  }

  /** The Set-Cookie value for the right token, once; null for anything else. */
  exchange(token: string): string | null {
    if (this.#launchToken === null || !timingSafeEqual(digest(token), this.#launchToken)) return null
    this.#launchToken = null
    const session = randomBytes(TOKEN_BYTES).toString('base64url')
    this.#sessions.push(digest(session))
    return `${this.#cookieName()}=${session}; Path=/; HttpOnly; SameSite=Strict`
  }

  isValid(cookieHeader: string | undefined): boolean {
    const value = readCookie(cookieHeader, this.#cookieName())
    if (value === null) return false
    const given = digest(value)
    return this.#sessions.some((session) => timingSafeEqual(given, session))
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest()
}

function readCookie(header: string | undefined, name: string): string | null {
  for (const part of (header ?? '').split(';')) {
    const [key, ...rest] = part.trim().split('=')
    if (key === name) return rest.join('=')
  }
  return null
}
