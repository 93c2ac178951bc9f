import type { SampleEvent } from '../../../shared/contract/sender.ts'
import { jsonEvent } from './event.ts'

const gitlab = { id: 'gitlab', source: 'GitLab', scheme: 'gitlab-token' } as const

const user = { id: 930_001, name: 'Ada Sample', username: 'ada-sample', email: '[REDACTED]' }
const project = {
  id: 930_100,
  name: 'Cider',
  path_with_namespace: 'orchard-sample/cider',
  web_url: 'https://gitlab.example.com/orchard-sample/cider',
  default_branch: 'main',
}

function event(kind: string, hook: string, summary: string, body: object): SampleEvent {
  const headers = {
    'User-Agent': 'GitLab/18 (sample)',
    'X-Gitlab-Event': hook,
    'X-Gitlab-Instance': 'https://gitlab.example.com',
    'X-Gitlab-Webhook-UUID': '00000000-0000-4000-8000-0000000000d1',
    'X-Gitlab-Event-UUID': '00000000-0000-4000-8000-0000000000d2',
  }
  return {
    ...jsonEvent(gitlab, { eventType: hook, summary, headers }, { object_kind: kind, ...body, project }),
    id: `gitlab:${kind}`,
  }
}

const hash = (digit: string) => digit.repeat(40)

export const gitlabEvents: readonly SampleEvent[] = [
  event('push', 'Push Hook', 'A commit was pushed.', {
    event_name: 'push',
    before: hash('a'),
    after: hash('b'),
    ref: 'refs/heads/main',
    user_name: user.name,
    total_commits_count: 1,
    commits: [{ id: hash('b'), title: 'Weigh before pressing', timestamp: '2026-01-15T10:10:00+01:00' }],
  }),
  event('merge_request', 'Merge Request Hook', 'A merge request was merged.', {
    event_type: 'merge_request',
    user,
    object_attributes: {
      id: 930_012,
      iid: 12,
      title: 'Measure the sugar',
      state: 'merged',
      action: 'merge',
      source_branch: 'sugar',
      target_branch: 'main',
    },
    labels: [],
  }),
  event('pipeline', 'Pipeline Hook', 'A pipeline failed.', {
    user,
    object_attributes: { id: 930_700, iid: 41, ref: 'main', status: 'failed', duration: 63, stages: ['build', 'test'] },
    builds: [{ id: 930_701, stage: 'test', name: 'unit', status: 'failed', failure_reason: 'script_failure' }],
  }),
  event('issue', 'Issue Hook', 'An issue was opened.', {
    event_type: 'issue',
    user,
    object_attributes: { id: 930_009, iid: 9, title: 'Sugar is measured too late', state: 'opened', action: 'open' },
  }),
]

/** With the newer signing token, which is Standard Webhooks. */
export const gitlabSignedEvents: readonly SampleEvent[] = gitlabEvents
  .filter(({ id }) => id === 'gitlab:push' || id === 'gitlab:pipeline')
  .map((sample) => ({
    ...sample,
    id: sample.id.replace('gitlab:', 'gitlab-signing:'),
    source: 'GitLab (signing token)',
    scheme: 'gitlab-signing',
  }))
