import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const TOKEN_BYTES = 32

/** What the page gets for the launch token: both halves are needed for the WebSocket. */
export interface NewSession {
  /** The Set-Cookie value. Browsers send a cookie to every port of this machine, so it alone proves nothing. */
  readonly cookie: string
  /** Kept by the page in its own storage, which browsers do tell apart by port; shared by its tabs. */
  readonly proof: string
}

interface KnownSession {
  readonly cookie: Buffer
  readonly proof: Buffer
}

/**
 * Who may use the browser host: the launch token is good for one exchange against a session; every tab of the same
 * browser then shares it. Nothing of it outlives the process.
 */
export class Sessions {
  readonly #cookieName: () => string
  readonly #sessions: KnownSession[] = []
  #launchToken: Buffer | null
  /** Shown once, in the address that is printed at start. */
  readonly launchToken: string

  constructor(port: () => number) {
    // Cookies do not tell ports apart, and two workspaces may run at the same time.
    this.#cookieName = () => `keyhold_${port()}`
    this.launchToken = randomBytes(TOKEN_BYTES).toString('base64url')
    this.#launchToken = digest(this.launchToken)
  }

  /** A session for the right token, once; null for anything else. */
  exchange(token: string): NewSession | null {
    if (this.#launchToken === null || !timingSafeEqual(digest(token), this.#launchToken)) return null
    this.#launchToken = null
    const value = randomBytes(TOKEN_BYTES).toString('base64url')
    const proof = randomBytes(TOKEN_BYTES).toString('base64url')
    this.#sessions.push({ cookie: digest(value), proof: digest(proof) })
    return { cookie: `${this.#cookieName()}=${value}; Path=/; HttpOnly; SameSite=Strict`, proof }
  }

  /** Whether cookie and proof belong to one session. */
  isValid(cookieHeader: string | undefined, proof: string | undefined): boolean {
    const value = readCookie(cookieHeader, this.#cookieName())
    if (value === null || proof === undefined) return false
    const [givenCookie, givenProof] = [digest(value), digest(proof)]
    return this.#sessions.some(
      (session) => timingSafeEqual(givenCookie, session.cookie) && timingSafeEqual(givenProof, session.proof),
    )
  }

  /** Whether the cookie is of a session. Enough for what holds no secret. */
  isKnown(cookieHeader: string | undefined): boolean {
    const value = readCookie(cookieHeader, this.#cookieName())
    if (value === null) return false
    const given = digest(value)
    return this.#sessions.some((session) => timingSafeEqual(given, session.cookie))
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
