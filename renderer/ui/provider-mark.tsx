import type { CSSProperties } from 'react'
import { type ProviderId, providerInfo } from '../../shared/providers.ts'
import classes from './provider-mark.module.css'

const initials: Partial<Record<ProviderId, string>> = {
  openai: 'OA',
  openrouter: 'OR',
  xai: 'xA',
  github: 'GH',
  elevenlabs: '11',
  deepseek: 'DS',
}

export interface ProviderMarkProps {
  readonly provider: ProviderId
  /** Shows the provider's name beside the mark. Without it the name is there for screen readers only. */
  readonly withName?: boolean
}

/** Two letters on the provider's colour. */
export function ProviderMark({ provider, withName = false }: ProviderMarkProps) {
  const { name, color } = providerInfo(provider)
  const style = { '--provider-color': providerColor(color) } as CSSProperties
  return (
    <span className={classes.root} style={style} data-compact={!withName || undefined}>
      <span className={classes.mark} aria-hidden title={name}>
        {initials[provider] ?? name.slice(0, 2)}
      </span>
      <span className={withName ? classes.name : classes.hidden}>{name}</span>
    </span>
  )
}

/** A Mantine colour and shade ("teal.7") as a CSS value. */
function providerColor(color: string): string {
  const [name = 'gray', shade = '6'] = color.split('.')
  return `var(--mantine-color-${name}-${shade})`
}
