import type { SampleEvent } from '../../../shared/contract/sender.ts'
import { jsonEvent } from './event.ts'

const paddle = { id: 'paddle', source: 'Paddle', scheme: 'paddle' } as const

function event(type: string, summary: string, number: number, data: object): SampleEvent {
  return jsonEvent(
    paddle,
    { eventType: type, summary },
    {
      event_id: `evt_01sample${String(number).padStart(18, '0')}`,
      event_type: type,
      occurred_at: `2026-01-15T09:1${number}:00.123456Z`,
      notification_id: `ntf_01sample${String(number).padStart(18, '0')}`,
      data,
    },
  )
}

export const paddleEvents: readonly SampleEvent[] = [
  event('transaction.completed', 'A transaction was paid and finished.', 1, {
    id: 'txn_01sample000000000000000001',
    status: 'completed',
    customer_id: 'ctm_01sample000000000000000001',
    currency_code: 'GBP',
    details: { totals: { subtotal: '2000', tax: '400', total: '2400' } },
    items: [{ quantity: 1, price: { id: 'pri_01sample000000000000000001', description: 'Orchard, yearly' } }],
  }),
  event('subscription.created', 'A subscription began.', 2, {
    id: 'sub_01sample000000000000000002',
    status: 'trialing',
    customer_id: 'ctm_01sample000000000000000001',
    currency_code: 'GBP',
    next_billed_at: '2026-02-15T00:00:00Z',
  }),
  event('subscription.canceled', 'A subscription ended.', 3, {
    id: 'sub_01sample000000000000000002',
    status: 'canceled',
    customer_id: 'ctm_01sample000000000000000001',
    canceled_at: '2026-01-15T09:13:00Z',
  }),
  event('adjustment.updated', 'A refund was approved.', 4, {
    id: 'adj_01sample000000000000000004',
    action: 'refund',
    status: 'approved',
    transaction_id: 'txn_01sample000000000000000001',
    totals: { total: '1200', currency_code: 'GBP' },
  }),
]
