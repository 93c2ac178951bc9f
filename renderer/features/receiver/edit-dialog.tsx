import { Button, Group, Modal, Stack } from '@mantine/core'
import { type FormEvent, type ReactNode, useCallback, useState } from 'react'
import { DiscardDialog } from '../../ui/discard-dialog.tsx'
import { focusFirstError } from '../../ui/focus-first-error.ts'
import { FormFooter } from '../../ui/form-footer.tsx'
import { fieldMessages, problemOf } from '../../ui/problem.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { useAction } from '../../ui/use-action.ts'
import { useFocusBack } from '../../ui/use-focus-back.ts'
import type { Messages } from './forms-model.ts'

export interface EditDialogProps {
  readonly title: string
  readonly size?: string
  readonly saveLabel?: string
  /** Saves and resolves with null, or says by field what is missing. Throws contract errors. */
  readonly onSave: () => Promise<Messages | null>
  readonly onClose: () => void
  /** Fields that show their own message; what is wrong with others is said below the form. */
  readonly fields: readonly string[]
  /** Where fields of this form stand in the input of the call: "behaviour.answer.". */
  readonly prefix?: string
  /** The fields; `touched` is to be called for every change that is no typing. */
  readonly children: (form: { readonly messages: Messages; readonly touched: (field?: string) => void }) => ReactNode
}

/** A form in a dialog of its own. A click outside does not close it, and leaving it asks first when something was entered. */
export function EditDialog(props: EditDialogProps) {
  const { title, size = 'lg', saveLabel = 'Save', onSave, onClose, fields, prefix = '', children } = props
  useFocusBack()
  const [isTouched, setTouched] = useState(false)
  const [isAsking, setAsking] = useState(false)
  const [messages, setMessages] = useState<Messages>({})
  const save = useAction(async () => {
    try {
      const missing = await onSave()
      setMessages(missing ?? {})
      if (missing === null || Object.keys(missing).length === 0) onClose()
    } catch (error) {
      setMessages(withoutPrefix(fieldMessages(problemOf(error)), prefix))
      throw error
    }
  })
  const touched = useCallback((field?: string) => {
    setTouched(true)
    if (field !== undefined) setMessages(({ [field]: _solved, ...others }) => others)
  }, [])
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    // A form inside the dialog of another form bubbles through React's tree.
    event.stopPropagation()
    const form = event.currentTarget
    await save.run()
    focusFirstError(form)
  }
  const leave = () => (isTouched ? setAsking(true) : onClose())
  return (
    <>
      <Modal opened onClose={leave} title={title} size={size} closeOnClickOutside={false} closeOnEscape={!isAsking}>
        <form onSubmit={(event) => void submit(event)} onInput={() => touched()} noValidate autoComplete="off">
          <Stack gap="md">
            {children({ messages, touched })}
            <FormFooter>
              {!fields.some((field) => messages[field] !== undefined) && <ProblemAlert error={save.error} />}
              <Group justify="flex-end" gap="xs">
                <Button variant="default" onClick={onClose}>
                  Cancel
                </Button>
                <Button type="submit" loading={save.isPending}>
                  {saveLabel}
                </Button>
              </Group>
            </FormFooter>
          </Stack>
        </form>
      </Modal>
      {isAsking && (
        <DiscardDialog onDiscard={onClose} onClose={() => setAsking(false)}>
          It has not been saved.
        </DiscardDialog>
      )}
    </>
  )
}

/** Messages by the names this form has for its fields; `headers.0.value` belongs to `headers`. */
function withoutPrefix(messages: Messages, prefix: string): Messages {
  const own: Record<string, string> = {}
  for (const [field, message] of Object.entries(messages)) {
    const name = field.startsWith(prefix) ? field.slice(prefix.length) : field
    own[name] ??= message
    const [root = name] = name.split('.')
    own[root] ??= message
  }
  return own
}
