import { Button, CloseButton, Paper, Text } from '@mantine/core'
import { IconClipboardCheck } from '@tabler/icons-react'
import { useEffect } from 'react'
import { notifyProblem } from '../ui/notify.ts'
import { remainingTime } from '../ui/time.ts'
import { useNow } from '../ui/use-now.ts'
import { type CopiedKey, clearClipboardNow, forgetCopied, releaseClipboard, useCopiedKey } from './clipboard.ts'
import classes from './clipboard-notice.module.css'

/** Says which key is on the clipboard and for how long. */
export function ClipboardNotice() {
  const copied = useCopiedKey()
  useEffect(() => releaseClipboard, [])
  return (
    <div role="status" className={classes.place}>
      {copied !== null && <Notice copied={copied} />}
    </div>
  )
}

function Notice({ copied }: { readonly copied: CopiedKey }) {
  const now = useNow(copied.clearsAt === null ? 0 : 1_000)
  const remaining = copied.clearsAt === null ? null : copied.clearsAt - now
  return (
    <Paper className={classes.notice} withBorder shadow="md" data-clipboard={copied.kept}>
      <IconClipboardCheck size={18} aria-hidden />
      <Text size="sm" component="span" className={classes.text}>
        “{copied.name}” is copied.{' '}
        <span aria-hidden className="keyhold-figures">
          {sentence(copied, remaining)}
        </span>
      </Text>
      {copied.kept !== 'main' && (
        <Button size="compact-sm" variant="default" onClick={() => void clearClipboardNow().catch(notifyProblem)}>
          Clear now
        </Button>
      )}
      <CloseButton size="sm" onClick={forgetCopied} aria-label="Close this notice" />
    </Paper>
  )
}

function sentence(copied: CopiedKey, remaining: number | null): string {
  if (copied.kept === 'unsure') return 'It may still be on the clipboard.'
  if (remaining === null) return 'It stays on the clipboard.'
  if (remaining > 0) return `The clipboard is cleared in ${remainingTime(remaining)}.`
  return 'The clipboard is cleared when you come back to this window.'
}
