import { Problem } from '../shared/problems.ts'
import { type SchemeId, schemes } from '../shared/webhook-schemes.ts'
import type { Caller } from './audit/audit.ts'
import type { EndpointBook } from './receiver/ports.ts'

/** Schemes without a signature: their header is the secret. */
const plainSchemes: ReadonlySet<SchemeId> = new Set(['gitlab-token'])

/** Whether whoever receives a request of this scheme has the secret. */
export function sendsSecretItself(scheme: SchemeId): boolean {
  return plainSchemes.has(scheme)
}

/**
 * Throws FORBIDDEN where a script would have a stored secret sent in plain: it could have it sent to itself. Only the app
 * may do that. `secret` is one that came with the call, and may go out.
 */
export function requireKeptFromScripts(
  { source }: Caller,
  signing: { readonly scheme: SchemeId; readonly secret?: string | undefined } | null,
): void {
  if (source !== 'api' || signing === null || signing.secret !== undefined || !sendsSecretItself(signing.scheme)) return
  throw new Problem('FORBIDDEN', 'A stored secret token is not sent on behalf of a script.', {
    cause: `${schemes[signing.scheme].name} sends the secret itself, so that whoever receives the event has it.`,
    remedies: ['Give the secret with the call.', 'Send the event from the app.'],
  })
}

/**
 * Throws FORBIDDEN where a stored secret would be sent in plain although it is there to sign with: only that of an
 * endpoint whose own scheme sends it goes out that way. `endpointId` is the endpoint that has the secret.
 */
export function requireOwnScheme(endpoints: Pick<EndpointBook, 'facts'>, endpointId: number, scheme: SchemeId): void {
  if (!sendsSecretItself(scheme) || endpoints.facts(endpointId).scheme === scheme) return
  const { name } = schemes[scheme]
  throw new Problem('FORBIDDEN', 'This stored secret is not sent in plain.', {
    cause: `${name} sends the secret itself, and the endpoint that has this secret is not set to that scheme.`,
    remedies: [
      `Set the scheme of the endpoint to ${name} if its secret is such a token.`,
      'Give the secret with the call.',
    ],
  })
}
