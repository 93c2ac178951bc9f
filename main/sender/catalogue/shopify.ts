import type { SampleEvent } from '../../../shared/contract/sender.ts'
import { jsonEvent } from './event.ts'

const shopify = { id: 'shopify', source: 'Shopify', scheme: 'shopify' } as const

function event(topic: string, summary: string, body: object): SampleEvent {
  const headers = {
    'X-Shopify-Topic': topic,
    'X-Shopify-Shop-Domain': 'orchard-sample.myshopify.com',
    'X-Shopify-API-Version': '2026-01',
    'X-Shopify-Event-Id': '00000000-0000-4000-8000-00000000e001',
    'X-Shopify-Triggered-At': '2026-01-15T09:10:00.000000000Z',
  }
  return jsonEvent(shopify, { eventType: topic, summary, headers }, body)
}

const customer = { id: 910_001, email: 'ada@example.com', first_name: 'Ada', last_name: 'Sample', tags: 'wholesale' }
const line = {
  id: 910_201,
  title: 'Cider, dry',
  variant_title: '0.75 l',
  quantity: 6,
  price: '8.50',
  sku: 'CIDER-DRY-075',
}

export const shopifyEvents: readonly SampleEvent[] = [
  event('orders/create', 'An order was placed.', {
    id: 910_101,
    name: '#1047',
    currency: 'EUR',
    total_price: '51.00',
    financial_status: 'pending',
    fulfillment_status: null,
    created_at: '2026-01-15T10:10:00+01:00',
    customer,
    line_items: [line],
    note: 'Leave it at the gate.',
  }),
  event('orders/paid', 'An order was paid.', {
    id: 910_101,
    name: '#1047',
    currency: 'EUR',
    total_price: '51.00',
    financial_status: 'paid',
    payment_gateway_names: ['manual'],
    customer,
    line_items: [line],
  }),
  event('products/update', 'A product was changed.', {
    id: 910_301,
    title: 'Cider, dry',
    handle: 'cider-dry',
    status: 'active',
    variants: [{ id: 910_302, sku: 'CIDER-DRY-075', price: '8.90', inventory_quantity: 118 }],
    updated_at: '2026-01-15T10:10:00+01:00',
  }),
  event('inventory_levels/update', 'The stock of an item changed.', {
    inventory_item_id: 910_401,
    location_id: 910_402,
    available: 112,
    updated_at: '2026-01-15T10:10:00+01:00',
  }),
  event('app/uninstalled', 'A shop removed the app.', {
    id: 910_501,
    name: 'Orchard (sample)',
    domain: 'orchard-sample.myshopify.com',
    email: 'owner@example.com',
  }),
]
