/**
 * How senders of webhooks sign, as data: what the page shows, what a form asks for, what a deadline is. Nothing but
 * constants; the page loads this file. What is computed stands in webhook-signatures.ts.
 */

export const schemeIds = [
  'standard-webhooks',
  'svix',
  'stripe',
  'github',
  'github-sha1',
  'slack',
  'shopify',
  'twilio',
  'paddle',
  'linear',
  'square',
  'discord',
  'hubspot-v3',
  'hubspot-v2',
  'hubspot-v1',
  'zoom',
  'gitlab-signing',
  'gitlab-token',
  'convoy-advanced',
  'convoy-simple',
  'outpost',
  'hookdeck',
  'sendgrid',
  'generic-hmac',
] as const
export type SchemeId = (typeof schemeIds)[number]

/**
 * What the operator pastes: any text that is used as it is, a Standard Webhooks secret (whsec_, whsk_, whpk_ and
 * base64), or a public key. Where it is a public key, the private one is taken as well and is needed for signing.
 */
export type SecretKind = 'text' | 'whsec' | 'public-key'

/** Seconds. Null: the vendor's code does not look at that side. */
export interface TimeRule {
  readonly pastSeconds: number | null
  readonly futureSeconds: number | null
}

export interface SchemeInfo {
  readonly name: string
  /** Lower-case names of headers that carry the signature; the first is the one it is recognised by. */
  readonly signatureHeaders: readonly string[]
  /** Header of a timestamp that the signature covers. Null where there is none or it stands in another place. */
  readonly timestampHeader: string | null
  /** Header of the idempotency id of the delivery. */
  readonly idHeader: string | null
  readonly eventHeader: string | null
  /** Path of the event type in a JSON body, parts joined with dots, numbers for places in a list. */
  readonly eventField: string | null
  /** Path of the idempotency id in a JSON body. */
  readonly idField: string | null
  readonly secretKind: SecretKind
  /** Where the vendor shows the secret and what it looks like, one sentence. */
  readonly secretHint: string
  /** The signature covers the public URL: behind a tunnel it can only be verified with the URL the sender called. */
  readonly urlBound: boolean
  /** Whether a timestamp is covered by the signature at all. */
  readonly timed: boolean
  /** The vendor's own rule. */
  readonly timeRule: TimeRule
  /** Milliseconds after which the vendor gives up on an answer, as far as documented. */
  readonly deadlineMs: number | null
  readonly canSign: boolean
}

export const digestAlgorithms = ['sha1', 'sha256', 'sha512'] as const
export type DigestAlgorithm = (typeof digestAlgorithms)[number]
export const digestEncodings = ['hex', 'base64'] as const
export type DigestEncoding = (typeof digestEncodings)[number]

/**
 * What differs between senders of one scheme. `generic-hmac` looks at all of them. The Convoy schemes and Outpost look
 * at algorithm and encoding when they sign; when they verify, the length of what was sent says which ones were used.
 */
export interface SchemeOptions {
  readonly header?: string
  readonly algorithm?: DigestAlgorithm
  readonly encoding?: DigestEncoding
  /** What stands before the signature in the header: "sha256=". */
  readonly prefix?: string
}

export const genericDefaults = {
  header: 'x-signature',
  algorithm: 'sha256',
  encoding: 'hex',
  prefix: '',
} as const satisfies Required<SchemeOptions>

/** The strict rule: seconds a timestamp may differ from the clock, both ways. */
export const STRICT_SECONDS = 300

const unchecked: TimeRule = { pastSeconds: null, futureSeconds: null }
const bothWays: TimeRule = { pastSeconds: 300, futureSeconds: 300 }
const pastOnly: TimeRule = { pastSeconds: 300, futureSeconds: null }

const usual = {
  timestampHeader: null,
  idHeader: null,
  eventHeader: null,
  eventField: null,
  idField: null,
  secretKind: 'text',
  urlBound: false,
  timed: false,
  timeRule: unchecked,
  deadlineMs: null,
  canSign: true,
} as const satisfies Partial<SchemeInfo>

