import { type SchemeId, schemes } from '../webhook-schemes.ts'
import { rulesOf } from './rules/index.ts'

/** What secrets of these senders look like. Others take any text, or have a form that {@link secretProblem} checks. */
const usualForms: { readonly [scheme in SchemeId]?: RegExp } = {
  stripe: /^whsec_[\w+/=-]+$/,
  paddle: /^pdl_ntfset_\S+$/,
  linear: /^lin_wh_\S+$/,
  slack: /^[0-9a-f]{32}$/i,
  twilio: /^[0-9a-f]{32}$/i,
}

/**
 * Why a secret cannot be one of this scheme (null: any), as a sentence with what to do, or null where it can: it is
 * blank, or cannot be decoded. The secret is not in the sentence.
 */
export function secretProblem(scheme: SchemeId | null, secret: string): string | null {
  if (secret.trim() === '') return 'The secret is empty. Paste it as the provider shows it.'
  if (scheme === null || rulesOf[scheme].readKey(secret) !== null) return null
  const { name, secretHint } = schemes[scheme]
  return rulesOf[scheme].readKey(secret.trim()) === null
    ? `This cannot be a secret of ${name}. ${secretHint}`
    : 'The secret has spaces or a line break around it. Paste it without them.'
}

/** Whether it has the form in which the provider shows its secrets, as far as that is known. */
export function looksUsual(scheme: SchemeId, secret: string): boolean {
  return usualForms[scheme]?.test(secret.trim()) ?? true
}
