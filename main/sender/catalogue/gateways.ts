import type { SampleEvent } from '../../../shared/contract/sender.ts'
import { jsonEvent } from './event.ts'

const standard = { id: 'standard', source: 'Standard Webhooks', scheme: 'standard-webhooks' } as const
const svix = { id: 'svix', source: 'Svix', scheme: 'svix' } as const
const hookdeck = { id: 'hookdeck', source: 'Hookdeck', scheme: 'hookdeck' } as const
const outpost = { id: 'outpost', source: 'Outpost', scheme: 'outpost' } as const
const ownPlatform = { id: 'own', source: 'A platform of your own', scheme: 'generic-hmac' } as const

const timestamp = '2026-01-15T09:10:00.000Z'

function typed(family: typeof standard | typeof svix, eventType: string, summary: string, data: object): SampleEvent {
  return jsonEvent(family, { eventType, summary }, { type: eventType, timestamp, data })
}

const order = { id: 'ord_sample1047', total: '51.00', currency: 'EUR', customer_id: 'usr_sample01' }

/** What comes through services and libraries that send webhooks for others. */
export const gatewayEvents: readonly SampleEvent[] = [
  typed(standard, 'order.created', 'An order was placed.', { ...order, status: 'open' }),
  typed(standard, 'order.shipped', 'An order was sent off.', { ...order, status: 'shipped', carrier: 'Sample Post' }),
  typed(standard, 'contact.deleted', 'A contact was removed; the body has only its id.', { id: 'con_sample02' }),
  typed(svix, 'invoice.paid', 'An invoice was paid.', { id: 'inv_sample07', amount: 5_100, currency: 'eur' }),
  typed(svix, 'user.created', 'Somebody signed up.', {
    id: 'usr_sample01',
    email: 'ada@example.com',
    name: 'Ada Sample',
  }),
  typed(svix, 'user.updated', 'Somebody changed their name.', { id: 'usr_sample01', name: 'Ada B. Sample' }),
  ...(['convoy-advanced', 'convoy-simple'] as const).map((scheme) =>
    jsonEvent(
      { id: scheme, source: scheme === 'convoy-simple' ? 'Convoy (simple)' : 'Convoy', scheme },
      { eventType: 'charge.success', summary: 'A charge went through.' },
      {
        event_type: 'charge.success',
        data: { reference: 'sample-ref-1', amount: 120_000, currency: 'NGN', paid: true },
      },
    ),
  ),
  jsonEvent(
    outpost,
    {
      eventType: 'account.updated',
      summary: 'An account was changed.',
      headers: { 'x-outpost-topic': 'account.updated' },
    },
    { account_id: 'acc_sample01', plan: 'team', seats: 12 },
  ),
  jsonEvent(
    hookdeck,
    {
      eventType: 'order.updated',
      summary: 'An order, passed on by Hookdeck.',
      headers: { 'x-hookdeck-source-name': 'sample-shop', 'x-hookdeck-attempt-count': '1' },
    },
    { type: 'order.updated', order: { ...order, status: 'packed' } },
  ),
  jsonEvent(
    ownPlatform,
    { eventType: 'job.finished', summary: 'A job of an in-house platform was done.' },
    { id: 'evt_sample0001', type: 'job.finished', job: { id: 'job_sample77', seconds: 12.5, ok: true } },
  ),
]
