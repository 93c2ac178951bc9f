import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { IconCopy, IconEye, IconEyeOff } from '@tabler/icons-react'
import { useCallback, useEffect, useState } from 'react'
import type { ProviderKey } from '../../../shared/contract/keys.ts'
import { client } from '../../app/api.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { remainingTime } from '../../ui/time.ts'
import { useAction } from '../../ui/use-action.ts'
import { useNow } from '../../ui/use-now.ts'
import { useCopyKey } from './key-actions.ts'
import classes from './key-secret.module.css'

interface Revealed {
  readonly secret: string
  readonly hidesAt: number
}

/** The masked key, and the ways to the real one: revealed for a short time, or copied. Both are written down. */
export function KeySecret({ value }: { readonly value: ProviderKey }) {
  const [revealed, setRevealed] = useState<Revealed | null>(null)
  const hide = useCallback(() => setRevealed(null), [])
  const reveal = useAction(async () => {
    const { secret, hideAfterMs } = await client.keys.reveal({ id: value.id })
    setRevealed({ secret, hidesAt: Date.now() + hideAfterMs })
  })
  const copyKey = useCopyKey()
  const copy = useAction(() => copyKey(value))
  const hidesAt = revealed?.hidesAt
  useEffect(() => {
    if (hidesAt === undefined) return
    const timer = setTimeout(hide, hidesAt - Date.now())
    return () => clearTimeout(timer)
  }, [hidesAt, hide])

  if (value.secretState === 'unreadable') {
    return (
      <Alert color="red" title="The stored secret cannot be read">
        It is damaged, or belongs to another vault. It is kept as it is. Other keys are not affected. Get a new key from
        the provider and put it in with Edit, or restore the database from a backup.
      </Alert>
    )
  }
  return (
    <Stack gap="xs">
      <div className={`${classes.box} keyhold-mono`}>
        {revealed === null ? (
          <span>{value.masked}</span>
        ) : (
          <output aria-label="The key in plain text" className={classes.plain} data-revealed>
            {revealed.secret}
          </output>
        )}
      </div>
      <Group gap="xs">
        {revealed === null ? (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconEye size={14} aria-hidden />}
            loading={reveal.isPending}
            onClick={() => void reveal.run()}
          >
            Reveal
          </Button>
        ) : (
          <Button size="xs" variant="default" leftSection={<IconEyeOff size={14} aria-hidden />} onClick={hide}>
            Hide
          </Button>
        )}
        <Button
          size="xs"
          variant="default"
          leftSection={<IconCopy size={14} aria-hidden />}
          loading={copy.isPending}
          onClick={() => void copy.run()}
        >
          Copy
        </Button>
        {revealed !== null && <HidesIn at={revealed.hidesAt} />}
      </Group>
      <ProblemAlert error={reveal.error} />
    </Stack>
  )
}

function HidesIn({ at }: { readonly at: number }) {
  const now = useNow(1_000)
  return (
    <Text size="sm" c="dimmed" className="keyhold-figures" role="timer">
      Hidden again in {remainingTime(at - now)}
    </Text>
  )
}
