import { createHash } from 'node:crypto'
import type { Endpoint } from '../../shared/contract/receiver.ts'
import type { SampleEvent } from '../../shared/contract/sender.ts'
import type { SchemeId } from '../../shared/webhook-schemes.ts'
import { createVerifier, eventOf, generateSecret, prepareToSign, sign } from '../../shared/webhook-signatures.ts'
import type { Caller } from '../audit/audit.ts'
import { type LedgerChange, type NewCapture, verdictRecordOf } from '../captures/capture-record.ts'
import { Random } from './random.ts'

/** The parts of a workspace that are filled. The vault must be ready, and the receiver's thread running. */
export interface SampleBenchParts {
  readonly receiver: {
    endpoints(): readonly Endpoint[]
    createEndpoint(
      caller: Caller,
      input: { slug: string; name: string; note: string; scheme: SchemeId; secret: string },
    ): Endpoint
    apply(change: LedgerChange): Promise<readonly number[]>
  }
  readonly sender: { catalogue(): readonly SampleEvent[] }
}

const caller: Caller = { source: 'system' }
const DAY = 86_400_000
const DAYS = 3

const sampleEndpoints = [
  {
    slug: 'payments',
    name: 'Payments',
    source: 'Stripe',
    scheme: 'stripe',
    count: 110,
  },
  { slug: 'repository', name: 'Repository', source: 'GitHub', scheme: 'github', count: 70 },
  { slug: 'shop', name: 'Shop', source: 'Shopify', scheme: 'shopify', count: 40 },
  { slug: 'stories', name: 'Stories', source: 'Storytailor', scheme: 'standard-webhooks', count: 60 },
] as const satisfies readonly { slug: string; name: string; source: string; scheme: SchemeId; count: number }[]

/**
 * Endpoints with three days of made-up requests: most of them signed right, some with another secret, some not at all, a
 * few sent twice. The same for the same seed, but for the secrets. Does nothing where there are endpoints already.
 */
export async function fillSampleBench(
  { receiver, sender }: SampleBenchParts,
  { seed = 1, now }: { seed?: number; now: number },
): Promise<void> {
  if (receiver.endpoints().length > 0) return
  const random = new Random(seed)
  const catalogue = sender.catalogue()
  const captures: NewCapture[] = []
  for (const { slug, name, source, scheme, count } of sampleEndpoints) {
    const { secret } = generateSecret(scheme)
    const endpoint = receiver.createEndpoint(caller, { slug, name, scheme, secret, note: 'Made-up requests.' })
    const [first, ...rest] = catalogue.filter((event) => event.source === source && event.scheme === scheme)
    if (first === undefined) continue
    for (let made = 0; made < count; made += 1) {
      const event = freshIds(random.pick([first, ...rest]), random)
      const at = now - random.between(60_000, DAYS * DAY)
      const signedWith = random.chance(0.06) ? generateSecret(scheme).secret : random.chance(0.03) ? null : secret
      const capture = captureOf({ endpoint, event, at, secret, signedWith, random })
      captures.push(capture)
      if (random.chance(0.05)) captures.push({ ...capture, at: at + random.between(5_000, 40_000) })
    }
  }
  captures.sort((a, b) => a.at - b.at)
  await receiver.apply({
    kind: 'import',
    captures: captures.map((capture, index) => ({
      ...capture,
      bundleKey: createHash('sha256').update(`sample ${seed} ${index}`).digest('hex'),
      marks: { pinned: false, note: '', tags: [] },
    })),
  })
}

interface Made {
  readonly endpoint: Endpoint
  readonly event: SampleEvent
  readonly at: number
  readonly secret: string
  /** Null: not signed. */
  readonly signedWith: string | null
  readonly random: Random
}

function captureOf({ endpoint, event, at, secret, signedWith, random }: Made): NewCapture {
  const { scheme } = event
  const message = prepareToSign(scheme, {
    method: 'POST',
    url: endpoint.localUrl,
    body: Buffer.from(event.body),
    id: `msg_${random.text(22, 'abcdefghijklmnopqrstuvwxyz0123456789')}`,
    timestamp: at,
    contentType: event.contentType,
  })
  const rawHeaders = [
    ['Host', new URL(endpoint.localUrl).host],
    ['Accept', '*/*'],
    ['Content-Type', event.contentType],
    ['Content-Length', String(message.body.byteLength)],
    ...event.headers.map(({ name, value }) => [name, value]),
    ...(signedWith === null ? [] : sign(scheme, message, [signedWith])),
  ].flat()
  const verify = createVerifier(scheme, [secret])
  const request = { method: 'POST', url: endpoint.localUrl, rawHeaders, body: message.body }
  return {
    endpointId: endpoint.id,
    at,
    method: 'POST',
    target: new URL(endpoint.localUrl).pathname,
    httpVersion: '1.1',
    remoteAddress: '127.0.0.1',
    remotePort: random.between(32_768, 60_999),
    rawHeaders,
    rawTrailers: [],
    body: message.body,
    sentBytes: message.body.byteLength,
    refused: null,
    publicUrl: null,
    verdict: verdictRecordOf(verify(request, at), ['Signing secret']),
    answer: {
      status: 200,
      headers: [['Content-Type', 'text/plain']],
      body: 'ok',
      rule: null,
      fault: null,
      delayMs: 0,
      deadline: null,
      late: false,
    },
    receivedMs: random.between(1, 30) / 10,
    imported: false,
  }
}

/** The same event with an id of its own, wherever its id stands. */
function freshIds(event: SampleEvent, random: Random): SampleEvent {
  const rawHeaders = event.headers.flatMap(({ name, value }) => [name, value])
  const { id } = eventOf(event.scheme, rawHeaders, parsed(event.body))
  if (id === null || id.length < 8) return event
  const fresh = id.slice(0, -6) + random.text(6, '0123456789abcdef')
  return {
    ...event,
    body: event.body.replaceAll(id, fresh),
    headers: event.headers.map(({ name, value }) => ({ name, value: value.replaceAll(id, fresh) })),
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
