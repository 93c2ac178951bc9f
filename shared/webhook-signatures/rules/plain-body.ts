import { headerValues } from '../../raw-headers.ts'
import { genericDefaults } from '../../webhook-schemes.ts'
import { hmac, plainSecret } from '../digests.ts'
import { isFault, malformed, missing, singleHeader } from '../header-faults.ts'
import { textKey } from '../keys.ts'
import { readStamp } from '../stamps.ts'
import type { MacForm, SchemeRules } from '../types.ts'
import { claimed, formByLength, formOf, MAX_PRESENTED, prefixedHeader, tooLongList, tooMany } from './shared.ts'

/** What all have in common that sign the body and nothing else. */
const bodyOnly = {
  readKey: textKey,
  message: ({ body }) => [body],
  urlForms: null,
  clock: 'seconds',
  writeStamp: null,
} as const satisfies Partial<SchemeRules>

/** `sha256=<hex, lower case>`. Source: @octokit/webhooks-methods 6.0.0, which compares the texts. */
export const github: SchemeRules = {
  ...bodyOnly,
  id: 'github',
  read: (request) => claimed(prefixedHeader(request, 'x-hub-signature-256', 'sha256=')),
  macForm: () => hmac.sha256Hex,
  write: ([signature], { id }) => [
    ['X-GitHub-Delivery', id],
    ['X-Hub-Signature-256', `sha256=${signature?.text ?? ''}`],
  ],
}

export const githubSha1: SchemeRules = {
  ...bodyOnly,
  id: 'github-sha1',
  read: (request) => claimed(prefixedHeader(request, 'x-hub-signature', 'sha1=')),
  macForm: () => hmac.sha1Hex,
  write: ([signature], { id }) => [
    ['X-GitHub-Delivery', id],
    ['X-Hub-Signature', `sha1=${signature?.text ?? ''}`],
  ],
}

/** Webhooks use X-Shopify-Hmac-SHA256; the newer "events" of their SDK have the same header without the X-. */
export const shopify: SchemeRules = {
  ...bodyOnly,
  id: 'shopify',
  read: ({ rawHeaders }) => {
    const usual = singleHeader(rawHeaders, 'x-shopify-hmac-sha256')
    const none = isFault(usual) && usual.fault === 'header-missing'
    const newer = none ? singleHeader(rawHeaders, 'shopify-hmac-sha256') : usual
    return claimed(isFault(newer) && newer.fault === 'header-missing' ? usual : newer)
  },
  macForm: () => hmac.sha256Base64,
  write: ([signature], { id }) => [
    ['X-Shopify-Webhook-Id', id],
    ['X-Shopify-Hmac-SHA256', signature?.text ?? ''],
  ],
}

/**
 * The MAC is of the body alone; its field `webhookTimestamp` (milliseconds) must be within a minute of the clock both
 * ways, and a body without it is refused. The header linear-timestamp is not signed and not trusted. Source: @linear/sdk 98.
 */
export const linear: SchemeRules = {
  ...bodyOnly,
  id: 'linear',
  read: (request) => claimed(singleHeader(request.rawHeaders, 'linear-signature')),
  timeInBody: (body) =>
    linearTimestamp(body) ?? {
      fault: 'timestamp-missing',
      message: 'The body has no field webhookTimestamp with a number of milliseconds, without which Linear refuses it.',
    },
  macForm: () => hmac.sha256Hex,
  clock: 'milliseconds',
  write: ([signature], { id }) => [
    ['Linear-Delivery', id],
    ['Linear-Signature', signature?.text ?? ''],
  ],
}

/** Longest body Linear's package reads by default. A longer one is not worth parsing. */
const LINEAR_MAX_BODY = 5 * 1024 * 1024

function linearTimestamp(body: Uint8Array): number | null {
  if (body.length > LINEAR_MAX_BODY) return null
  try {
    const parsed: unknown = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'))
    if (typeof parsed !== 'object' || parsed === null || !('webhookTimestamp' in parsed)) return null
    const value = parsed.webhookTimestamp
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return null
    return readStamp(String(Math.floor(value)), 'milliseconds')
  } catch {
    return null
  }
}

