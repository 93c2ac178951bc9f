import type { ComponentType } from 'react'
import classes from './outcome-badge.module.css'

export interface Look {
  readonly label: string
  readonly tone: 'good' | 'caution' | 'bad' | 'neutral'
  readonly Icon: ComponentType<{ size: number; 'aria-hidden': boolean }>
}

/** A state in one or two words: always a word and an icon, never colour alone. */
export function ToneBadge({ look: { label, tone, Icon } }: { readonly look: Look }) {
  return (
    <span className={classes.badge} data-tone={tone}>
      <Icon size={16} aria-hidden />
      <span className={classes.word}>{label}</span>
    </span>
  )
}
