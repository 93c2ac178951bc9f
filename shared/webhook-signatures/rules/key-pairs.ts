import { hmac } from '../digests.ts'
import { isFault, malformed, singleHeader } from '../header-faults.ts'
import { discordKey, sendgridKey } from '../keys.ts'
import { inSeconds, readStamp } from '../stamps.ts'
import type { Claim, Fault, SchemeRules, SignedRequest } from '../types.ts'

/** ed25519 over timestamp and body, in hexadecimal. Discord asks for no time check. Source: discord-interactions 4.4.0. */
export const discord: SchemeRules = {
  id: 'discord',
  read: (request) => readPair(request, 'x-signature-ed25519', 'x-signature-timestamp', 'ed25519'),
  readKey: discordKey,
  message: ({ stamp, body }) => [stamp, body],
  urlForms: null,
  macForm: () => hmac.sha256Hex,
  clock: 'seconds',
  writeStamp: inSeconds,
  write: ([signature], { stamp }) => [
    ['X-Signature-Timestamp', stamp],
    ['X-Signature-Ed25519', signature?.text ?? ''],
  ],
}

/** ECDSA with P-256 and SHA-256 over timestamp and body, DER in base64. No time check in SendGrid's package either. */
export const sendgrid: SchemeRules = {
  id: 'sendgrid',
  read: (request) =>
    readPair(request, 'x-twilio-email-event-webhook-signature', 'x-twilio-email-event-webhook-timestamp', 'ecdsa'),
  readKey: sendgridKey,
  message: ({ stamp, body }) => [stamp, body],
  urlForms: null,
  macForm: () => hmac.sha256Base64,
  clock: 'seconds',
  writeStamp: inSeconds,
  write: ([signature], { stamp }) => [
    ['X-Twilio-Email-Event-Webhook-Timestamp', stamp],
    ['X-Twilio-Email-Event-Webhook-Signature', signature?.text ?? ''],
  ],
}

function readPair(
  request: SignedRequest,
  signatureHeader: string,
  stampHeader: string,
  method: 'ed25519' | 'ecdsa',
): Claim | Fault {
  const text = singleHeader(request.rawHeaders, signatureHeader)
  if (isFault(text)) return text
  const stamp = singleHeader(request.rawHeaders, stampHeader)
  if (isFault(stamp)) return stamp
  const timestamp = readStamp(stamp, 'seconds')
  if (timestamp === null) return malformed(`The header ${stampHeader} is not a number of seconds.`)
  return { id: '', stamp, timestamp, presented: [{ text, method }] }
}
