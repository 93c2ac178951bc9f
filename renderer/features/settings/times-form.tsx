import { Button, NumberInput, Skeleton } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { Preferences } from '../../../shared/contract/settings.ts'
import { timeLimits } from '../../../shared/limits.ts'
import { formatCount } from '../../../shared/words.ts'
import { client, orpc, queryClient } from '../../app/api.ts'
import { usePreferences } from '../../app/system-info.ts'
import { notifyDone } from '../../ui/notify.ts'
import { numberBetween } from '../../ui/number-between.ts'
import { fieldMessages, problemOf } from '../../ui/problem.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { useAction } from '../../ui/use-action.ts'
import { Section } from './section.tsx'
import classes from './settings.module.css'

type Times = Pick<Preferences, 'autoLockMinutes' | 'revealSeconds' | 'clipboardSeconds'>

const fields = [
  {
    name: 'autoLockMinutes',
    label: 'Lock after',
    suffix: ' min',
    ...timeLimits.autoLockMinutes,
    description: 'Minutes without activity until the vault locks. 0: never.',
  },
  {
    name: 'revealSeconds',
    label: 'Hide a revealed key after',
    suffix: ' s',
    ...timeLimits.revealSeconds,
    description: `Seconds a key stays readable, ${timeLimits.revealSeconds.min} to ${timeLimits.revealSeconds.max}.`,
  },
  {
    name: 'clipboardSeconds',
    label: 'Clear the clipboard after',
    suffix: ' s',
    ...timeLimits.clipboardSeconds,
    description: `Seconds a copied key stays there, up to ${timeLimits.clipboardSeconds.max}. 0: it is not cleared.`,
  },
] as const satisfies readonly { name: keyof Times; [other: string]: unknown }[]

function Form({ preferences }: { readonly preferences: Preferences }) {
  const [draft, setDraft] = useState<Partial<Record<keyof Times, number | string>>>({})
  const save = useAction(async (times: Partial<Times>) => {
    const stored = await client.settings.setPreferences(times)
    queryClient.setQueryData(orpc.settings.preferences.queryKey(), stored)
    setDraft({})
    notifyDone('The times were saved.')
  })
  const messages = save.error === null ? {} : fieldMessages(problemOf(save.error))
  const wrong = fields
    .filter(({ name, min, max }) => numberBetween(draft[name] ?? preferences[name], min, max) === null)
    .map(({ name }) => name)
  const changed = fields.some(({ name }) => draft[name] !== undefined && draft[name] !== preferences[name])

  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (wrong.length > 0) return
    void save.run(Object.fromEntries(fields.map(({ name }) => [name, Number(draft[name] ?? preferences[name])])))
  }
  return (
    <form onSubmit={submit}>
      <div className={classes.times}>
        {fields.map(({ name, label, suffix, min, max, description }) => (
          <NumberInput
            key={name}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            label={label}
            description={description}
            suffix={suffix}
            min={min}
            max={max}
            clampBehavior="none"
            allowDecimal={false}
            value={draft[name] ?? preferences[name]}
            onChange={(value) => setDraft((now) => ({ ...now, [name]: value }))}
            error={wrong.includes(name) ? `Give a number from ${min} to ${formatCount(max)}.` : messages[name]}
          />
        ))}
      </div>
      {Object.keys(messages).length === 0 && <ProblemAlert error={save.error} />}
      <Button type="submit" mt="md" disabled={!changed} loading={save.isPending}>
        Save times
      </Button>
    </form>
  )
}

/** How long the vault stays open, a revealed key readable and a copied one on the clipboard. */
export function TimesForm() {
  const preferences = usePreferences()
  return (
    <Section title="Times" lead="Shorter is safer when others can reach this screen.">
      {preferences.data ? <Form preferences={preferences.data} /> : preferences.isPending && <Skeleton height={96} />}
      <ProblemAlert error={preferences.error} onRetry={() => void preferences.refetch()} />
    </Section>
  )
}
