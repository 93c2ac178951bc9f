import { Problem, type ProblemData } from '../../shared/problems.ts'
import type { RawFailure } from '../http/raw-client.ts'

/** Why no answer came, for the operator. Names the target's host, never its path. */
export function failureProblem(failure: RawFailure, url: string): ProblemData {
  const { host } = new URL(url)
  const { message, cause, remedies } = wordsFor(failure, host)
  const code =
    failure.kind === 'aborted' ? 'CANCELLED' : failure.kind === 'bad-request' ? 'INVALID_INPUT' : 'TARGET_FAILED'
  return new Problem(code, message, { cause, remedies }).toData()
}

function wordsFor({ kind, message }: RawFailure, host: string) {
  switch (kind) {
    case 'refused':
      return {
        message: `Nothing listens at ${host}.`,
        cause: message,
        remedies: ['Start the program that should answer there.', 'Check the port of the target.'],
      }
    case 'unresolved':
      return {
        message: `The name of ${host} is not known.`,
        cause: message,
        remedies: ['Check the spelling of the host.', 'Check the network of this machine.'],
      }
    case 'timeout':
      return {
        message: `${host} did not answer in time.`,
        cause: message,
        remedies: ['Answer first and work afterwards: real senders wait for few seconds.', 'Raise the time limit.'],
      }
    case 'reset':
      return {
        message: `${host} broke the connection off.`,
        cause: message,
        remedies: ['Look for a crash in the log of the target.', 'Check for a proxy between here and there.'],
      }
    case 'tls':
      return {
        message: `The encrypted connection to ${host} failed.`,
        cause: message,
        remedies: [
          'Give the certificate of the authority that signed it, in PEM.',
          'Use http for a target on this machine.',
        ],
      }
    case 'bad-answer':
      return {
        message: `${host} did not answer with HTTP.`,
        cause: message,
        remedies: ['Check the port of the target.', 'Use https where the target speaks TLS.'],
      }
    case 'bad-request':
      return {
        message: 'The request cannot be sent as it is.',
        cause: message,
        remedies: ['Edit the request and send it again.'],
      }
    case 'aborted':
      return {
        message: 'Cancelled while it was under way.',
        cause: `The request may have reached ${host}; its answer was not waited for.`,
        remedies: ['Send it again if it is still needed.'],
      }
  }
}

/** What is wrong with an answer, null for 2xx. Senders count everything else as failed (Standard Webhooks 1.0.0). */
export function statusProblem(status: number): ProblemData | null {
  if (status >= 200 && status < 300) return null
  const message = `The target answered with ${status}.`
  return new Problem('TARGET_FAILED', message, statusWords(status)).toData()
}

function statusWords(status: number): { readonly cause: string; readonly remedies: string[] } {
  if (status === 410) {
    return {
      cause: 'With 410 a receiver says that it wants no more requests.',
      remedies: ['Switch the target on again when it should receive again.'],
    }
  }
  if (status >= 300 && status < 400) {
    return {
      cause: 'It is a redirect. Redirects of webhooks are not followed, and count as failed.',
      remedies: ['Set the address the redirect leads to as the target.'],
    }
  }
  if (status === 401 || status === 403) {
    return {
      cause: 'It refuses the request, most likely because of the signature or its age.',
      remedies: ['Replay it signed anew, with the secret the target knows.'],
    }
  }
  if (status === 429) {
    return { cause: 'It asks for fewer requests at a time.', remedies: ['Lower the concurrency or the rate.'] }
  }
  return { cause: 'Only 2xx counts as received.', remedies: ['Look at the answer and at the log of the target.'] }
}

/** The captured request was deleted before it could be sent. */
export function deletedProblem(captureId: number): ProblemData {
  return new Problem('NOT_FOUND', 'The captured request was deleted before it could be sent.', {
    cause: `There is no captured request with the id ${captureId} any more.`,
    remedies: [],
  }).toData()
}

/** It was not captured whole, so it cannot be sent whole. */
export function incompleteProblem(why: 'too-large' | 'aborted'): ProblemData {
  return new Problem('INVALID_INPUT', 'The captured request is not whole and was not sent.', {
    cause: why === 'too-large' ? 'Its body was too large to be kept.' : 'Its sender went away in the middle of it.',
    remedies: ['Let the sender send it again.'],
  }).toData()
}

/** What stands below the slug would lead out of the target's path, to what its operator did not mean to reach. */
export function pathProblem(): Problem {
  return new Problem(
    'INVALID_INPUT',
    'The path of the request leads out of the path of the target, so it was not sent.',
    {
      cause: 'It has "..", an empty part or a backslash below the slug, and the target takes over the path.',
      remedies: ['Send it without keeping the path, if it is meant to arrive.', 'Look at who sent it.'],
    },
  )
}

export function loopProblem(): ProblemData {
  return new Problem('INVALID_INPUT', 'The target leads back to the receiver, so nothing was sent to it.', {
    cause: 'Each forwarded request would be captured and forwarded again, without end.',
    remedies: [
      'Set the address of the program that handles the webhooks as the target.',
      'Then retry the dead letters of the target.',
    ],
  }).toData()
}
