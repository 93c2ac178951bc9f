import { ActionIcon, Textarea, Tooltip } from '@mantine/core'
import { IconEye, IconEyeOff } from '@tabler/icons-react'
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { MAX_PASTE_LENGTH } from '../../shared/limits.ts'
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
  /** Told when a text was kept out because it is longer than `longest`: a browser chokes on such a field. */
  readonly onTooLong: () => void
  /** Characters that may be put in at once; {@link MAX_PASTE_LENGTH} unless told. */
  readonly longest?: number
  readonly rows?: number
  readonly placeholder?: string
  readonly required?: boolean
  readonly autoFocus?: boolean
  /** The Enter key sends the form off; with Shift it is a line break as usual. */
  readonly submitsOnEnter?: boolean
}

/** A field for pasting a secret: more than one line is noticed, characters are dots, and it empties itself. */
export function SecretInput(props: SecretInputProps) {
  const {
    inputRef,
    onEdit,
    onTooLong,
    longest = MAX_PASTE_LENGTH,
    rows = 2,
    autoFocus = false,
    submitsOnEnter = false,
    ...field
  } = props
  const [isShown, setShown] = useState(false)
  const [isLong, setLong] = useState(false)
  useEffect(() => {
    const element = inputRef.current
    return () => {
      if (element !== null) element.value = ''
    }
  }, [inputRef])
  const tooLong = useRef(onTooLong)
  useEffect(() => {
    tooLong.current = onTooLong
  })
  // React has no such event of its own. It comes before the text is laid out, however the text comes in.
  useEffect(() => {
    const element = inputRef.current
    const look = (event: InputEvent) => {
      const length = event.data?.length ?? 0
      if (length > longest) {
        event.preventDefault()
        tooLong.current()
      } else if (length > MOST_DOTS) flushSync(() => setLong(true))
    }
    element?.addEventListener('beforeinput', look)
    return () => element?.removeEventListener('beforeinput', look)
  }, [inputRef, longest])
  return (
    <Textarea
      {...field}
      ref={inputRef}
      // Not every browser tells the pasted text in its "beforeinput" event.
      onPaste={(event) => {
        if (event.clipboardData.getData('text/plain').length <= longest) return
        event.preventDefault()
        onTooLong()
      }}
      onChange={(event) => {
        setLong(event.currentTarget.value.length > MOST_DOTS)
        onEdit()
      }}
      onKeyDown={(event) => {
        if (!submitsOnEnter || event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
        event.preventDefault()
        event.currentTarget.form?.requestSubmit()
      }}
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
