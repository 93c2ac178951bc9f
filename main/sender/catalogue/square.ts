import type { SampleEvent } from '../../../shared/contract/sender.ts'
import { jsonEvent } from './event.ts'

const square = { id: 'square', source: 'Square', scheme: 'square' } as const

function event(type: string, summary: string, number: number, kind: string, object: object): SampleEvent {
  return jsonEvent(
    square,
    {
      eventType: type,
      summary,
      headers: { 'square-environment': 'Sandbox', 'square-initial-delivery-timestamp': '2026-01-15T09:10:00Z' },
    },
    {
      merchant_id: 'MSAMPLE00001',
      location_id: 'LSAMPLE00001',
      type,
      event_id: `00000000-0000-4000-8000-0000000000c${number}`,
      created_at: '2026-01-15T09:10:00.123Z',
      data: { type: kind, id: `SAMPLE-${kind}-${number}`, object },
    },
  )
}

export const squareEvents: readonly SampleEvent[] = [
  event('payment.updated', 'A card payment was completed.', 1, 'payment', {
    payment: {
      id: 'SAMPLE-payment-1',
      status: 'COMPLETED',
      amount_money: { amount: 1_250, currency: 'USD' },
      source_type: 'CARD',
    },
  }),
  event('order.created', 'An order was opened at the counter.', 2, 'order_created', {
    order_created: { order_id: 'SAMPLE-order-2', state: 'OPEN', version: 1 },
  }),
  event('refund.created', 'A refund began.', 3, 'refund', {
    refund: {
      id: 'SAMPLE-refund-3',
      payment_id: 'SAMPLE-payment-1',
      status: 'PENDING',
      amount_money: { amount: 500, currency: 'USD' },
    },
  }),
]
