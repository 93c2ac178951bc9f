import { Problem, type ProblemData } from '../../shared/problems.ts'
import { describePrograms, nameOfProgram, type StartableKind } from './programs.ts'
import type { LiveTunnel } from './tunnel-state.ts'

export function problemOf(error: unknown): ProblemData {
  if (error instanceof Problem) return error.toData()
  return new Problem('TUNNEL_FAILED', 'The tunnel could not be proved.', {
    cause: error instanceof Error ? error.message : String(error),
  }).toData()
}

export function notListening(): Problem {
  return new Problem('CONFLICT', 'The receiver does not listen, so no tunnel can lead to it.', {
    remedies: ['Turn the receiver on first.'],
  })
}

export function notInstalled(kind: StartableKind, path: string): Problem {
  const hint = describePrograms(path, null).find((program) => program.kind === kind)?.hint
  return new Problem('TUNNEL_FAILED', `${nameOfProgram(kind)} is not installed on this machine.`, {
    cause: `The program ${kind} was not found.`,
    remedies: hint === undefined ? [] : [hint],
  })
}

export function runsAlready(kind: StartableKind): Problem {
  return new Problem('CONFLICT', `${nameOfProgram(kind)} was started already.`, { remedies: ['Stop it first.'] })
}

export function notStartedHere({ startedHere }: LiveTunnel): Problem {
  return startedHere
    ? new Problem('CONFLICT', 'This tunnel has ended already.', { remedies: ['Start it again, or remove it.'] })
    : new Problem('CONFLICT', 'This tunnel was not started by Keyhold.', {
        remedies: ['End its program where it was started.', 'Remove it here if it is not needed any more.'],
      })
}

export function leadsElsewhere(before: string, now: string): ProblemData {
  return new Problem('TUNNEL_FAILED', 'This tunnel does not lead to the receiver any more.', {
    cause: `It was started for ${before}; the receiver is at ${now} now.`,
    remedies: ['Stop it and start it again.'],
  }).toData()
}
