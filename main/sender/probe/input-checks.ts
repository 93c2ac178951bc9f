import { inWords, isAccepted } from '../exchange.ts'
import { withType } from '../identity.ts'
import { withJsonField } from '../json-text.ts'
import { type Check, failed, isBroken, mustSurvive, passed, skipped, unclear } from './check.ts'

const LARGE_BYTES = 1_000_000
const UNKNOWN_TYPE = 'keyhold.probe.unknown'

/** What a handler meets sooner or later. The roughest come last: a handler that breaks on them cannot be asked further. */
export const inputChecks: readonly Check[] = [
  {
    id: 'unknown-type',
    name: 'Copes with an unknown type of event',
    weight: 5,
    run: async (session) => {
      const { event } = session.fresh()
      const changed = withType(event, session.seal().scheme, UNKNOWN_TYPE)
      if (changed === null) return skipped('The event names no type that could be changed.')
      const { answer } = await session.send('an event of an unknown type', session.fresh(changed))
      return mustSurvive(
        'An event of an unknown type',
        answer,
        'Answer 2xx to types you do not handle: senders add new ones without asking.',
        ' Senders take that as a failure and try again; 2xx would end it.',
      )
    },
  },
  {
    id: 'wrong-method',
    name: 'Does not take GET for an event',
    weight: 5,
    run: async (session, baseline) => {
      const request = { ...baseline.request, method: 'GET', rawHeaders: [], body: new Uint8Array() }
      const { answer } = await session.sendRaw('GET without a body', request, baseline.event)
      const finding = `GET ${inWords(answer)}.`
      if (isBroken(answer)) return failed(finding, 'Answer 405 to every method but the one you expect.')
      return isAccepted(answer)
        ? unclear(`${finding} That may be a page for people; an event must not be processed this way.`)
        : passed(finding)
    },
  },
  {
    id: 'empty-body',
    name: 'Copes with an empty body',
    weight: 5,
    run: async (session) => {
      const event = session.fresh()
      const { answer } = await session.send('an empty body', { ...event, event: { ...event.event, body: '' } })
      return mustSurvive(
        'An empty body',
        answer,
        'Check the signature before parsing, and answer 400 to what cannot be parsed.',
      )
    },
  },
  {
    id: 'large-body',
    name: 'Copes with a body of 1 MB',
    weight: 5,
    run: async (session) => {
      const event = session.fresh()
      const body = enlarged(event.event.body)
      const { answer } = await session.send('a body of 1 MB', { ...event, event: { ...event.event, body } })
      return mustSurvive(
        'An event with a body of 1 MB',
        answer,
        'Set a limit and answer 413 above it. A closed connection makes senders try again.',
      )
    },
  },
]

/** JSON objects get one more field; other JSON gets spaces and a form a field, so that they stay what they are. */
function enlarged(body: string): string {
  const padding = Math.max(0, LARGE_BYTES - Buffer.byteLength(body))
  const larger = withJsonField(body, 'padding', 'x'.repeat(padding))
  if (larger !== null) return larger
  return /^[^\s={[]+=/.test(body) ? `${body}&padding=${'x'.repeat(padding)}` : body + ' '.repeat(padding)
}
