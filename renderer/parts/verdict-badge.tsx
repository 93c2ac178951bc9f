import { IconClockPause, IconKeyOff, IconShieldCheck, IconShieldOff, IconShieldX } from '@tabler/icons-react'
import type { ComponentType } from 'react'
import type { CaptureVerdict } from '../../shared/contract/captures.ts'
import classes from '../ui/outcome-badge.module.css'

interface Look {
  readonly label: string
  readonly tone: 'good' | 'caution' | 'bad' | 'neutral'
  readonly Icon: ComponentType<{ size: number; 'aria-hidden': boolean }>
}

const looks: Record<CaptureVerdict, Look> = {
  valid: { label: 'Valid', tone: 'good', Icon: IconShieldCheck },
  invalid: { label: 'Invalid', tone: 'bad', Icon: IconShieldX },
  unsigned: { label: 'Unsigned', tone: 'neutral', Icon: IconShieldOff },
  'no-secret': { label: 'No secret', tone: 'caution', Icon: IconKeyOff },
  pending: { label: 'Pending', tone: 'neutral', Icon: IconClockPause },
}

/** The word for a verdict. */
export function verdictLabel(verdict: CaptureVerdict): string {
  return looks[verdict].label
}

/** What was found of a signature: always a word and an icon, never colour alone. */
export function VerdictBadge({ verdict }: { readonly verdict: CaptureVerdict }) {
  const { label, tone, Icon } = looks[verdict]
  return (
    <span className={classes.badge} data-tone={tone} data-verdict={verdict}>
      <Icon size={16} aria-hidden />
      <span className={classes.word}>{label}</span>
    </span>
  )
}
