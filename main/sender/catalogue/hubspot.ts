import type { SampleEvent } from '../../../shared/contract/sender.ts'
import type { SchemeId } from '../../../shared/webhook-schemes.ts'
import { jsonEvent } from './event.ts'

const hubspot = { id: 'hubspot', source: 'HubSpot', scheme: 'hubspot-v3' } as const

function change(type: string, number: number, fields: object): object {
  return {
    eventId: 920_000_000 + number,
    subscriptionId: 920_100,
    portalId: 920_200,
    appId: 920_300,
    occurredAt: 1_768_468_200_000 + number,
    subscriptionType: type,
    attemptNumber: 0,
    ...fields,
  }
}

/** HubSpot sends up to a hundred changes in one request. */
function event(type: string, summary: string, changes: readonly object[]): SampleEvent {
  return jsonEvent(hubspot, { eventType: type, summary }, changes)
}

const created = event('contact.creation', 'A contact was made.', [
  change('contact.creation', 1, { objectId: 1_501, changeSource: 'CRM', changeFlag: 'NEW' }),
])

export const hubspotEvents: readonly SampleEvent[] = [
  created,
  event('contact.propertyChange', 'Two properties of contacts changed; one request has both.', [
    change('contact.propertyChange', 2, {
      objectId: 1_501,
      propertyName: 'lifecyclestage',
      propertyValue: 'customer',
      changeSource: 'CRM_UI',
    }),
    change('contact.propertyChange', 3, {
      objectId: 1_502,
      propertyName: 'city',
      propertyValue: 'Zürich',
      changeSource: 'IMPORT',
    }),
  ]),
  event('deal.creation', 'A deal was made.', [
    change('deal.creation', 4, { objectId: 2_501, changeSource: 'INTEGRATION', changeFlag: 'NEW' }),
  ]),
  event('contact.deletion', 'A contact was deleted.', [
    change('contact.deletion', 5, { objectId: 1_502, changeSource: 'CRM_UI', changeFlag: 'DELETED' }),
  ]),
  older('hubspot-v2', 'HubSpot (v2)'),
  older('hubspot-v1', 'HubSpot (v1)'),
]

/** With a signature of an earlier version, which HubSpot still sends along. */
function older(scheme: SchemeId & `hubspot-${string}`, source: string): SampleEvent {
  return { ...created, id: `${scheme}:${created.eventType}`, source, scheme }
}