const standard = {
  ...usual,
  signatureHeaders: ['webhook-signature'],
  timestampHeader: 'webhook-timestamp',
  idHeader: 'webhook-id',
  eventField: 'type',
  secretKind: 'whsec',
  timed: true,
  timeRule: bothWays,
} as const satisfies Partial<SchemeInfo>

const hubspot = {
  ...usual,
  eventField: '0.subscriptionType',
  idField: '0.eventId',
  secretHint: 'The client secret of the app, on its Auth page: a UUID.',
} as const satisfies Partial<SchemeInfo>

const convoy = {
  ...usual,
  signatureHeaders: ['x-convoy-signature'],
  idHeader: 'x-convoy-idempotency-key',
  secretHint: 'The secret of the endpoint in Convoy, any text.',
} as const satisfies Partial<SchemeInfo>

/**
 * Time rules are those of the vendors' own packages, deadlines those of their documentation. What is null in
 * `deadlineMs` is not documented, not unlimited.
 */
export const schemes: Record<SchemeId, SchemeInfo> = {
  'standard-webhooks': {
    ...standard,
    name: 'Standard Webhooks',
    secretHint: 'Begins with whsec_, then base64. For ed25519 it is the public key, which begins with whpk_.',
    deadlineMs: 15_000,
  },
  svix: {
    ...standard,
    name: 'Svix',
    signatureHeaders: ['svix-signature', 'webhook-signature'],
    timestampHeader: 'svix-timestamp',
    idHeader: 'svix-id',
    secretHint: 'Signing Secret on the page of the endpoint. Begins with whsec_, then base64.',
    deadlineMs: 30_000,
  },
  stripe: {
    ...usual,
    name: 'Stripe',
    signatureHeaders: ['stripe-signature'],
    eventField: 'type',
    idField: 'id',
    secretHint:
      'Signing secret of the webhook destination in Workbench, or the one the Stripe CLI prints. Begins with whsec_.',
    timed: true,
    timeRule: pastOnly,
  },
  github: {
    ...usual,
    name: 'GitHub',
    signatureHeaders: ['x-hub-signature-256'],
    idHeader: 'x-github-delivery',
    eventHeader: 'x-github-event',
    secretHint: 'The secret typed into the settings of the webhook, any text. GitHub does not show it again.',
    deadlineMs: 10_000,
  },
  'github-sha1': {
    ...usual,
    name: 'GitHub (SHA-1)',
    signatureHeaders: ['x-hub-signature'],
    idHeader: 'x-github-delivery',
    eventHeader: 'x-github-event',
    secretHint:
      'The secret typed into the settings of the webhook, any text. Use the SHA-256 header where there is one.',
    deadlineMs: 10_000,
  },
  slack: {
    ...usual,
    name: 'Slack',
    signatureHeaders: ['x-slack-signature'],
    timestampHeader: 'x-slack-request-timestamp',
    eventField: 'event.type',
    idField: 'event_id',
    secretHint: 'Signing Secret under Basic Information of the app: 32 hexadecimal characters.',
    timed: true,
    timeRule: pastOnly,
    deadlineMs: 3_000,
  },
  shopify: {
    ...usual,
    name: 'Shopify',
    signatureHeaders: ['x-shopify-hmac-sha256', 'shopify-hmac-sha256'],
    idHeader: 'x-shopify-webhook-id',
    eventHeader: 'x-shopify-topic',
    secretHint: 'The client secret of the app; for webhooks made in the admin, the text shown below their list.',
    deadlineMs: 5_000,
  },
  twilio: {
    ...usual,
    name: 'Twilio',
    signatureHeaders: ['x-twilio-signature'],
    idHeader: 'i-twilio-idempotency-token',
    secretHint: 'The Auth Token of the account, on the front page of the console: 32 hexadecimal characters.',
    urlBound: true,
    deadlineMs: 15_000,
  },
  paddle: {
    ...usual,
    name: 'Paddle',
    signatureHeaders: ['paddle-signature'],
    eventField: 'event_type',
    idField: 'event_id',
    secretHint: 'Secret key of the notification destination. Begins with pdl_ntfset_.',
    timed: true,
    timeRule: { pastSeconds: 5, futureSeconds: null },
    deadlineMs: 5_000,
  },
  linear: {
    ...usual,
    name: 'Linear',
    signatureHeaders: ['linear-signature'],
    idHeader: 'linear-delivery',
    eventHeader: 'linear-event',
    eventField: 'type',
    secretHint: 'Signing secret on the page of the webhook. Begins with lin_wh_.',
    timed: true,
    timeRule: { pastSeconds: 60, futureSeconds: 60 },
  },
  square: {
    ...usual,
    name: 'Square',
    signatureHeaders: ['x-square-hmacsha256-signature'],
    eventField: 'type',
    idField: 'event_id',
    secretHint: 'Signature Key of the webhook subscription in the Developer Console.',
    urlBound: true,
    deadlineMs: 10_000,
  },
  discord: {
    ...usual,
    name: 'Discord',
    signatureHeaders: ['x-signature-ed25519'],
    timestampHeader: 'x-signature-timestamp',
    eventField: 'event.type',
    idField: 'id',
    secretKind: 'public-key',
    secretHint: 'Public Key under General Information of the application: 64 hexadecimal characters.',
    timed: true,
    deadlineMs: 3_000,
  },
  'hubspot-v3': {
    ...hubspot,
    name: 'HubSpot (v3)',
    signatureHeaders: ['x-hubspot-signature-v3'],
    timestampHeader: 'x-hubspot-request-timestamp',
    urlBound: true,
    timed: true,
    timeRule: pastOnly,
  },
  'hubspot-v2': { ...hubspot, name: 'HubSpot (v2)', signatureHeaders: ['x-hubspot-signature'], urlBound: true },
  'hubspot-v1': { ...hubspot, name: 'HubSpot (v1)', signatureHeaders: ['x-hubspot-signature'] },
  zoom: {
    ...usual,
    name: 'Zoom',
    signatureHeaders: ['x-zm-signature'],
    timestampHeader: 'x-zm-request-timestamp',
    eventField: 'event',
    secretHint: 'Secret Token on the Features page of the app.',
    timed: true,
    deadlineMs: 3_000,
  },
  'gitlab-signing': {
    ...standard,
    name: 'GitLab (signing token)',
    eventHeader: 'x-gitlab-event',
    eventField: 'object_kind',
    secretHint: 'Signing token of the webhook. Begins with whsec_, then base64 of 32 bytes.',
    deadlineMs: 10_000,
  },
  'gitlab-token': {
    ...usual,
    name: 'GitLab (secret token)',
    signatureHeaders: ['x-gitlab-token'],
    idHeader: 'idempotency-key',
    eventHeader: 'x-gitlab-event',
    eventField: 'object_kind',
    secretHint: 'The secret token typed into the settings of the webhook. GitLab sends it along in plain.',
    deadlineMs: 10_000,
  },
  'convoy-advanced': { ...convoy, name: 'Convoy (advanced)', timed: true },
  'convoy-simple': { ...convoy, name: 'Convoy (simple)' },
  outpost: {
    ...usual,
    name: 'Outpost',
    signatureHeaders: ['x-outpost-signature'],
    idHeader: 'x-outpost-event-id',
    eventHeader: 'x-outpost-topic',
    secretHint: 'The secret of the destination in Outpost, any text.',
  },
  hookdeck: {
    ...usual,
    name: 'Hookdeck',
    signatureHeaders: ['x-hookdeck-signature', 'x-hookdeck-signature-2'],
    idHeader: 'x-hookdeck-eventid',
    secretHint: 'Signing secret of the project, under its settings.',
    deadlineMs: 60_000,
  },
  sendgrid: {
    ...usual,
    name: 'SendGrid',
    signatureHeaders: ['x-twilio-email-event-webhook-signature'],
    timestampHeader: 'x-twilio-email-event-webhook-timestamp',
    eventField: '0.event',
    idField: '0.sg_event_id',
    secretKind: 'public-key',
    secretHint: 'Verification key of the event webhook: a public key in base64 that begins with MFkw.',
    timed: true,
  },
  'generic-hmac': {
    ...usual,
    name: 'HMAC of the body',
    signatureHeaders: [genericDefaults.header],
    secretHint: 'The text both sides share. Say below which header, algorithm and encoding the sender uses.',
  },
}
