import type { SampleEvent } from '../../../shared/contract/sender.ts'
import { jsonEvent } from './event.ts'

const zoom = { id: 'zoom', source: 'Zoom', scheme: 'zoom' } as const

function event(type: string, summary: string, object: object): SampleEvent {
  return jsonEvent(
    zoom,
    { eventType: type, summary },
    {
      event: type,
      payload: { account_id: 'SampleAccountAAAAAAAAA', object },
      event_ts: 1_768_468_200_123,
    },
  )
}

const meeting = {
  id: '90000000001',
  uuid: 'SampleMeetingAAAAAAAAAA==',
  host_id: 'SampleHostAAAAAAAAAAAA',
  topic: 'Pressing, week 3',
  type: 2,
  timezone: 'Europe/Berlin',
}

export const zoomEvents: readonly SampleEvent[] = [
  event('meeting.started', 'A meeting began.', { ...meeting, start_time: '2026-01-15T09:00:00Z', duration: 45 }),
  event('meeting.ended', 'A meeting ended.', {
    ...meeting,
    start_time: '2026-01-15T09:00:00Z',
    end_time: '2026-01-15T09:41:10Z',
  }),
  event('meeting.participant_joined', 'Somebody joined a meeting.', {
    ...meeting,
    participant: { user_name: 'Ada Sample', email: 'ada@example.com', join_time: '2026-01-15T09:01:12Z' },
  }),
  jsonEvent(
    zoom,
    { eventType: 'endpoint.url_validation', summary: 'Zoom asks whether the address is meant for it.' },
    {
      payload: { plainToken: 'sample-plain-token' },
      event_ts: 1_768_468_200_123,
      event: 'endpoint.url_validation',
    },
  ),
]
