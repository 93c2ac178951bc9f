/** What is known of a request before anything is done with it. */
export interface RequestOrigin {
  readonly host: string | undefined
  readonly origin: string | undefined
}

export type Refusal = { readonly status: 403 | 421; readonly reason: string }

/**
 * Names under which the browser host may be addressed. Any other Host header means that a foreign name was made
 * to resolve to this machine (DNS rebinding).
 */
export function allowedHosts(port: number): readonly string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`]
}

/**
 * Refuses what comes from elsewhere. `needsOrigin` is for everything that only our own page ever sends (the
 * session exchange and the WebSocket): there a missing Origin is refused too. Programs without a browser send no
 * Origin, which is fine for the local API because that asks for its token.
 */
export function refuseForeign(request: RequestOrigin, port: number, needsOrigin: boolean): Refusal | null {
  const hosts = allowedHosts(port)
  if (request.host === undefined || !hosts.includes(request.host)) {
    return { status: 421, reason: 'This address is not served here.' }
  }
  if (request.origin === undefined) {
    return needsOrigin ? { status: 403, reason: 'The request does not say where it comes from.' } : null
  }
  if (request.origin !== `http://${request.host}`) {
    return { status: 403, reason: 'The request comes from another site.' }
  }
  return null
}
