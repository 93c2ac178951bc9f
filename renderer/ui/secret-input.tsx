import { ActionIcon, Textarea, Tooltip } from '@mantine/core'
import { IconEye, IconEyeOff } from '@tabler/icons-react'
import { type ReactNode, type RefObject, useEffect, useState } from 'react'
import classes from './secret-input.module.css'

export interface SecretInputProps {
  readonly label: string
  readonly description?: ReactNode
  readonly error?: ReactNode
  /** Where the text is read from. It lives in the element only, never in the state of a component. */
  readonly inputRef: RefObject<HTMLTextAreaElement | null>
  /** Told after every edit. Read `inputRef` when the value is needed. */
  readonly onEdit: () => void
  readonly rows?: number
  readonly placeholder?: string
  readonly required?: boolean
  readonly autoFocus?: boolean
}

/** A field for pasting a secret: more than one line is noticed, characters are dots, and it empties itself. */
export function SecretInput({ inputRef, onEdit, rows = 2, autoFocus = false, ...field }: SecretInputProps) {
  const [isShown, setShown] = useState(false)
  useEffect(() => {
    const element = inputRef.current
    return () => {
      if (element !== null) element.value = ''
    }
  }, [inputRef])
  return (
    <Textarea
      {...field}
      ref={inputRef}
      onChange={onEdit}
      minRows={rows}
      maxRows={12}
      rows={rows}
      autoComplete="off"
      autoCorrect="off"
      autoCapitalize="off"
      spellCheck={false}
      data-autofocus={autoFocus || undefined}
      data-1p-ignore
      data-lpignore="true"
      classNames={{ input: isShown ? 'keyhold-mono' : 'keyhold-mono keyhold-concealed' }}
      rightSectionProps={{ className: classes.corner }}
      rightSection={
        <Tooltip label={isShown ? 'Conceal' : 'Show what is typed'}>
          <ActionIcon
            onClick={() => setShown((shown) => !shown)}
            aria-pressed={isShown}
            aria-label="Show what is typed"
          >
            {isShown ? <IconEyeOff size={16} aria-hidden /> : <IconEye size={16} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      }
    />
  )
}
