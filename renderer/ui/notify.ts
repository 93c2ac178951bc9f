import { notifications } from '@mantine/notifications'
import { problemOf } from './problem.ts'

const DONE = 'done'

/** A short word that something was done, in place of the last such word. Never put a secret in it. */
export function notifyDone(message: string): void {
  notifications.hide(DONE)
  notifications.show({ id: DONE, message, color: 'green', autoClose: 3_000 })
}

/** A failure that has no place of its own on the page. It stays until it is closed. */
export function notifyProblem(error: unknown): void {
  const problem = problemOf(error)
  const [remedy] = problem.remedies
  notifications.show({
    title: problem.message,
    message: remedy ?? (problem.cause === problem.message ? '' : problem.cause),
    color: 'red',
    autoClose: false,
  })
}
