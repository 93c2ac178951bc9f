import type { SampleEvent } from '../../../shared/contract/sender.ts'
import { jsonEvent } from './event.ts'

const discord = { id: 'discord', source: 'Discord', scheme: 'discord' } as const

const application = '100000000000000001'
const user = { id: '100000000000000002', username: 'ada_sample', global_name: 'Ada', discriminator: '0' }

function event(type: string, summary: string, data: object): SampleEvent {
  return jsonEvent(
    discord,
    { eventType: type, summary },
    {
      version: 1,
      application_id: application,
      type: 1,
      event: { type, timestamp: '2026-01-15T09:10:00.000000', data },
    },
  )
}

export const discordEvents: readonly SampleEvent[] = [
  jsonEvent(
    discord,
    { eventType: 'PING', summary: 'Discord asks whether the address is meant for it.' },
    {
      application_id: application,
      id: '100000000000000010',
      type: 1,
      version: 1,
    },
  ),
  jsonEvent(
    discord,
    { eventType: 'APPLICATION_COMMAND', summary: 'Somebody used a command of the app.' },
    {
      application_id: application,
      channel_id: '100000000000000003',
      data: { id: '100000000000000004', name: 'barrels', options: [{ name: 'kind', type: 3, value: 'dry' }], type: 1 },
      guild_id: '100000000000000005',
      id: '100000000000000011',
      member: { user, roles: [], permissions: '2147483647' },
      type: 2,
      version: 1,
    },
  ),
  event('APPLICATION_AUTHORIZED', 'Somebody added the app to a server.', {
    integration_type: 0,
    user,
    scopes: ['applications.commands', 'bot'],
    guild: { id: '100000000000000005', name: 'Orchard' },
  }),
  event('ENTITLEMENT_CREATE', 'Somebody bought the premium plan of the app.', {
    id: '100000000000000012',
    sku_id: '100000000000000006',
    application_id: application,
    user_id: user.id,
    type: 8,
    deleted: false,
    consumed: false,
  }),
]