/** During a rotation the second secret has a header of its own; either suffices. */
export const hookdeck: SchemeRules = {
  ...bodyOnly,
  id: 'hookdeck',
  read: ({ rawHeaders }) => {
    const presented: { text: string; method: 'mac' }[] = []
    for (const name of ['x-hookdeck-signature', 'x-hookdeck-signature-2']) {
      const text = singleHeader(rawHeaders, name)
      if (!isFault(text)) presented.push({ text, method: 'mac' })
      else if (text.fault !== 'header-missing') return text
    }
    return presented.length === 0 ? missing('x-hookdeck-signature') : { id: '', stamp: '', timestamp: null, presented }
  },
  macForm: () => hmac.sha256Base64,
  write: ([first, second], { id }) => [
    ['X-Hookdeck-EventID', id],
    ['X-Hookdeck-Signature', first?.text ?? ''],
    ...(second === undefined ? [] : [['X-Hookdeck-Signature-2', second.text] satisfies [string, string]]),
  ],
}

/** `v0=<digest>[,<digest>…]` of the body, by the default template; hex unless the operator of Outpost chose base64. */
export const outpost: SchemeRules = {
  ...bodyOnly,
  id: 'outpost',
  read: (request) => {
    const list = prefixedHeader(request, 'x-outpost-signature', 'v0=')
    if (isFault(list)) return list
    if (tooLongList([list])) return tooMany('x-outpost-signature')
    const texts = list.split(',')
    if (texts.length > MAX_PRESENTED) return tooMany('x-outpost-signature')
    return { id: '', stamp: '', timestamp: null, presented: texts.map((text) => ({ text, method: 'mac' })) }
  },
  macForm: formByLength,
  write: (signatures, { id }) => [
    ['X-Outpost-Event-Id', id],
    ['X-Outpost-Signature', `v0=${signatures.map(({ text }) => text).join(',')}`],
  ],
}

/** The digest of the body and nothing else; SHA-256 or SHA-512, hex or base64. Source: convoy pkg/signature. */
export const convoySimple: SchemeRules = {
  ...bodyOnly,
  id: 'convoy-simple',
  read: (request) => claimed(singleHeader(request.rawHeaders, 'x-convoy-signature')),
  macForm: formByLength,
  write: ([signature], { id }) => [
    ['X-Convoy-Idempotency-Key', id],
    ['X-Convoy-Signature', signature?.text ?? ''],
  ],
}

/** Not a signature: the secret itself travels in the header. */
export const gitlabToken: SchemeRules = {
  ...bodyOnly,
  id: 'gitlab-token',
  read: (request) => claimed(singleHeader(request.rawHeaders, 'x-gitlab-token')),
  macForm: () => plainSecret,
  write: ([signature], { id }) => [
    ['Idempotency-Key', id],
    ['X-Gitlab-Token', signature?.text ?? ''],
  ],
}

/** Platforms of one's own: header, algorithm, encoding and prefix come from the options. */
export const genericHmac: SchemeRules = {
  ...bodyOnly,
  id: 'generic-hmac',
  read: (request, options) => {
    const header = headerOf(options.header)
    if (headerValues(request.rawHeaders, header).length === 0) return missing(header)
    const prefix = options.prefix ?? genericDefaults.prefix
    const value = singleHeader(request.rawHeaders, header)
    if (isFault(value)) return value
    return value.startsWith(prefix)
      ? claimed(value.slice(prefix.length))
      : malformed(`The header ${header} does not begin with "${prefix}".`)
  },
  macForm: (options): MacForm => formOf({ ...genericDefaults, ...options }),
  write: ([signature], _message, options) => [
    [options.header ?? genericDefaults.header, `${options.prefix ?? genericDefaults.prefix}${signature?.text ?? ''}`],
  ],
}

function headerOf(name: string = genericDefaults.header): string {
  return name.toLowerCase()
}
