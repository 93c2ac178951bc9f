import type { SampleEvent } from '../../../shared/contract/sender.ts'
import { jsonEvent } from './event.ts'

const sendgrid = { id: 'sendgrid', source: 'SendGrid', scheme: 'sendgrid' } as const

function entry(event: string, number: number, fields: object = {}): object {
  return {
    email: 'ada@example.com',
    timestamp: 1_768_468_200 + number,
    'smtp-id': `<sample-${number}@mail.example.com>`,
    event,
    category: ['orders'],
    sg_event_id: `sample-event-${String(number).padStart(8, '0')}`,
    sg_message_id: `sample-message-${number}.filter0001`,
    ...fields,
  }
}

export const sendgridEvents: readonly SampleEvent[] = [
  jsonEvent(sendgrid, { eventType: 'delivered', summary: 'Two messages were delivered; one request has both.' }, [
    entry('delivered', 1, { response: '250 OK' }),
    entry('delivered', 2, { email: 'bo@example.com', response: '250 OK' }),
  ]),
  jsonEvent(sendgrid, { eventType: 'bounce', summary: 'A message could not be delivered.' }, [
    entry('bounce', 3, { reason: '550 5.1.1 The mailbox does not exist', status: '5.1.1', type: 'bounce' }),
  ]),
  jsonEvent(sendgrid, { eventType: 'click', summary: 'Somebody followed a link in a message.' }, [
    entry('click', 4, { url: 'https://orchard.example.com/orders/1047', useragent: 'Sample/1.0', ip: '192.0.2.10' }),
  ]),
]
