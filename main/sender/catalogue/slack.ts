import type { SampleEvent } from '../../../shared/contract/sender.ts'
import { formEvent, jsonEvent } from './event.ts'

const slack = { id: 'slack', source: 'Slack', scheme: 'slack' } as const

function event(type: string, summary: string, number: number, inner: object): SampleEvent {
  return jsonEvent(
    slack,
    { eventType: type, summary },
    {
      team_id: 'T0SAMPLE01',
      api_app_id: 'A0SAMPLE01',
      event: { type, ...inner, event_ts: `1768468200.00010${number}` },
      type: 'event_callback',
      event_id: `Ev0SAMPLE0${number}`,
      event_time: 1_768_468_200,
      authorizations: [{ team_id: 'T0SAMPLE01', user_id: 'U0SAMPLEBOT', is_bot: true }],
    },
  )
}

export const slackEvents: readonly SampleEvent[] = [
  event('app_mention', 'Somebody wrote to the app in a channel.', 1, {
    user: 'U0SAMPLE01',
    text: '<@U0SAMPLEBOT> how many barrels are left?',
    ts: '1768468200.000101',
    channel: 'C0SAMPLE01',
  }),
  event('message', 'A message in a channel the app is in.', 2, {
    channel: 'C0SAMPLE01',
    channel_type: 'channel',
    user: 'U0SAMPLE02',
    text: 'Twelve &amp; a half, I think :apple:',
    ts: '1768468260.000102',
    thread_ts: '1768468200.000101',
  }),
  event('reaction_added', 'Somebody reacted to a message.', 3, {
    user: 'U0SAMPLE01',
    reaction: 'tada',
    item: { type: 'message', channel: 'C0SAMPLE01', ts: '1768468260.000102' },
    item_user: 'U0SAMPLE02',
  }),
  jsonEvent(
    slack,
    { eventType: 'url_verification', summary: 'Slack asks whether the address is meant for it.' },
    {
      challenge: 'sample-challenge-echo-me',
      type: 'url_verification',
    },
  ),
  formEvent(
    slack,
    { eventType: 'slash_command', summary: 'Somebody used a slash command; the body is a form.' },
    {
      team_id: 'T0SAMPLE01',
      team_domain: 'orchard-sample',
      channel_id: 'C0SAMPLE01',
      channel_name: 'barrels',
      user_id: 'U0SAMPLE01',
      command: '/barrels',
      text: 'left & "full"',
      trigger_id: '1.2.sample',
    },
  ),
]
