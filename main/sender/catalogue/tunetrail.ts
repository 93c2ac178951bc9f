import type { SampleEvent } from '../../../shared/contract/sender.ts'
import { jsonEvent } from './event.ts'

const tunetrail = { id: 'tunetrail', source: 'TuneTrail', scheme: 'standard-webhooks' } as const

function event(eventType: string, summary: string, data: object): SampleEvent {
  return jsonEvent(tunetrail, { eventType, summary }, { type: eventType, timestamp: '2026-01-15T09:10:00.000Z', data })
}

const track = { id: 7_001, title: 'Low Orbit', artist: 'The Sample Rates', duration_seconds: 214 }
const playlist = { id: 8_001, name: 'Late press', track_count: 23 }

/** One or more of every family of scopes: tracks, recommendations, playlists, audio, models, analytics, keys, billing. */
export const tunetrailEvents: readonly SampleEvent[] = [
  event('track.created', 'A track was added.', { track }),
  event('track.updated', 'A track was renamed.', {
    track: { ...track, title: 'Low Orbit (Remastered)' },
    changed: ['title'],
  }),
  event('track.deleted', 'A track was removed.', { track_id: track.id }),
  event('recommendation.ready', 'Recommendations for a listener were computed.', {
    user_id: 501,
    track_ids: [7_001, 7_014, 7_033],
    model: 'hybrid-sample',
  }),
  event('playlist.created', 'A playlist was made.', { playlist }),
  event('playlist.updated', 'A playlist got another track.', {
    playlist: { ...playlist, track_count: 24 },
    added_track_ids: [7_014],
  }),
  event('playlist.deleted', 'A playlist was removed.', { playlist_id: playlist.id }),
  event('audio_features.completed', 'The features of a track were extracted.', {
    track_id: track.id,
    features: { tempo: 121.4, key: 'Am', energy: 0.62, danceability: 0.71 },
  }),
  event('audio_features.failed', 'A file could not be read.', { track_id: 7_002, error: 'unsupported_codec' }),
  event('model.training_completed', 'A model was trained.', {
    model_id: 31,
    name: 'hybrid-sample',
    epochs: 12,
    metrics: { ndcg_at_10: 0.412 },
  }),
  event('analytics.report_ready', 'A report can be fetched.', { report_id: 91, from: '2026-01-08', to: '2026-01-15' }),
  event('api_key.expiring', 'A key expires in a week.', {
    api_key: { id: 12, name: 'Player', key_prefix: 'tt_sample', expires_at: '2026-01-22T09:10:00Z' },
  }),
  event('api_key.revoked', 'A key was revoked.', {
    api_key: { id: 12, name: 'Player', key_prefix: 'tt_sample' },
    revoked_by: 501,
  }),
  event('rate_limit.exceeded', 'A key used up its hour.', {
    api_key_id: 12,
    limit_type: 'hour',
    limit: 1_000,
    reset_at: '2026-01-15T10:00:00Z',
  }),
  event('billing.plan_changed', 'The plan changed.', { from: 'starter', to: 'pro' }),
]
