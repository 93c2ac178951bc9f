import { Button } from '@mantine/core'
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react'
import { useSyncExternalStore } from 'react'
import type { LiveTick } from '../../../shared/contract/captures.ts'
import { formatCount } from '../../../shared/words.ts'
import classes from './receiver-chip.module.css'

const CALM_AFTER_MS = 2_500

/** How much comes in, told only to who shows it, so that nothing else is drawn with it. */
export class Pulse {
  #perSecond = 0
  #calm: ReturnType<typeof setTimeout> | undefined
  readonly #listeners = new Set<() => void>()

  beat({ perSecond }: Pick<LiveTick, 'perSecond'>): void {
    this.#show(perSecond)
    clearTimeout(this.#calm)
    // When nothing comes any more, no tick says so either.
    this.#calm = setTimeout(() => this.#show(0), CALM_AFTER_MS)
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Requests per second, rounded. */
  readonly read = (): number => this.#perSecond

  #show(perSecond: number): void {
    this.#perSecond = Math.round(perSecond)
    for (const listener of this.#listeners) listener()
  }
}

export interface LiveSwitchProps {
  readonly pulse: Pulse
  readonly isFollowing: boolean
  readonly onFollow: (isFollowing: boolean) => void
}

/** Lets new requests into the list as they come, or holds them back. */
export function LiveSwitch({ pulse, isFollowing, onFollow }: LiveSwitchProps) {
  const rate = useSyncExternalStore(pulse.subscribe, pulse.read)
  return (
    <Button
      className={classes.live}
      variant={isFollowing ? 'light' : 'default'}
      leftSection={isFollowing ? <IconPlayerPause size={16} aria-hidden /> : <IconPlayerPlay size={16} aria-hidden />}
      onClick={() => onFollow(!isFollowing)}
      title={isFollowing ? 'New requests are shown as they come' : 'New requests wait'}
    >
      {isFollowing ? (rate > 0 ? `Pause, ${formatCount(rate)}/s` : 'Pause') : 'Follow'}
    </Button>
  )
}
