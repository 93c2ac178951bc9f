import { ActionIcon, Button, Group, Stack, Text, Tooltip } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react'
import { type ReactNode, useRef, useState } from 'react'
import type { Endpoint } from '../../../shared/contract/receiver.ts'
import { receiverLimits } from '../../../shared/limits.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { notifyDone } from '../../ui/notify.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { useAction } from '../../ui/use-action.ts'
import classes from './endpoint-panel.module.css'
import { answerWords, conditionWords } from './endpoint-words.ts'
import { moved } from './forms-model.ts'
import { RuleDialog } from './rule-dialog.tsx'
import { updateBehaviour } from './use-endpoints.ts'

type Dialog =
  | { readonly kind: 'edit'; readonly place: number | null }
  | { readonly kind: 'remove'; readonly place: number }

/** Other answers for some requests, in the order they are tried. */
export function PanelRules({ endpoint }: { readonly endpoint: Endpoint }) {
  const [dialog, setDialog] = useState<Dialog | null>(null)
  const { rules } = endpoint.behaviour
  const list = useRef<HTMLOListElement>(null)
  const move = useAction(async (place: number, by: 1 | -1) => {
    await updateBehaviour(endpoint.id, { rules: moved(rules, place, by) })
    // The focus goes along, so that the same rule can be moved on.
    list.current?.querySelector<HTMLElement>(`[data-move="${place + by} ${by}"]`)?.focus()
  })
  const removed = dialog?.kind === 'remove' ? rules[dialog.place] : undefined
  const close = () => setDialog(null)
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {rules.length === 0
          ? 'Without a rule every request gets the same answer. A rule answers some of them in another way.'
          : 'The first rule that fits answers; where none does, the answer above.'}
      </Text>
      {rules.length > 0 && (
        <ol className={classes.list} aria-label="Rules" aria-busy={move.isPending} ref={list}>
          {rules.map((rule, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a rule is named by its place
            <li key={place} className={classes.entry}>
              <div className={classes.entryWords}>
                {place + 1}. {rule.name}
                <div className={classes.quiet}>{conditionWords(rule.when)}</div>
                <div className={classes.quiet}>Answers {answerWords(rule.answer)}</div>
              </div>
              <div className={classes.entryActions}>
                <RowButton
                  label={`Move “${rule.name}” up`}
                  move={`${place} -1`}
                  isDisabled={place === 0}
                  onClick={() => void move.run(place, -1)}
                >
                  <IconArrowUp size={16} aria-hidden />
                </RowButton>
                <RowButton
                  label={`Move “${rule.name}” down`}
                  move={`${place} 1`}
                  isDisabled={place === rules.length - 1}
                  onClick={() => void move.run(place, 1)}
                >
                  <IconArrowDown size={16} aria-hidden />
                </RowButton>
                <RowButton label={`Edit “${rule.name}”`} onClick={() => setDialog({ kind: 'edit', place })}>
                  <IconPencil size={16} aria-hidden />
                </RowButton>
                <RowButton label={`Remove “${rule.name}”`} onClick={() => setDialog({ kind: 'remove', place })}>
                  <IconTrash size={16} aria-hidden />
                </RowButton>
              </div>
            </li>
          ))}
        </ol>
      )}
      <ProblemAlert error={move.error} />
      <Group>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          disabled={rules.length >= receiverLimits.rules}
          onClick={() => setDialog({ kind: 'edit', place: null })}
        >
          Add rule
        </Button>
      </Group>
      {dialog?.kind === 'edit' && <RuleDialog endpoint={endpoint} place={dialog.place} onClose={close} />}
      <ConfirmDialog
        opened={removed !== undefined}
        title={`Remove “${removed?.name ?? ''}”?`}
        confirmLabel="Remove rule"
        onConfirm={async () => {
          await updateBehaviour(endpoint.id, { rules: rules.filter((rule) => rule !== removed) })
          notifyDone('The rule is removed.')
        }}
        onClose={close}
      >
        <Text size="sm">Requests it answered get the answer of the next rule that fits, or the usual one.</Text>
      </ConfirmDialog>
    </Stack>
  )
}

interface RowButtonProps {
  readonly label: string
  /** Place and direction, by which the button is found again after a move. */
  readonly move?: string | undefined
  /** It keeps the focus then: a button that is really disabled would lose it. */
  readonly isDisabled?: boolean
  readonly onClick: () => void
  readonly children: ReactNode
}

function RowButton({ label, move, isDisabled = false, onClick, children }: RowButtonProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        aria-label={label}
        aria-disabled={isDisabled}
        {...(isDisabled ? { 'data-disabled': true } : {})}
        data-move={move}
        onClick={() => !isDisabled && onClick()}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  )
}
