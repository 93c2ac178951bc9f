import type { SampleEvent } from '../../../shared/contract/sender.ts'
import { jsonEvent } from './event.ts'

const portal = { id: 'partner', source: 'Partner portal', scheme: 'standard-webhooks' } as const

function event(eventType: string, summary: string, data: object): SampleEvent {
  return jsonEvent(
    portal,
    { eventType, summary },
    {
      type: eventType,
      timestamp: '2026-01-15T09:10:00.000Z',
      team_id: 'team_sample01',
      data,
    },
  )
}

const member = { id: 'mem_sample02', email: 'bo@example.com', role: 'member' }
const key = {
  id: 'key_sample01',
  name: 'Production App',
  environment: 'production',
  expires_at: '2026-04-15T00:00:00.000Z',
}

/** One or more of every family: team, invitations, members, keys and their use. */
export const partnerPortalEvents: readonly SampleEvent[] = [
  event('team.created', 'A team was made.', { name: 'Orchard partners', description: 'Everybody who presses' }),
  event('invitation.sent', 'Somebody was invited.', {
    email: member.email,
    role: 'member',
    expires_at: '2026-01-22T09:10:00.000Z',
  }),
  event('invitation.accepted', 'An invitation was accepted.', { member }),
  event('member.role_changed', 'A member became an admin.', {
    member: { ...member, role: 'admin' },
    previous_role: 'member',
  }),
  event('member.removed', 'A member was removed.', { member, removed_by: 'mem_sample01' }),
  event('api_key.created', 'A key was made that lasts 90 days.', { key }),
  event('api_key.expiring', 'A key expires in a week.', { key, days_left: 7 }),
  event('api_key.revoked', 'A key was revoked.', { key, revoked_by: 'mem_sample01' }),
  event('usage.limit_reached', 'A key reached its limit of requests.', {
    key_id: key.id,
    limit: 10_000,
    requests: 10_000,
  }),
  event('usage.error_rate_high', 'One request in ten fails.', {
    key_id: key.id,
    error_rate: 0.1,
    statuses: { 401: 12, 500: 88 },
  }),
]
