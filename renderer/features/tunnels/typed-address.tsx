import { Button, Group, TextInput, Title } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { client } from '../../app/api.ts'
import { focusFirstError } from '../../ui/focus-first-error.ts'
import { notifyDone } from '../../ui/notify.ts'
import { fieldMessages, problemOf } from '../../ui/problem.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { useAction } from '../../ui/use-action.ts'
import classes from './tunnels.module.css'
import { showTunnels } from './use-tunnels.ts'

/** An address that Keyhold cannot find by itself. */
export function TypedAddress() {
  const [url, setUrl] = useState('')
  const add = useAction(async () => {
    showTunnels(await client.tunnels.add({ url: url.trim() }))
    setUrl('')
    notifyDone('The address is added. Prove it to see that it leads here.')
  })
  const message = add.error === null ? undefined : fieldMessages(problemOf(add.error)).url
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    await add.run()
    focusFirstError(form)
  }
  return (
    <section className={classes.section} aria-labelledby="typed-address">
      <Title order={2} size="h4" id="typed-address" mb={8}>
        Another address
      </Title>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <Group gap="xs" align="flex-end">
          <TextInput
            label="Public address"
            description="Of a reverse proxy, an SSH tunnel, or any program that is not found by itself."
            placeholder="https://hooks.example.com"
            type="url"
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            maxLength={500}
            flex="1 1 240px"
            value={url}
            onChange={(event) => {
              setUrl(event.currentTarget.value)
              add.clearError()
            }}
            error={message}
          />
          <Button type="submit" variant="default" loading={add.isPending}>
            Add address
          </Button>
        </Group>
        {message === undefined && <ProblemAlert error={add.error} />}
      </form>
    </section>
  )
}
