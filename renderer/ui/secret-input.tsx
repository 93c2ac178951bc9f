import { ActionIcon, Textarea, Tooltip } from '@mantine/core'
import { IconEye, IconEyeOff } from '@tabler/icons-react'
import { type ClipboardEvent, type ReactNode, type RefObject, useEffect, useState } from 'react'
import { MAX_PASTE } from './paste-limit.ts'
import classes from './secret-input.module.css'

/** Drawing dots takes a browser seconds for a text of this length; a longer one is made invisible instead. */
const MOST_DOTS = 10_000

export interface SecretInputProps {
  readonly label: string
  readonly description?: ReactNode
  readonly error?: ReactNode
  /** Where the text is read from. It lives in the element only, never in the state of a component. */
  readonly inputRef: RefObject<HTMLTextAreaElement | null>
  /** Told after every edit. Read `inputRef` when the value is needed. */
  readonly onEdit: () => void
  /** Told when a paste was kept out because it is longer than {@link MAX_PASTE}: a browser chokes on such a field. */
  readonly onTooLong: () => void
  readonly rows?: number
  readonly placeholder?: string
  readonly required?: boolean
  readonly autoFocus?: boolean
}

/** A field for pasting a secret: more than one line is noticed, characters are dots, and it empties itself. */
export function SecretInput({ inputRef, onEdit, onTooLong, rows = 2, autoFocus = false, ...field }: SecretInputProps) {
  const [isShown, setShown] = useState(false)
  const [isLong, setLong] = useState(false)
  useEffect(() => {
    const element = inputRef.current
    return () => {
      if (element !== null) element.value = ''
    }
  }, [inputRef])
  const refuseTooLong = (event: ClipboardEvent) => {
    if (event.clipboardData.getData('text').length <= MAX_PASTE) return
    event.preventDefault()
    onTooLong()
  }
  return (
    <Textarea
      {...field}
      ref={inputRef}
      onChange={(event) => {
        setLong(event.currentTarget.value.length > MOST_DOTS)
        onEdit()
      }}
      onPaste={refuseTooLong}
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
      classNames={{ input: `keyhold-mono ${isShown ? '' : isLong ? classes.invisible : 'keyhold-concealed'}` }}
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
