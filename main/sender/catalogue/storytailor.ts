import type { SampleEvent } from '../../../shared/contract/sender.ts'
import { jsonEvent } from './event.ts'

const storytailor = { id: 'storytailor', source: 'Storytailor', scheme: 'standard-webhooks' } as const

function event(eventType: string, summary: string, data: object): SampleEvent {
  return jsonEvent(
    storytailor,
    { eventType, summary },
    { type: eventType, timestamp: '2026-01-15T09:10:00.000Z', data },
  )
}

const story = { id: 'story_sample01', title: 'The Fox Who Counted Stars', language: 'en', age_range: '5-7' }

export const storytailorEvents: readonly SampleEvent[] = [
  event('story.created', 'A story was begun.', { story: { ...story, status: 'draft' }, user_id: 'user_sample01' }),
  event('story.completed', 'A story was finished.', {
    story: { ...story, status: 'completed', pages: 12, words: 840, characters: ['char_sample01'] },
    user_id: 'user_sample01',
    duration_ms: 48_210,
  }),
  event('story.failed', 'A story could not be made.', {
    story: { ...story, status: 'failed' },
    user_id: 'user_sample01',
    error: { code: 'generation_timeout', message: 'No page came within two minutes.' },
  }),
  event('character.created', 'A character was made.', {
    character: { id: 'char_sample01', name: 'Miro the fox', species: 'fox', traits: ['curious', 'brave'] },
    user_id: 'user_sample01',
  }),
  event('character.updated', 'A character was changed.', {
    character: { id: 'char_sample01', name: 'Miro the fox', traits: ['curious', 'patient'] },
    changed: ['traits'],
  }),
  event('user.registered', 'Somebody signed up.', {
    user: { id: 'user_sample01', email: 'ada@example.com', locale: 'en-GB', registered_at: '2026-01-15T09:09:58.000Z' },
  }),
  event('subscription.updated', 'A subscription changed its plan.', {
    subscription: { id: 'sub_sample01', plan: 'family', status: 'active', renews_at: '2026-02-15T00:00:00.000Z' },
    previous: { plan: 'starter' },
  }),
  event('usage.updated', 'The figures of the last minute.', {
    requests_per_second: 14.2,
    active_users: 37,
    error_rate: 0.004,
    average_response_time_ms: 182,
  }),
]
