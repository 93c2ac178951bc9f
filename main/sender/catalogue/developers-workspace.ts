import type { SampleEvent } from '../../../shared/contract/sender.ts'
import { jsonEvent } from './event.ts'

const workspace = { id: 'developers', source: 'Developers workspace', scheme: 'standard-webhooks' } as const

function event(eventType: string, summary: string, data: object, mode: 'live' | 'test' = 'test'): SampleEvent {
  return jsonEvent(
    workspace,
    { eventType, summary },
    {
      type: eventType,
      timestamp: '2026-01-15T09:10:00.000Z',
      mode,
      tenant_id: 'tnt_sample01',
      app_id: 'app_sample01',
      data,
    },
  )
}

const key = {
  id: 'key_sample01',
  name: 'Checkout server',
  prefix: 'sample_test_',
  last4: '0001',
  type: 'restricted',
  scopes: ['orders:read'],
}

/** One or more of every family: apps, keys, webhooks, usage, plan and tenant. */
export const developersWorkspaceEvents: readonly SampleEvent[] = [
  event('app.created', 'An app was made.', {
    id: 'app_sample01',
    name: 'Orchard checkout',
    allowed_origins: ['https://orchard.example.com'],
  }),
  event('app.updated', 'The allowed origins of an app changed.', { id: 'app_sample01', changed: ['allowed_origins'] }),
  event('api_key.created', 'A restricted test key was issued.', { key }),
  event('api_key.rotated', 'A key was rotated.', {
    key: { ...key, id: 'key_sample02', last4: '0002' },
    replaces: key.id,
    grace_ends_at: '2026-01-16T09:10:00.000Z',
  }),
  event(
    'api_key.revoked',
    'A live key was revoked.',
    { key: { ...key, prefix: 'sample_live_' }, reason: 'leaked' },
    'live',
  ),
  event('webhook.created', 'A subscription was made.', {
    id: 'wh_sample01',
    url: 'https://orchard.example.com/hooks',
    families: ['api_key', 'usage'],
  }),
  event('webhook.disabled', 'A subscription was switched off after failures.', {
    id: 'wh_sample01',
    reason: 'too_many_failures',
    failures: 100,
  }),
  event(
    'usage.threshold_reached',
    'Four fifths of the monthly calls are used.',
    { limit: 100_000, used: 80_000, share: 0.8, window_ends_at: '2026-02-01T00:00:00.000Z' },
    'live',
  ),
  event(
    'plan.changed',
    'The tenant went from Starter to Pro.',
    { from: 'starter', to: 'pro', modules: ['platform.api'] },
    'live',
  ),
  event(
    'subscription.past_due',
    'A payment is overdue; the page is about to be locked.',
    { state: 'past_due', grace_ends_at: '2026-01-22T00:00:00.000Z' },
    'live',
  ),
  event('tenant.test_shadow_created', 'The shadow test tenant was made.', { test_tenant_id: 'tnt_sample01_test' }),
]
