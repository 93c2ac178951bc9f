import {
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleHalf2,
  IconClockPause,
  IconCoinOff,
  IconHelpCircle,
  IconKeyOff,
  IconReceiptOff,
} from '@tabler/icons-react'
import type { ComponentType } from 'react'
import classes from './outcome-badge.module.css'
import { outcomeLabel, outcomeTone, type TestState } from './outcomes.ts'

const icons: Record<TestState, ComponentType<{ size: number; 'aria-hidden': boolean }>> = {
  valid: IconCircleCheck,
  valid_limited: IconCircleHalf2,
  invalid: IconKeyOff,
  blocked: IconBan,
  no_credit: IconCoinOff,
  spend_limit: IconReceiptOff,
  rate_limited: IconClockPause,
  wrong_kind: IconAlertTriangle,
  unknown: IconHelpCircle,
  untested: IconCircleDashed,
}

export interface OutcomeBadgeProps {
  readonly outcome: TestState | null
  /** The word to show where more is known than the outcome says. */
  readonly label?: string
}

/** Result of a key's last test: always a word and an icon, never colour alone. Null is "not tested". */
export function OutcomeBadge({ outcome, label }: OutcomeBadgeProps) {
  const state = outcome ?? 'untested'
  const Icon = icons[state]
  return (
    <span className={classes.badge} data-tone={outcomeTone(state)} data-outcome={state}>
      <Icon size={16} aria-hidden />
      <span className={classes.word}>{label ?? outcomeLabel(state)}</span>
    </span>
  )
}
