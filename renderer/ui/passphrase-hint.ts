import { MIN_PASSPHRASE } from '../../shared/limits.ts'

export interface PassphraseHint {
  /** 0 to 100, for a bar. */
  readonly level: number
  readonly tone: 'red' | 'orange' | 'green'
  readonly text: string
}

/** A hint by length alone: length is what makes a passphrase hard to try, and rules about signs only annoy. */
export function passphraseHint(passphrase: string): PassphraseHint {
  const length = [...passphrase].length
  const distinct = new Set(passphrase).size
  if (length < MIN_PASSPHRASE) {
    const missing = MIN_PASSPHRASE - length
    const text = length === 0 ? `At least ${MIN_PASSPHRASE} characters.` : `Too short: ${missing} more.`
    return { level: Math.round((length / MIN_PASSPHRASE) * 20), tone: 'red', text }
  }
  if (distinct < 5)
    return { level: 20, tone: 'red', text: 'Nearly all characters are the same. Use more different ones.' }
  if (length < 14) return { level: 45, tone: 'orange', text: 'Fair. Four or five unrelated words are stronger.' }
  if (length < 20) return { level: 75, tone: 'green', text: 'Good.' }
  return { level: 100, tone: 'green', text: 'Strong.' }
}
