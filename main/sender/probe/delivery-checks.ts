import { schemes } from '../../../shared/webhook-schemes.ts'
import { countOf } from '../../../shared/words.ts'
import { inWords, isAccepted } from '../exchange.ts'
import { type Check, failed, isBroken, isRefused, type Judgement, passed, skipped, unclear } from './check.ts'
import { remembers, saysDuplicate } from './evidence.ts'
import type { Sent } from './session.ts'

/** Copies that are sent at the same time. */
const AT_ONCE = 5
const NO_ID = 'The event has no id that the handler could see, so it cannot tell a repeated one.'
const SHOW_IT = 'Have the handler say so, with the header "webhook-duplicate: true" or "false", and probe again.'
const REMEMBER =
  'Store the id of every event with what it caused, in one transaction, and answer 2xx without doing anything when the id is known.'

const compared = ({ answer, event }: Sent) => ({ answer, id: event.id })

/** What every sender does in the course of things: repeat, overlap, arrive in another order. */
export const deliveryChecks: readonly Check[] = [
  {
    id: 'duplicate',
    name: 'Processes a repeated event once',
    weight: 10,
    run: async (session, baseline) => {
      if (!baseline.event.visible) return skipped(NO_ID)
      // Dated differently each time: an answer that only sends the timestamp back must not look like a memory.
      const again = await session.send('the first event again', baseline.event, { shiftMs: -1_000 })
      if (!isAccepted(again.answer)) {
        return failed(
          `The same event sent again ${inWords(again.answer)}.`,
          'Answer 2xx to an event you know already: to anything else a sender reacts with more retries.',
        )
      }
      const said = saysDuplicate(again.answer)
      if (said !== null) return judgeWords(said)
      const other = await session.send('another event', session.fresh())
      if (isAccepted(other.answer) && remembers(compared(baseline), compared(again), compared(other))) {
        return passed('The same event sent again got the same answer as the first time, another event a different one.')
      }
      return unclear(
        'The same event sent again was accepted, as it should be. Whether it took effect twice cannot be seen from outside.',
        SHOW_IT,
      )
    },
  },
  {
    id: 'concurrent-duplicates',
    name: 'Processes copies that arrive together once',
    weight: 10,
    run: async (session, baseline) => {
      const event = session.fresh()
      if (!event.visible) return skipped(NO_ID)
      const copies = await Promise.all(
        Array.from({ length: AT_ONCE }, (_, copy) => session.send(`copy ${copy + 1} of ${AT_ONCE} at once`, event)),
      )
      return judgeCopies(copies, baseline)
    },
  },
  {
    id: 'out-of-order',
    name: 'Accepts events that arrive in another order',
    weight: 5,
    run: async (session) => {
      const { pastSeconds } = schemes[session.seal().scheme].timeRule
      const earlierMs = Math.min(30_000, ((pastSeconds ?? 300) * 1_000) / 2)
      const earlier = session.fresh()
      const later = await session.send('an event of now', session.fresh())
      const late = await session.send('an event from before that one', earlier, { shiftMs: -earlierMs })
      const refused = [later, late].find(({ answer }) => !isAccepted(answer))
      if (refused === undefined) return passed('An event that came after a later one was accepted.')
      return failed(
        `Of two events in the wrong order, ${refused.what} ${inWords(refused.answer)}.`,
        'Accept events in any order: senders promise none. Where order matters, compare the times in the events.',
      )
    },
  },
  {
    id: 'replayed',
    name: 'Recognises a recorded request',
    weight: 5,
    run: async (session, baseline) => {
      const { answer } = await session.sendRaw('the bytes of the first request', baseline.request, baseline.event)
      if (isBroken(answer)) {
        return failed(
          `An earlier request, sent again byte for byte, ${inWords(answer)}.`,
          'Refuse a recorded request with 4xx, or answer 2xx without doing anything.',
        )
      }
      if (isRefused(answer)) {
        return answer.status === 429
          ? unclear(
              `An earlier request, sent again byte for byte, ${inWords(answer)}: the handler limits how often it may be called.`,
            )
          : passed(`An earlier request, sent again byte for byte, ${inWords(answer)}.`)
      }
      const said = saysDuplicate(answer)
      if (said !== null) return judgeWords(said)
      return unclear(
        `An earlier request, sent again byte for byte, ${inWords(answer)}. Whether they took effect again cannot be seen from outside.`,
        SHOW_IT,
      )
    },
  },
]

function judgeWords(isDuplicate: boolean): Judgement {
  return isDuplicate
    ? passed('The handler accepted the repeated event and says that it knew it.')
    : failed('The handler says itself that it processed the repeated event as a new one.', REMEMBER)
}

function judgeCopies(copies: readonly Sent[], baseline: Sent): Judgement {
  const broken = copies.find(({ answer }) => isBroken(answer))
  if (broken !== undefined) {
    return failed(
      `Of ${AT_ONCE} copies at the same time, one ${inWords(broken.answer)}.`,
      'Let the database decide which copy is first (a unique index on the id), and treat the others as known.',
    )
  }
  const accepted = copies.filter(({ answer }) => isAccepted(answer))
  if (accepted.length === 0) {
    const first = copies[0]
    return failed(
      `None of ${AT_ONCE} copies at the same time was accepted${first === undefined ? '' : `; one ${inWords(first.answer)}`}.`,
      'Accept one of the copies. The others may be answered with 2xx or 409.',
    )
  }
  if (accepted.length === 1) {
    return passed(`One of ${AT_ONCE} copies at the same time was accepted, the others were refused.`)
  }
  const said = accepted.map(({ answer }) => saysDuplicate(answer))
  const processed = said.filter((isDuplicate) => isDuplicate === false).length
  if (processed > 1) {
    return failed(
      `By its own words the handler processed ${countOf(processed, 'copy', 'copies')} of the same event.`,
      REMEMBER,
    )
  }
  const known = said.filter((isDuplicate) => isDuplicate === true).length
  if (known === accepted.length - 1) {
    return passed(`One of ${AT_ONCE} copies at the same time was processed; the handler says that it knew the others.`)
  }
  const [first, ...others] = accepted
  if (first !== undefined && others.every((copy) => remembers(compared(first), compared(copy), compared(baseline)))) {
    return passed(`All ${accepted.length} copies at the same time got the same answer, another event a different one.`)
  }
  return unclear(
    `${accepted.length} of ${AT_ONCE} copies at the same time were accepted. Whether they took effect once cannot be seen from outside.`,
    SHOW_IT,
  )
}
