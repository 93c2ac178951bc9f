import { type SchemeId, schemes } from '../../../shared/webhook-schemes.ts'
import { generateSecret } from '../../../shared/webhook-signatures.ts'
import { inWords, isAccepted } from '../exchange.ts'
import { type Check, mustRefuse, passed, skipped, unclear } from './check.ts'
import { tampered, withSignature } from './session.ts'

const HOUR_MS = 3_600_000

/** Schemes that sign nothing: the secret itself comes along. */
function signsBody(scheme: SchemeId): boolean {
  return scheme !== 'gitlab-token'
}

/** What somebody can send who does not have the secret, or has an old request. */
export const forgeryChecks: readonly Check[] = [
  {
    id: 'tampered',
    name: 'Refuses a body that was changed',
    weight: 15,
    run: async (session) => {
      const { scheme } = session.seal()
      if (!signsBody(scheme))
        return skipped(`${schemes[scheme].name} does not sign the body, so a change cannot be seen.`)
      const event = session.fresh()
      let found = true
      const alter = (request: Parameters<typeof tampered>[0]) => {
        const changed = tampered(request)
        found = changed !== null
        return changed ?? request
      }
      if (!/[a-z1-9]/.test(event.event.body)) return skipped('The body has nothing that could be changed.')
      const { answer } = await session.send('one byte of the body changed after signing', event, { alter })
      if (!found) return skipped('The body has nothing that could be changed.')
      return mustRefuse(
        'An event of which one byte was changed after it was signed',
        answer,
        'Compute the signature over the raw bytes of the body, before anything parses them, and compare it in constant time.',
      )
    },
  },
  {
    id: 'wrong-secret',
    name: 'Refuses a signature of another secret',
    weight: 15,
    run: async (session) => {
      const seal = { ...session.seal(), secrets: [generateSecret(session.seal().scheme).secret] }
      const { answer } = await session.send('signed with another secret', session.fresh(), { seal })
      return mustRefuse(
        'An event signed with another secret',
        answer,
        'Compare the signature with one computed from your own secret, and answer 401 when they differ.',
      )
    },
  },
  {
    id: 'missing-signature',
    name: 'Refuses an event without signature',
    weight: 10,
    run: async (session) => {
      const alter = withSignature(session.seal(), null)
      const { answer } = await session.send('without the signature header', session.fresh(), { alter })
      return mustRefuse(
        'An event without its signature header',
        answer,
        'Treat a missing signature like a wrong one: answer 401.',
      )
    },
  },
  {
    id: 'malformed-signature',
    name: 'Refuses a signature header that makes no sense',
    weight: 5,
    run: async (session) => {
      const alter = withSignature(session.seal(), 'not-a-signature')
      const { answer } = await session.send('with nonsense in the signature header', session.fresh(), { alter })
      return mustRefuse(
        'An event with nonsense in its signature header',
        answer,
        'Treat a header that cannot be read like a wrong signature: answer 401, and do not let the parser throw.',
      )
    },
  },
  {
    id: 'stale',
    name: 'Refuses a signature of an hour ago',
    weight: 10,
    run: async (session) => {
      const { scheme } = session.seal()
      const { name, timed, timeRule } = schemes[scheme]
      if (!timed) return skipped(`${name} signs no timestamp, so the age of an event cannot be told.`)
      if (scheme === 'linear' && !session.event.body.includes('webhookTimestamp')) {
        return skipped('The body has no webhookTimestamp, which is where Linear puts the time.')
      }
      const { answer } = await session.send('signed an hour ago', session.fresh(), { shiftMs: -HOUR_MS })
      const what = 'An event that was signed an hour ago'
      if (timeRule.pastSeconds === null && isAccepted(answer)) {
        return unclear(
          `${what} ${inWords(answer)}. ${name} leaves this to you, but whoever records a request can send it again.`,
          'Refuse timestamps that are more than five minutes old.',
        )
      }
      return mustRefuse(
        what,
        answer,
        `Refuse timestamps that are more than ${timeRule.pastSeconds ?? 300} seconds old: recorded requests can be sent again otherwise.`,
      )
    },
  },
  {
    id: 'future',
    name: 'Refuses a signature of the future',
    weight: 0,
    run: async (session) => {
      const { scheme } = session.seal()
      const { name, timed, timeRule } = schemes[scheme]
      if (!timed) return skipped(`${name} signs no timestamp.`)
      if (scheme === 'linear' && !session.event.body.includes('webhookTimestamp')) {
        return skipped('The body has no webhookTimestamp, which is where Linear puts the time.')
      }
      const { answer } = await session.send('dated an hour ahead', session.fresh(), { shiftMs: HOUR_MS })
      const finding = `An event dated an hour ahead ${inWords(answer)}.`
      if (!isAccepted(answer)) return passed(finding)
      return unclear(
        timeRule.futureSeconds === null
          ? `${finding} The code of ${name} does so as well; a strict handler looks both ways.`
          : `${finding} The code of ${name} would refuse it.`,
        'Refuse timestamps that are more than five minutes ahead as well.',
      )
    },
  },
]
