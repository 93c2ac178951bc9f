import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { NewCapture } from '../../main/captures/capture-record.ts'
import { openLedger } from '../../main/captures/ledger.ts'

const eventTypes = ['payment_intent.succeeded', 'charge.refunded', 'invoice.paid', 'customer.created', 'payout.failed']
const cities = ['Vienna', 'Lisbon', 'Osaka', 'Quito', 'Nairobi', 'Oslo', 'Perth']

/** A request as a payment provider sends it, about 1 KB of JSON. Every `n` gives another one. */
export function paymentCapture(n: number, changes: Partial<NewCapture> = {}): NewCapture {
  const type = eventTypes[n % eventTypes.length] ?? 'event'
  const seconds = 1_700_000_000 + Math.floor(n / 50)
  const body = Buffer.from(
    JSON.stringify({
      id: `evt_1${token(23)}`,
      object: 'event',
      api_version: '2024-06-20',
      created: seconds,
      type,
      livemode: false,
      pending_webhooks: 1,
      request: { id: `req_${token(14)}`, idempotency_key: randomUUID() },
      data: {
        object: {
          id: `pi_3${token(23)}`,
          object: 'payment_intent',
          amount: 1_000 + (n % 5_000),
          amount_received: 1_000 + (n % 5_000),
          capture_method: 'automatic',
          currency: 'eur',
          customer: `cus_${token(14)}`,
          description: `Order ${100_000 + n}`,
          livemode: false,
          receipt_email: `customer${n % 20_000}@example.com`,
          metadata: { order: String(100_000 + n), cart: `c-${n % 997}`, shop: 'Northwind' },
          payment_method_types: ['card'],
          charges: {
            data: [
              {
                amount: 1_000 + (n % 5_000),
                paid: true,
                outcome: { type: 'authorized', risk_level: 'normal', risk_score: n % 100 },
                billing_details: { name: 'A. Customer', phone: null },
              },
            ],
            has_more: false,
          },
          shipping: {
            name: 'A. Customer',
            address: { city: cities[n % cities.length], country: 'AT', postal_code: '1010', line1: 'Ring 1' },
          },
          status: 'succeeded',
        },
      },
    }),
  )
  const signature = createHash('sha256').update(body).digest('hex')
  const method = n % 1_000 === 7 ? 'DELETE' : n % 50 === 3 ? 'PUT' : 'POST'
  const isValid = n % 10 !== 4
  return {
    endpointId: (n % 20 < 14 ? 0 : n % 3) + 1,
    at: 1_700_000_000_000 + n * 20,
    method,
    target: `/h/payments/v1/events?attempt=${n % 3}`,
    httpVersion: '1.1',
    remoteAddress: '127.0.0.1',
    remotePort: 40_000 + (n % 20),
    rawHeaders: [
      'Host',
      '127.0.0.1:4590',
      'Content-Type',
      'application/json; charset=utf-8',
      'User-Agent',
      'Payments/1.0 (+https://payments.example/docs/webhooks)',
      'Accept',
      '*/*; q=0.5, application/xml',
      'Cache-Control',
      'no-cache',
      'Content-Length',
      String(body.length),
      'Stripe-Signature',
      `t=${seconds},v1=${signature}`,
    ],
    rawTrailers: [],
    body,
    sentBytes: body.length,
    refused: null,
    publicUrl: null,
    verdict: {
      verdict: isValid ? 'valid' : 'invalid',
      scheme: 'stripe',
      strictOk: isValid,
      reason: isValid ? 'valid' : 'mismatch',
      message: isValid ? 'The signature is right.' : 'The signature does not belong to this request and secret.',
      matchedSecret: isValid ? 'production' : null,
      timestamp: seconds * 1_000,
    },
    answer: {
      status: isValid ? 200 : n % 200 === 4 ? 500 : 401,
      headers: [['Content-Type', 'text/plain; charset=utf-8']],
      body: 'ok',
      rule: null,
      fault: null,
      delayMs: 0,
      deadline: null,
      late: false,
    },
    receivedMs: 0.4,
    imported: false,
    ...changes,
  }
}

/** Appends `count` of them to the ledger in `directory`, in big transactions. Nobody else may write it meanwhile. */
export function fillLedger(directory: string, count: number): void {
  const ledger = openLedger(directory, { maxPages: null })
  try {
    for (let from = 0; from < count; from += 5_000) {
      ledger.append(Array.from({ length: Math.min(5_000, count - from) }, (_, offset) => paymentCapture(from + offset)))
    }
  } finally {
    ledger.close()
  }
}

function token(length: number): string {
  return randomBytes(length * 2)
    .toString('base64')
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, length)
}

/** A small unsigned request with a body of text. */
export function plainCapture(body: string | Uint8Array, changes: Partial<NewCapture> = {}): NewCapture {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  return {
    ...paymentCapture(0),
    rawHeaders: ['Content-Type', 'application/json'],
    body: bytes,
    sentBytes: bytes.byteLength,
    target: '/h/payments',
    verdict: {
      verdict: 'unsigned',
      scheme: null,
      strictOk: null,
      reason: 'header-missing',
      message: 'The request carries no signature that is known here.',
      matchedSecret: null,
      timestamp: null,
    },
    ...changes,
  }
}
