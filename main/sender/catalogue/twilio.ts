import type { SampleEvent } from '../../../shared/contract/sender.ts'
import { formEvent, jsonEvent } from './event.ts'

const twilio = { id: 'twilio', source: 'Twilio', scheme: 'twilio' } as const

/** Numbers of the range that is kept free for fiction. */
const from = '+15550100123'
const to = '+15550100199'
const account = 'ACsample00000000000000000000000001'

export const twilioEvents: readonly SampleEvent[] = [
  formEvent(
    twilio,
    { eventType: 'message.received', summary: 'A text message came in.' },
    {
      AccountSid: account,
      MessageSid: 'SMsample00000000000000000000000001',
      From: from,
      To: to,
      Body: 'Are 12 barrels + 1 left? ça va',
      NumMedia: '0',
      NumSegments: '1',
      FromCity: 'SAMPLETOWN',
      ApiVersion: '2010-04-01',
    },
  ),
  formEvent(
    twilio,
    { eventType: 'message.status', summary: 'A sent message was delivered.' },
    {
      AccountSid: account,
      MessageSid: 'SMsample00000000000000000000000002',
      MessageStatus: 'delivered',
      SmsStatus: 'delivered',
      From: to,
      To: from,
      ErrorCode: '',
    },
  ),
  formEvent(
    twilio,
    { eventType: 'call.completed', summary: 'A call ended after 42 seconds.' },
    {
      AccountSid: account,
      CallSid: 'CAsample00000000000000000000000003',
      CallStatus: 'completed',
      CallDuration: '42',
      Direction: 'inbound',
      From: from,
      To: to,
      Timestamp: 'Thu, 15 Jan 2026 09:10:00 +0000',
    },
  ),
  jsonEvent(
    twilio,
    { eventType: 'conversation.message-added', summary: 'A message in a conversation; the body is JSON.' },
    {
      AccountSid: account,
      ConversationSid: 'CHsample00000000000000000000000004',
      MessageSid: 'IMsample00000000000000000000000004',
      EventType: 'onMessageAdded',
      Author: 'ada-sample',
      Body: 'The press is free.',
      Index: 7,
    },
  ),
]
