import type { SampleEvent } from '../../../shared/contract/sender.ts'
import { jsonEvent } from './event.ts'

const stripe = { id: 'stripe', source: 'Stripe', scheme: 'stripe', indent: 2 } as const

function event(type: string, summary: string, number: number, object: object, previous?: object): SampleEvent {
  return jsonEvent(
    stripe,
    { eventType: type, summary, headers: { 'User-Agent': 'Stripe/1.0 (sample)' } },
    {
      id: `evt_sample${String(number).padStart(16, '0')}`,
      object: 'event',
      api_version: '2025-12-15.sample',
      created: 1_768_468_200 + number,
      data: previous === undefined ? { object } : { object, previous_attributes: previous },
      livemode: false,
      pending_webhooks: 1,
      request: { id: `req_sample${number}`, idempotency_key: `sample-key-${number}` },
      type,
    },
  )
}

const customer = 'cus_SampleOrchard'

export const stripeEvents: readonly SampleEvent[] = [
  event('payment_intent.succeeded', 'A payment of 42.50 euros went through.', 1, {
    id: 'pi_sample0001',
    object: 'payment_intent',
    amount: 4_250,
    amount_received: 4_250,
    currency: 'eur',
    customer,
    description: 'Two crates of apples, no. 1047',
    latest_charge: 'ch_sample0001',
    metadata: { order: '1047' },
    payment_method_types: ['card'],
    status: 'succeeded',
  }),
  event('payment_intent.payment_failed', 'The card was declined.', 2, {
    id: 'pi_sample0002',
    object: 'payment_intent',
    amount: 1_900,
    amount_received: 0,
    currency: 'eur',
    customer,
    last_payment_error: { type: 'card_error', code: 'card_declined', decline_code: 'insufficient_funds' },
    metadata: {},
    status: 'requires_payment_method',
  }),
  event('checkout.session.completed', 'A customer finished the checkout.', 3, {
    id: 'cs_sample_0003',
    object: 'checkout.session',
    amount_total: 2_999,
    currency: 'usd',
    customer,
    customer_details: {
      email: 'ada@example.com',
      name: 'Ada Sample',
      address: { country: 'NL', postal_code: '1011 AB' },
    },
    mode: 'subscription',
    payment_status: 'paid',
    status: 'complete',
    subscription: 'sub_sample0004',
  }),
  event(
    'customer.subscription.updated',
    'A subscription went from the small plan to the large one.',
    4,
    {
      id: 'sub_sample0004',
      object: 'subscription',
      cancel_at_period_end: false,
      customer,
      items: {
        object: 'list',
        data: [{ id: 'si_sample0004', price: { id: 'price_sample_large', unit_amount: 2_999 }, quantity: 1 }],
      },
      status: 'active',
    },
    { items: { data: [{ id: 'si_sample0004', price: { id: 'price_sample_small', unit_amount: 999 } }] } },
  ),
  event('invoice.payment_failed', 'An invoice could not be collected and will be tried again.', 5, {
    id: 'in_sample0005',
    object: 'invoice',
    amount_due: 2_999,
    attempt_count: 2,
    currency: 'usd',
    customer,
    next_payment_attempt: 1_768_727_400,
    number: 'SAMPLE-0005',
    status: 'open',
  }),
  event('charge.refunded', 'Half of a charge was given back.', 6, {
    id: 'ch_sample0001',
    object: 'charge',
    amount: 4_250,
    amount_refunded: 2_125,
    currency: 'eur',
    customer,
    refunded: false,
    status: 'succeeded',
  }),
]
