import type { SchemeOptions } from '../../webhook-schemes.ts'
import { digestOf, macFormOfLength } from '../digests.ts'
import { macKey } from '../keys.ts'
import type { SignedRequest } from '../types.ts'
import { signatureTexts } from './loose-claim.ts'
import type { Budget } from './search.ts'
import type { DoctorContext, Finding } from './types.ts'

/** Headers that are looked at; a request may have many more. */
const MAX_HEADERS = 100

/**
 * Looks through all headers for an HMAC of the body under any secret that is known. Says which header it is and what
 * has to be set for it to count.
 */
export function findUnlisted(
  request: SignedRequest,
  context: DoctorContext,
  budget: Budget,
): { readonly finding: Finding; readonly options: SchemeOptions } | null {
  const { rawHeaders, body } = request
  for (let at = 0; at + 1 < rawHeaders.length && at < MAX_HEADERS * 2; at += 2) {
    const header = (rawHeaders[at] ?? '').toLowerCase()
    const value = rawHeaders[at + 1] ?? ''
    for (const text of signatureTexts(value)) {
      const form = macFormOfLength(text)
      if (form === null) continue
      for (const { secret } of [...context.secrets, ...context.otherSecrets]) {
        if (!budget.spend(1, body.length)) return null
        if (digestOf(form, macKey(Buffer.from(secret, 'utf8')), [body]).toString(form.encoding) !== text) continue
        const { algorithm, encoding } = form
        const prefix = value.slice(0, Math.max(0, value.indexOf(text)))
        const written = `${algorithm.replace('sha', 'SHA-')} in ${encoding === 'hex' ? 'hexadecimal' : 'base64'}`
        return {
          options: { header, algorithm, encoding, prefix },
          finding: {
            cause: 'unlisted-header',
            sentence: `The signature is in the header ${header}: an HMAC of the body with ${written}.`,
            remedy: `Set the scheme to "HMAC of the body" with the header ${header}, ${written}${prefix === '' ? '' : `, prefix "${prefix}"`}.`,
          },
        }
      }
    }
  }
  return null
}
