/** Replaced by a fresh nonce in every copy of index.html that is served; Mantine's own style element carries it. */
export const NONCE_PLACEHOLDER = '__CSP_NONCE__'

/**
 * The Content-Security-Policy of the page. Everything is off and then named one by one. `connect` adds origins the
 * page may speak to besides its own (the WebSocket of the browser host; none on the desktop).
 */
export function contentSecurityPolicy(nonce: string, connect: readonly string[] = []): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src ${["'self'", ...connect].join(' ')}`,
    "worker-src 'none'",
    "frame-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** Sent with every answer of both hosts. Nothing is cached: the page shows secrets on request. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), usb=(), clipboard-write=(self)',
}
