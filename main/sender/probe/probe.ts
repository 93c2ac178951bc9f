import type { ProbeCheck, ProbeReport } from '../../../shared/contract/sender.ts'
import { type SchemeInfo, schemes } from '../../../shared/webhook-schemes.ts'
import { inWords, isAccepted } from '../exchange.ts'
import { type Check, failed, isBroken, type Judgement, passed, unclear } from './check.ts'
import { deliveryChecks } from './delivery-checks.ts'
import { forgeryChecks } from './forgery-checks.ts'
import { inputChecks } from './input-checks.ts'
import { ProbeSession, type Sent, type SessionInput } from './session.ts'

/** For schemes whose deadline is not documented. */
const USUAL_DEADLINE_MS = 10_000
const BASELINE = { id: 'accepts-valid', name: 'Accepts a valid event in time', weight: 20 }

/** In the order they run. */
const checks: readonly Check[] = [...deliveryChecks, ...forgeryChecks, ...inputChecks]

/** Sends everything to the handler and judges the answers. `checks` of the report are always the same, in the same order. */
export async function probeHandler(input: SessionInput): Promise<Pick<ProbeReport, 'checks' | 'score' | 'passed'>> {
  const session = new ProbeSession(input)
  const { scheme } = session.seal()
  const baseline = await session.send('a valid event', session.fresh())
  const results = [{ ...BASELINE, ...judgeBaseline(baseline, schemes[scheme]), requests: session.takeRequests() }]
  let blocked = isAccepted(baseline.answer)
    ? null
    : 'The handler does not accept a valid event, so nothing else can be judged.'
  for (const check of checks) {
    const { id, name, weight } = check
    if (blocked !== null) {
      results.push({ id, name, weight, ...unclear(blocked), requests: [] })
      continue
    }
    const judgement = await check.run(session, baseline)
    const requests = session.takeRequests()
    results.push({ id, name, weight, ...judgement, requests })
    if (requests.some(({ status }) => status === null) && !(await isAlive(session))) {
      blocked = `The handler accepts no valid events any more since the check "${name}".`
    }
  }
  return { checks: results, ...scored(results) }
}

function judgeBaseline({ answer }: Sent, { name, deadlineMs }: SchemeInfo): Judgement {
  const finding = `A valid event ${inWords(answer)}`
  if (!isAccepted(answer)) {
    return failed(
      `${finding}.`,
      isBroken(answer)
        ? 'See that the handler runs at this address and look at its log.'
        : 'Check that the handler has the same secret and scheme, and see in its log why it refuses.',
    )
  }
  const deadline = deadlineMs ?? USUAL_DEADLINE_MS
  const taken = Math.round(answer.durationMs)
  const promised =
    deadlineMs === null
      ? `${deadline / 1_000} s (${name} documents no deadline)`
      : `the ${deadline / 1_000} s of ${name}`
  return taken <= deadline
    ? passed(`${finding} after ${taken} ms, within ${promised}.`)
    : failed(
        `${finding} after ${taken} ms, later than ${promised}.`,
        'Store the event, answer at once, and do the work afterwards.',
      )
}

async function isAlive(session: ProbeSession): Promise<boolean> {
  const { answer } = await session.send('a valid event, to see whether the handler is still there', session.fresh())
  session.takeRequests()
  return isAccepted(answer)
}

function scored(results: readonly ProbeCheck[]): { score: number | null; passed: boolean } {
  const judged = results.filter(({ outcome }) => outcome === 'passed' || outcome === 'failed')
  const points = (some: readonly ProbeCheck[]) => some.reduce((sum, { weight }) => sum + weight, 0)
  const all = points(judged)
  const won = points(judged.filter(({ outcome }) => outcome === 'passed'))
  return {
    score: all === 0 ? null : Math.round((won / all) * 100),
    passed: judged.length > 0 && judged.every(({ outcome }) => outcome === 'passed'),
  }
}
