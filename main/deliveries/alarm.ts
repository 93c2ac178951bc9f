/** Something that is done later, as a dependency, so that tests can move time. */
export interface Alarm {
  /** Calls back once after so many milliseconds; returns the function that prevents it. */
  after(milliseconds: number, run: () => void): () => void
}

/** Longest delay that timers of Node take; a longer one would go off at once. */
const LONGEST_MS = 2_147_483_647

/** Does not keep the process alive. */
export const systemAlarm: Alarm = {
  after: (milliseconds, run) => {
    const timer = setTimeout(run, Math.min(Math.max(0, milliseconds), LONGEST_MS))
    timer.unref()
    return () => clearTimeout(timer)
  },
}

/** Resolves after so many milliseconds, or at once with `signal`. */
export function pause(alarm: Alarm, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const end = () => {
      cancel()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const cancel = alarm.after(milliseconds, end)
    signal.addEventListener('abort', end, { once: true })
    return undefined
  })
}

/** How long what is under way may take to come to its end when everything is closed, in milliseconds of the wall clock. */
const GRACE_MS = 500

/** Resolves when all of them are settled, or when their grace is over. */
export async function settledOrLate(tasks: Iterable<Promise<unknown>>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, GRACE_MS)
  })
  await Promise.race([Promise.allSettled(tasks), late])
  clearTimeout(timer)
}
