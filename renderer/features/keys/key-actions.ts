import { notifications } from '@mantine/notifications'
import { useCallback } from 'react'
import type { ProviderKey } from '../../../shared/contract/keys.ts'
import { client, orpc, queryClient } from '../../app/api.ts'
import { copyInPage, noteCopiedByHost } from '../../app/clipboard.ts'
import { useSystemInfo } from '../../app/system-info.ts'
import { notifyProblem } from '../../ui/notify.ts'
import { outcomeTone, resultLabel } from '../../ui/outcomes.ts'
import { problemOf } from '../../ui/problem.ts'

type Named = Pick<ProviderKey, 'id' | 'name'>

const colors = { good: 'green', caution: 'orange', bad: 'red', neutral: 'gray' } as const

/**
 * Copies a key. On a host with a clipboard of its own the secret never enters this page; in a browser it passes
 * through it once. Problems are shown as a notification.
 */
export function useCopyKey(): (key: Named) => Promise<void> {
  const hostCopies = useSystemInfo().data?.capabilities.clipboard ?? false
  return useCallback(
    async ({ id, name }: Named) => {
      try {
        if (hostCopies) {
          const { clearsAt } = await client.keys.copy({ id })
          noteCopiedByHost(name, clearsAt)
          return
        }
        const { clipboardSeconds } = await queryClient.ensureQueryData(orpc.settings.preferences.queryOptions())
        const { secret } = await client.keys.reveal({ id, purpose: 'copy' })
        await copyInPage(name, secret, clipboardSeconds * 1_000)
      } catch (error) {
        if (error instanceof DOMException && error.name === 'NotAllowedError') {
          notifications.show({
            title: 'The browser did not let Keyhold write the clipboard.',
            message: 'Allow it for this address in the browser, or reveal the key and copy it yourself.',
            color: 'red',
            autoClose: false,
          })
        } else notifyProblem(error)
      }
    },
    [hostCopies],
  )
}

/** Tests a stored key from a list: the outcome is told in a notification, details are on the key. */
export async function testFromList({ id, name }: Named): Promise<void> {
  const notification = notifications.show({ message: `Testing “${name}”…`, loading: true, autoClose: false })
  try {
    const result = await client.keys.test({ id })
    notifications.update({
      id: notification,
      loading: false,
      title: `${name}: ${resultLabel(result)}`,
      message: result.message,
      color: colors[outcomeTone(result.outcome)],
      autoClose: 6_000,
    })
  } catch (error) {
    const problem = problemOf(error)
    notifications.update({
      id: notification,
      loading: false,
      title: `${name} could not be tested`,
      message: problem.message,
      color: 'red',
      autoClose: false,
    })
  }
}
