import type { SampleEvent } from '../../../shared/contract/sender.ts'
import { jsonEvent } from './event.ts'

const linear = { id: 'linear', source: 'Linear', scheme: 'linear' } as const

const team = { id: '00000000-0000-4000-8000-0000000000a1', key: 'ORC', name: 'Orchard' }
const actor = { id: '00000000-0000-4000-8000-0000000000a2', name: 'Ada Sample', type: 'user' }

/** `webhookTimestamp` is set to the time of sending: Linear has its timestamp in the body. */
function event(type: string, action: string, summary: string, data: object, updatedFrom?: object): SampleEvent {
  const sample = jsonEvent(
    linear,
    { eventType: type, summary, headers: { 'User-Agent': 'Linear-Webhook (sample)', 'Linear-Event': type } },
    {
      action,
      type,
      actor,
      createdAt: '2026-01-15T09:10:00.000Z',
      data,
      ...(updatedFrom === undefined ? {} : { updatedFrom }),
      url: 'https://linear.app/orchard-sample/issue/ORC-9',
      organizationId: '00000000-0000-4000-8000-0000000000a0',
      webhookTimestamp: 1_768_468_200_000,
      webhookId: '00000000-0000-4000-8000-0000000000af',
    },
  )
  return { ...sample, id: `linear:${type}.${action}` }
}

const issue = {
  id: '00000000-0000-4000-8000-0000000000b1',
  identifier: 'ORC-9',
  title: 'Sugar is measured too late',
  priority: 2,
  state: { name: 'In Progress', type: 'started' },
  team,
}

export const linearEvents: readonly SampleEvent[] = [
  event('Issue', 'create', 'An issue was made.', issue),
  event(
    'Issue',
    'update',
    'An issue was done.',
    { ...issue, state: { name: 'Done', type: 'completed' } },
    { stateId: 'started' },
  ),
  event('Comment', 'create', 'Somebody commented.', {
    id: '00000000-0000-4000-8000-0000000000b2',
    body: 'Measured twice: “12 °Bx”.',
    issue: { id: issue.id, identifier: issue.identifier, title: issue.title },
  }),
  event(
    'Project',
    'update',
    'The target date of a project moved.',
    {
      id: '00000000-0000-4000-8000-0000000000b3',
      name: 'New presses',
      targetDate: '2026-03-01',
    },
    { targetDate: '2026-02-01' },
  ),
]
