import type { SampleEvent } from '../../../shared/contract/sender.ts'
import { jsonEvent } from './event.ts'

const github = { id: 'github', source: 'GitHub', scheme: 'github' } as const

const owner = { login: 'orchard-sample', id: 900_001, type: 'Organization', site_admin: false }
const sender = { login: 'ada-sample', id: 900_002, type: 'User', site_admin: false }
const repository = {
  id: 900_100,
  name: 'cider',
  full_name: 'orchard-sample/cider',
  private: true,
  owner,
  html_url: 'https://github.com/orchard-sample/cider',
  default_branch: 'main',
}

function event(type: string, summary: string, body: object): SampleEvent {
  const headers = {
    'User-Agent': 'GitHub-Hookshot/sample',
    'X-GitHub-Event': type,
    'X-GitHub-Hook-ID': '900500',
    'X-GitHub-Hook-Installation-Target-ID': '900100',
    'X-GitHub-Hook-Installation-Target-Type': 'repository',
  }
  return jsonEvent(github, { eventType: type, summary, headers }, { ...body, repository, sender })
}

const hash = (digit: string) => digit.repeat(40)

export const githubEvents: readonly SampleEvent[] = [
  event('ping', 'The webhook was made; sent once.', {
    zen: 'A press turns slowly, and so does a review.',
    hook_id: 900_500,
    hook: { type: 'Repository', id: 900_500, active: true, events: ['push', 'pull_request'] },
  }),
  event('push', 'Two commits were pushed to main.', {
    ref: 'refs/heads/main',
    before: hash('a'),
    after: hash('b'),
    created: false,
    deleted: false,
    forced: false,
    compare: 'https://github.com/orchard-sample/cider/compare/aaaaaaaaaaaa...bbbbbbbbbbbb',
    commits: [
      {
        id: hash('c'),
        message: 'Press the apples before they are weighed',
        timestamp: '2026-01-15T09:12:00Z',
        added: ['press.ts'],
        removed: [],
        modified: [],
      },
      {
        id: hash('b'),
        message: 'Größere Fässer 🍎',
        timestamp: '2026-01-15T09:20:00Z',
        added: [],
        removed: [],
        modified: ['barrels.ts'],
      },
    ],
    pusher: { name: 'ada-sample', email: 'ada@example.com' },
  }),
  event('pull_request', 'A pull request was opened.', {
    action: 'opened',
    number: 12,
    pull_request: {
      id: 900_012,
      number: 12,
      state: 'open',
      title: 'Measure the sugar at every pressing',
      body: 'Closes #9.\n\nReads the meter twice and takes the mean.',
      draft: false,
      head: { ref: 'sugar', sha: hash('d') },
      base: { ref: 'main', sha: hash('b') },
      additions: 84,
      deletions: 7,
      changed_files: 3,
    },
  }),
  event('issues', 'An issue was closed.', {
    action: 'closed',
    issue: {
      id: 900_009,
      number: 9,
      title: 'Sugar is measured too late',
      state: 'closed',
      state_reason: 'completed',
      labels: [{ name: 'bug' }],
    },
  }),
  event('workflow_run', 'A workflow finished without success.', {
    action: 'completed',
    workflow_run: {
      id: 900_700,
      name: 'test',
      head_branch: 'main',
      head_sha: hash('b'),
      run_number: 41,
      event: 'push',
      status: 'completed',
      conclusion: 'failure',
    },
  }),
  event('release', 'A release was published.', {
    action: 'published',
    release: { id: 900_300, tag_name: 'v2.4.0', name: '2.4.0', draft: false, prerelease: false, body: 'New presses.' },
  }),
]

/** The same with the older signature, for hooks that still check it. */
export const githubSha1Events: readonly SampleEvent[] = githubEvents
  .filter(({ eventType }) => eventType === 'push')
  .map((push) => ({ ...push, id: 'github-sha1:push', source: 'GitHub (SHA-1)', scheme: 'github-sha1' }))
